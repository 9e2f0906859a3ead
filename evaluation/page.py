"""The scores as a page that stands alone: plots, a table, and what went wrong."""

from collections import defaultdict
from typing import Any

from django.template.loader import render_to_string

from evaluation.cases import Family
from evaluation.results import Trial, failed_to_answer, judged
from evaluation.scores import Score
from evaluation.table import number, percent

LEFT, RIGHT, TOP, BOTTOM = 40, 310, 10, 130
"""Of the plane of a plot, in its own units."""

TOLD_COSTS = ("steps", "input_tokens", "cached_tokens", "output_tokens", "seconds")


def drawn(report: dict[str, Any], families: list[Family], trials: list[Trial]) -> str:
    """HTML without a script and without anything from elsewhere."""
    k = report["k"]
    about = {family.name: family.about for family in families}
    rows = [_row(name, about[name], score, k) for name, score in report["families"].items()]
    context = {
        "model": report["model"],
        "k": k,
        "all": _row("all", "", report["all"], k),
        "rows": rows,
        "steady": _steady(report["all"], k) if k > 1 and report["all"]["tasks"] else None,
        "misses": _misses(trials),
    }
    return render_to_string("evaluation/report.html", context)


def _row(name: str, about: str, score: Score, k: int) -> dict[str, Any]:
    rates = {
        "once": score["pass^1"],
        "each_time": score["pass^k"],
        "wrong": score["wrong_write_rate"],
    }
    return {
        "name": name,
        "about": about,
        "tasks": score["tasks"],
        "errors": score["errors"],
        "rates": {key: percent(rate) for key, rate in rates.items()},
        "widths": {key: round(100 * (rate or 0), 1) for key, rate in rates.items()},
        "costs": [number(score[cost]) for cost in TOLD_COSTS],
    }


def _steady(score: Score, k: int) -> dict[str, Any]:
    """The points of pass^1 to pass^k, left to right."""
    points = []
    for j in range(1, k + 1):
        rate = score[f"pass^{j}"]
        if rate is not None:
            x = LEFT + (RIGHT - LEFT) * (j - 1) / (k - 1)
            y = BOTTOM - (BOTTOM - TOP) * rate
            points.append({"x": round(x, 1), "y": round(y, 1), "j": j, "rate": percent(rate)})
    return {"points": points, "line": " ".join(f"{point['x']},{point['y']}" for point in points)}


def _misses(trials: list[Trial]) -> list[dict[str, Any]]:
    """Each case that went wrong, with what was wrong and how often; wrong writes first."""
    whys: defaultdict[str, list[Trial]] = defaultdict(list)
    for trial in [*judged(trials), *failed_to_answer(trials)]:
        if not trial["passed"]:
            whys[trial["case"]].append(trial)
    misses = [
        {
            "case": case,
            "times": len(missed),
            "wrong": any(trial["wrong_write"] for trial in missed),
            "answer": missed[0]["answer"],
            "whys": list(dict.fromkeys(trial["why"] or trial["error"] for trial in missed)),
        }
        for case, missed in whys.items()
    ]
    return sorted(misses, key=lambda miss: (not miss["wrong"], miss["case"]))
