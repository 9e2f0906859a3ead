"""Numbers of trials that can be reckoned by hand."""

from itertools import combinations
from typing import Any

import pytest

from evaluation.cases import families
from evaluation.page import drawn as page
from evaluation.scores import pass_hat, report, score
from evaluation.table import drawn as table


def trial(case: str, number: int, *, passed: bool, **more: Any) -> dict[str, Any]:
    costs = {"steps": 2, "input_tokens": 1200, "output_tokens": 40, "cached_tokens": None}
    told = {"case": case, "digest": "", "number": number, "passed": passed, "why": "", "error": ""}
    return {**told, "answer": "<i>Hm</i>", "wrong_write": False, "seconds": 0.5, **costs, **more}


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_pass_hat_k_is_the_share_of_all_choices_of_k_that_are_all_right(k: int) -> None:
    trials = [True, False, True, True]
    chosen = list(combinations(trials, k))

    assert pass_hat(k, trials) == pytest.approx(sum(map(all, chosen)) / len(chosen))


def test_a_case_with_too_few_trials_counts_for_pass_1_alone() -> None:
    assert pass_hat(2, [True]) is None

    told = score(
        [
            trial("f/a", 1, passed=True),
            trial("f/a", 2, passed=True),
            trial("f/b", 1, passed=False),
            trial("f/b", 2, passed=False, error="llm_timeout"),
        ],
        2,
    )

    assert (told["tasks"], told["trials"], told["errors"]) == (2, 3, 1)
    assert (told["pass^1"], told["pass^k"]) == (0.5, 1)


def test_nothing_judged_is_no_zero() -> None:
    told = score([trial("f/a", 1, passed=False, error="llm_timeout")], 1)

    assert (told["tasks"], told["errors"], told["pass^1"]) == (0, 1, None)
    assert told["wrong_write_rate"] is None


def test_cached_tokens_are_told_where_somebody_counts_them() -> None:
    told = score([trial("f/a", 1, passed=True), trial("f/b", 1, passed=True, cached_tokens=900)], 1)

    assert (told["input_tokens"], told["cached_tokens"]) == (1200, 900)


def scores(model: str, k: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    trials = [
        trial("dates/Noon", number, passed=number < 3, why="" if number < 3 else "<b>no & no</b>")
        for number in range(1, k + 1)
    ]
    trials.append(
        trial("undo/In other words", 1, passed=False, wrong_write=True, why="Milk | done")
    )
    return report(model, k, families(), trials), trials


def test_the_table_has_a_line_for_each_family_and_one_for_all() -> None:
    lines = table(scores("m", 4)[0]).splitlines()

    assert lines[0] == "m, each request tried 4 times"
    assert lines[-1].split()[:8] == ["all", "2", "25.0", "%", "0.0", "%", "20.0", "%"]
    assert len({len(line) for line in lines[2:]}) == 1
    assert len(lines) == 2 + 2 + 12 + 2


@pytest.mark.parametrize("k", [1, 4])
def test_the_page_stands_alone_and_trusts_no_text(k: int) -> None:
    told, trials = scores("<script>alert(1)</script>", k)

    html = page(told, families(), trials)

    assert "<script" not in html
    assert "<b>no" not in html
    assert "“&lt;i&gt;Hm&lt;/i&gt;”" in html
    assert "http" not in html.replace("http-equiv", "")
    assert html.count("<svg") == 12 + (k > 1)
    assert html.index("undo/In other words") < html.index("</ul>")
    assert 'name="viewport"' in html
    assert "prefers-color-scheme: dark" in html
