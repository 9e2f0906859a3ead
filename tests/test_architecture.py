"""The house stands as it is drawn: rooms, arrows, rules."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent


def test_no_import_runs_against_the_arrows() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout


def test_no_imports_go_in_a_circle() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    imports = grimp.build_graph(*settings["tool"]["importlinter"]["root_packages"])

    circles = [
        (module, imported)
        for module in imports.modules
        for imported in imports.find_modules_directly_imported_by(module)
        if imports.find_shortest_chain(importer=imported, imported=module)
    ]

    assert circles == []


def test_each_number_is_one_decision_and_all_are_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^- \[(\d+)\]\((.+)\) (.+)$", (folder / "README.md").read_text(), re.M)
    written = sorted(folder.glob("[0-9]*.md"))

    assert [(place, number) for place, (number, _, _) in enumerate(listed, 1)] == [
        (place, f"{place:04}") for place in range(1, len(written) + 1)
    ]
    for (number, name, title), file in zip(listed, written, strict=True):
        heading = file.read_text().splitlines()[0]
        assert (name, heading) == (file.name, f"# {int(number)}. {title}")
