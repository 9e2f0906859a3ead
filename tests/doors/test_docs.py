"""The lines of docs/doors.md that connect a client, run as they stand with that client."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conversations.models import Turn
from tests.conftest import Serves
from tests.doors.clients import MISSING, NODE, PYTHON, node_command
from tests.factories import UserFactory
from tests.servers import ROOT

pytestmark = pytest.mark.only_on("sqlite")  # as a reader has it

BLOCK = re.compile(r"^<!-- run -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = (ROOT / "docs" / "doors.md").read_text()
Command = Callable[[str], list[str | Path]]
RUNS: dict[str, Command] = {
    "sh": lambda lines: ["bash", "-euc", lines],
    "py": lambda lines: [sys.executable, "-S", "-c", lines],
    "js": lambda lines: node_command("--input-type=module", "--eval", lines),
}


SPOKEN_THROUGH = {"ag-ui", "chatkit", "mcp", "openai"}


def lines_of(language: str) -> str:
    return "\n".join(lines for found, lines in BLOCK.findall(PAGE) if found == language)


def test_the_lines_of_the_page_of_doors(serves: Serves, tmp_path: Path) -> None:
    if not PYTHON.exists() or not NODE.exists():
        pytest.skip(MISSING)
    user = UserFactory(username="ada")
    key = user.make_key("A client", ["read", "write"])
    url = serves().url
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    told = {"TODO_CHAT_KEY": key.text, "PYTHONPATH": str(PYTHON), "PATH": path}
    languages = {language for language, _lines in BLOCK.findall(PAGE)}

    for language in sorted(languages):
        lines = lines_of(language).replace("http://127.0.0.1:8000", url)
        # Node.js looks for packages from where it is.
        where = NODE if language == "js" else tmp_path
        command = RUNS[language](lines)
        done = subprocess.run(
            command, cwd=where, env=told, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{language}: {done.stdout}{done.stderr}"

    doors = set(Turn.objects.filter(user=user).values_list("door", flat=True))
    assert doors == SPOKEN_THROUGH
