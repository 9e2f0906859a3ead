"""The scores as a table for a terminal."""

from typing import Any

from evaluation.scores import Score


def drawn(report: dict[str, Any]) -> str:
    """A line for each family, and one for all."""
    k = report["k"]
    head = ["", "tasks", "pass^1", *([f"pass^{k}"] if k > 1 else []), "wrong writes", "errors"]
    head += ["steps", "tokens in", "cached", "out", "seconds"]
    rows = [[name, *_cells(score, k)] for name, score in report["families"].items()]
    rows.append(["all", *_cells(report["all"], k)])
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [_line(head, widths), "-" * (sum(widths) + 2 * len(widths) - 2)]
    lines += [_line(row, widths) for row in rows]
    lines.insert(-1, lines[1])
    return "\n".join([f"{report['model']}, each request tried {_times(k)}", "", *lines])


def percent(rate: float | int | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"


def number(value: float | int | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _cells(score: Score, k: int) -> list[str]:
    rates = [score["pass^1"], *([score["pass^k"]] if k > 1 else []), score["wrong_write_rate"]]
    costs = ("steps", "input_tokens", "cached_tokens", "output_tokens", "seconds")
    return [
        str(score["tasks"]),
        *map(percent, rates),
        str(score["errors"]),
        *(number(score[cost]) for cost in costs),
    ]


def _line(cells: list[str], widths: list[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return "  ".join([first, *rest])


def _times(k: int) -> str:
    return "once" if k == 1 else f"{k} times"
