"""The house stands as it is drawn: rooms, arrows, rules."""

import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

from config.logging import ROOMS

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


def rooms() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: list[str] = settings["tool"]["importlinter"]["root_packages"]
    return found


def test_the_level_of_the_log_is_that_of_each_room() -> None:
    assert sorted(ROOMS) == sorted(rooms())


def test_no_imports_go_in_a_circle() -> None:
    imports = grimp.build_graph(*rooms())

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


def test_a_script_imports_what_another_exports_and_never_in_a_circle() -> None:
    """Not even late: a script has the hash of what it imports in its name."""
    scripts = {file.stem: file.read_text() for file in (ROOT / "chat/static/chat").glob("*.js")}
    exports = {
        name: set(re.findall(r"^export (?:async )?(?:function\*?|const|class) (\w+)", text, re.M))
        for name, text in scripts.items()
    }
    imports = {
        name: set(re.findall(r'(?:from |import\()"\./(\w+)\.js"', text))
        for name, text in scripts.items()
    }

    missing = [
        (name, other, wanted)
        for name, text in scripts.items()
        for names, other in re.findall(r'import \{(.*?)\} from "\./(\w+)\.js"', text, re.S)
        for wanted in re.findall(r"(?:^|,)\s*(\w+)", names)  # not what it is called here
        if wanted not in exports[other]
    ]

    assert missing == []
    TopologicalSorter(imports).prepare()  # raises CycleError
