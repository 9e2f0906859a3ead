"""The house stands as it is drawn: rooms, arrows, rules."""

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
