"""The ratios of a run, drawn as SVG: the median of each, its quartiles, and where it is to be."""

from collections.abc import Iterator, Sequence
from math import log
from xml.sax.saxutils import escape

from benchmarks.bench.told import Bar

LINE, NAMES, WIDE, MARGIN = 24, 360, 440, 16
LEAST, MOST = 0.05, 20.0
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
RIGHT, WRONG, FAINT, INK = "#2a7d46", "#b3261e", "#c9ccd1", "#1d2126"


def drawn(bars: Sequence[Bar]) -> str:
    height = 2 * MARGIN + LINE * (len(bars) + 1)
    width = NAMES + WIDE + 2 * MARGIN
    lines = [line for place, bar in enumerate(bars) for line in _bar(bar, place)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'font-family="system-ui, sans-serif" font-size="12" role="img">',
            "<title>Ratios: the median, its quartiles, and where it is to be</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *_ticks(height),
            *lines,
            "</svg>\n",
        )
    )


def _ticks(height: int) -> Iterator[str]:
    for ratio in TICKS:
        x = _x(ratio)
        yield _path(f"M{x} {MARGIN} V{height - MARGIN - LINE}", FAINT, 1)
        yield _text(x, height - MARGIN, f"{ratio} ×", "middle")


def _bar(bar: Bar, place: int) -> Iterator[str]:
    """A line from one quartile to the other, a point in it, and a mark at the bound."""
    y = MARGIN + LINE * place + LINE // 2
    colour = RIGHT if bar.holds else WRONG
    low, middle, high, bound = map(
        _x, (bar.spread.low, bar.spread.middle, bar.spread.high, bar.bound)
    )
    arrow = 7 if bar.at_least else -7
    yield _text(MARGIN, y + 4, bar.name, "start")
    yield _path(f"M{low} {y} H{high}", colour, 5)
    yield f'<circle cx="{middle}" cy="{y}" r="5" fill="{colour}"/>'
    yield _path(f"M{bound} {y - 8} V{y + 8} M{bound} {y} h{arrow}", INK, 2)


def _x(ratio: float) -> float:
    within = min(MOST, max(LEAST, ratio))
    return round(MARGIN + NAMES + WIDE * log(within / LEAST) / log(MOST / LEAST), 1)


def _path(way: str, colour: str, width: int) -> str:
    return f'<path d="{way}" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" fill="{INK}" text-anchor="{anchor}">{escape(words)}</text>'
