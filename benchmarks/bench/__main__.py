"""``python -m benchmarks.bench --database postgresql --only turns,reads --seconds 20``."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bench.driver import Wrong
from benchmarks.bench.ground import Ground, ground

if TYPE_CHECKING:
    from benchmarks.bench.told import Found

NAMES = ("turns", "statements", "growth", "reads", "crowd", "words", "start")


def section(name: str) -> "Callable[..., Found]":
    """Django must be set up before."""
    found: Callable[..., Found] = getattr(import_module(f"benchmarks.bench.sections.{name}"), name)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--only", default=",".join(NAMES), help="sections, with commas between")
    parser.add_argument("--seconds", type=float, default=20, help="of each section")
    parser.add_argument("--rows", type=int, default=1_000_000, help="messages of other users")
    parser.add_argument("--python", default=sys.executable, help="that has what the product needs")
    parser.add_argument("--into", type=Path, help="the folder of performance.md, to be written")
    options = parser.parse_args()
    names = options.only.split(",")
    if unknown := set(names).difference(NAMES):
        parser.error(f"there is no {', '.join(unknown)}: {', '.join(NAMES)}")
    try:
        with ground(options.database, options.python) as measured:
            found = run(measured, names, options.seconds, options.rows)
    except Wrong as wrong:
        raise SystemExit(f"WRONG: {wrong}") from None
    if options.into:
        from benchmarks.bench import page

        conditions = f"{options.rows:,} messages of others, {options.seconds:g} s each subject."
        page.write(options.into, options.database, conditions, found)


def run(measured: Ground, names: list[str], seconds: float, number: int) -> "list[Found]":
    from benchmarks.bench import told
    from benchmarks.bench.rows import Rows

    rows = Rows(number)
    rows.others()
    found = []
    for name in names:
        found.append(section(name)(measured, rows, seconds))
        print(f"\n{found[-1]}", flush=True)
    print(f"\n{told.figures(found)}")
    return found


if __name__ == "__main__":
    main()
