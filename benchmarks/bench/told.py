"""What a section has found, and how it is told: on the terminal, and in docs/performance.md."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.bench.rounds import Spread


@dataclass(frozen=True)
class Figure:
    """A line of what is to hold: ``holds`` is None where nothing could be measured."""

    name: str
    bound: str
    found: str
    holds: bool | None

    @property
    def verdict(self) -> str:
        return {True: "holds", False: "**missed**", None: "not measured"}[self.holds]


@dataclass(frozen=True)
class Bar:
    """A ratio of the plot, and what it is to be: at least, or at most."""

    name: str
    spread: Spread
    bound: float
    at_least: bool

    @property
    def holds(self) -> bool:
        middle = self.spread.middle
        return middle >= self.bound if self.at_least else middle <= self.bound


@dataclass
class Found:
    """Of a section: a table, what is to hold by it, and what of it is drawn."""

    title: str
    head: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)

    def __str__(self) -> str:
        return f"### {self.title}\n\n{table(self.head, self.rows)}"

    def at_least(self, name: str, spread: Spread, bound: float, *, of: str) -> None:
        self._compare(Bar(f"{name} × {of}", spread, bound, at_least=True), name, of)

    def at_most(self, name: str, spread: Spread, bound: float, *, of: str) -> None:
        self._compare(Bar(f"{name} × {of}", spread, bound, at_least=False), name, of)

    def _compare(self, bar: Bar, name: str, of: str) -> None:
        bound = f"{'≥' if bar.at_least else '≤'} {bar.bound} × {of}"
        self.figures.append(Figure(name, bound, f"{bar.spread} ×", bar.holds))
        self.bars.append(bar)

    def within(self, name: str, found: float, bound: float, unit: str = "") -> None:
        told = f"{found:.3g}{unit}" if found < 100 else f"{found:.0f}{unit}"
        self.figures.append(Figure(name, f"≤ {bound:g}{unit}", told, found <= bound))

    def at_all(self, name: str, told: str, holds: bool) -> None:
        """What has no number to be within."""
        self.figures.append(Figure(name, "always", told, holds))

    def unknown(self, name: str, bound: str, why: str) -> None:
        self.figures.append(Figure(name, bound, why, None))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """In Markdown, its columns in line."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    ruler = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, ruler, *rows)
    )


def figures(found: Sequence[Found]) -> str:
    rows = [
        (each.name, each.bound, each.found, each.verdict)
        for section in found
        for each in section.figures
    ]
    return table(("what", "is to be", "found", ""), rows)
