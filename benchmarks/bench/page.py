"""docs/performance.md: what was found is written between two marks, and drawn beside it."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bench import plot, told
from benchmarks.bench.told import Found


def write(folder: Path, database: str, conditions: str, found: Sequence[Found]) -> None:
    """``conditions`` is a sentence of what was measured, and how long."""
    page, picture = folder / "performance.md", f"performance-{database}.svg"
    between = re.compile(rf"(?s)(<!-- {database} -->\n).*(<!-- end of {database} -->)")
    parts = (
        _when(conditions),
        told.figures(found),
        f"![The ratios, and where they are to be]({picture})",
        *map(str, found),
    )
    whole = "\n\n".join(parts) + "\n\n"
    text, times = between.subn(lambda marks: marks[1] + whole + marks[2], page.read_text())
    if times != 1:
        raise SystemExit(f"{page} has no place for {database}")
    page.write_text(text)
    (folder / picture).write_text(plot.drawn([bar for each in found for bar in each.bars]))


def _when(conditions: str) -> str:
    load = os.getloadavg()[1]
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}, with Python {platform.python_version()} on "
        f"{os.cpu_count()} processors whose load was {load:.1f} at the end. {conditions}"
    )
