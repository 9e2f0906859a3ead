"""Drawings for a page without scripts and styles of its own: what is to stand where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Any

from oversight.tables import shown
from oversight.usage import Row
from oversight.window import DAY, Window

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 12, 28
MOST_NAMES = 8
"""Of times beneath a drawing."""


@dataclass(frozen=True)
class Series:
    """Of one sort: a value for each time, None where there is none."""

    name: str
    css: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Drawing:
    """``kind``: bars, one upon the other, or lines. ``unit`` as that of a column."""

    id: str
    title: str
    kind: str
    unit: str
    times: Sequence[str]
    series: Sequence[Series]
    width = WIDTH
    height = HEIGHT
    left = LEFT
    right = WIDTH - RIGHT
    foot = HEIGHT - BOTTOM

    @property
    def about(self) -> str:
        """For whoever does not see it."""
        tops = []
        for series in self.series:
            known = [value for value in series.values if value is not None]
            most = shown(self.unit, max(known)) if known else "nothing"
            tops.append(f"{series.name}: at most {most}")
        first, last = self.times[0], self.times[-1]
        return f"From {first} to {last} (UTC). {'; '.join(tops)}. The table has each number."

    @property
    def top(self) -> float:
        """The value at the upper end: a round one."""
        if self.kind == "bars":
            columns = zip(*(series.values for series in self.series), strict=True)
            most = max((sum(value or 0 for value in column) for column in columns), default=0)
        else:
            most = max((value or 0 for series in self.series for value in series.values), default=0)
        return round_up(most)

    @property
    def marks(self) -> list[dict[str, Any]]:
        """Lines across it: at the foot, in the middle, at the top."""
        return [
            {"y": self._y(self.top * part), "label": shown(self.unit, self._told(self.top * part))}
            for part in (0, 0.5, 1)
        ]

    @property
    def names(self) -> list[dict[str, Any]]:
        every = ceil(len(self.times) / MOST_NAMES)
        return [
            {
                "x": self._x(place + 0.5),
                "label": time[5:] if len(time) == DAY else f"{time[11:]}:00",
            }
            for place, time in enumerate(self.times)
            if place % every == 0
        ]

    @property
    def bars(self) -> list[dict[str, Any]]:
        wide = self._x(1) - LEFT
        drawn = []
        for place, time in enumerate(self.times):
            below = 0.0
            for series in self.series:
                value = series.values[place] or 0
                if value:
                    y = self._y(below + value)
                    drawn.append(
                        {
                            "css": series.css,
                            "x": round(self._x(place) + wide * 0.1, 1),
                            "y": y,
                            "width": round(wide * 0.8, 1),
                            "height": round(self._y(below) - y, 1),
                            "label": f"{time}: {shown(self.unit, value)} {series.name}",
                        }
                    )
                below += value
        return drawn

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each broken where there is no value; with a dot for each value."""
        return [
            {"css": series.css, "path": self._path(series), "dots": self._dots(series)}
            for series in self.series
        ]

    def _dots(self, series: Series) -> list[dict[str, Any]]:
        return [
            {
                "x": self._x(place + 0.5),
                "y": self._y(value),
                "label": f"{self.times[place]}: {shown(self.unit, value)} {series.name}",
            }
            for place, value in enumerate(series.values)
            if value is not None
        ]

    def _path(self, series: Series) -> str:
        steps, pen = [], "M"
        for place, value in enumerate(series.values):
            if value is None:
                pen = "M"
            else:
                steps.append(f"{pen}{self._x(place + 0.5)} {self._y(value)}")
                pen = "L"
        return " ".join(steps)

    def _told(self, value: float) -> float:
        return round(value) if self.unit == "number" and value == round(value) else value

    def _x(self, place: float) -> float:
        return round(LEFT + place * (WIDTH - LEFT - RIGHT) / len(self.times), 1)

    def _y(self, value: float) -> float:
        return round(self.foot - value * (self.foot - TOP) / self.top, 1)


def round_up(most: float) -> float:
    """To a round number of its size; 1 where it is nothing."""
    if most <= 0:
        return 1
    size = 10 ** int(log10(most)) if most >= 1 else 1
    return next(float(size * step) for step in (1, 2, 3, 4, 5, 6, 8, 10) if most <= size * step)


def drawings(window: Window, rows: Sequence[Row]) -> list[Drawing]:
    """Turns, seconds and tokens by time; ``rows`` are those of ``usage.by_time``."""
    by_time = {row["of"]: row for row in rows}
    times = window.times
    turns = [
        _series(by_time, times, "completed", "completed", "done"),
        _series(by_time, times, "ended badly", "failed", "failed"),
        _series(by_time, times, "cancelled", "cancelled", "cancelled"),
    ]
    seconds = [
        _quantile(by_time, times, "95 of 100", "took", 1, "slow"),
        _quantile(by_time, times, "median", "took", 0, "done"),
        _quantile(by_time, times, "first word, median", "first_word", 0, "word"),
    ]
    tokens = [
        _series(by_time, times, "in", "input_tokens", "done"),
        _series(by_time, times, "out", "output_tokens", "slow"),
    ]
    return [
        Drawing("turns", "Turns", "bars", "number", times, turns),
        Drawing("seconds", "How long they take", "lines", "seconds", times, seconds),
        Drawing("tokens", "Tokens", "bars", "number", times, tokens),
    ]


def _series(rows: Mapping[str, Row], times: list[str], name: str, of: str, css: str) -> Series:
    return Series(name, css, [rows[time][of] if time in rows else 0 for time in times])


def _quantile(
    rows: Mapping[str, Row], times: list[str], name: str, of: str, place: int, css: str
) -> Series:
    found = [rows[time][of] if time in rows else None for time in times]
    return Series(name, css, [each[place] if each else None for each in found])
