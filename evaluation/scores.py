"""What the trials come to: in how many cases a model is right, and right each time."""

from collections import defaultdict
from collections.abc import Iterable
from math import comb
from statistics import fmean
from typing import Any

from evaluation.cases import Family
from evaluation.results import Trial, failed_to_answer, judged

Score = dict[str, float | int | None]
COSTS = ("steps", "input_tokens", "output_tokens", "cached_tokens", "seconds")


def report(model: str, k: int, families: list[Family], trials: list[Trial]) -> dict[str, Any]:
    """``{"model", "k", "all": score, "families": {name: score}}``, see :func:`score`."""
    by_family: dict[str, list[Trial]] = {family.name: [] for family in families}
    for trial in trials:
        by_family[trial["case"].partition("/")[0]].append(trial)
    return {
        "model": model,
        "k": k,
        "all": score(trials, k),
        "families": {name: score(own, k) for name, own in by_family.items()},
    }


def score(trials: list[Trial], k: int) -> Score:
    """Rates from 0 to 1, and what a trial costs on average; None where nothing was judged.

    ``tasks`` are the cases that were judged, ``errors`` the trials that no answer came of.
    """
    counted = judged(trials)
    cases: defaultdict[str, list[bool]] = defaultdict(list)
    for trial in counted:
        cases[trial["case"]].append(trial["passed"])
    passed = {f"pass^{j}": _mean(pass_hat(j, each) for each in cases.values()) for j in _to(k)}
    return {
        "tasks": len(cases),
        "trials": len(counted),
        "errors": len(failed_to_answer(trials)),
        **passed,
        "pass^k": passed[f"pass^{k}"],
        "wrong_write_rate": _mean(trial["wrong_write"] for trial in counted),
        **{cost: _mean(trial[cost] for trial in counted) for cost in COSTS},
    }


def pass_hat(k: int, trials: list[bool]) -> float | None:
    """How likely ``k`` trials of a case are all right: C(c, k) / C(n, k) of n trials, c of them so.

    The estimator without bias of τ-bench (Yao and others, 2024, arXiv:2406.12045). None where
    there are fewer than ``k`` trials.
    """
    if len(trials) < k:
        return None
    return comb(sum(trials), k) / comb(len(trials), k)


def _to(k: int) -> range:
    return range(1, k + 1)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), 4) if known else None
