"""The shell lines of the README, run as they stand against a real server."""

import re
import subprocess
from pathlib import Path

import pytest

from accounts.keys import Key
from accounts.models import User
from conversations.models import ToolCall
from tests.conftest import Serves
from tests.servers import ROOT
from todos.models import Proposal, Task, TaskList

pytestmark = pytest.mark.only_on("sqlite")  # as a reader has it

BLOCK = re.compile(r"^<!-- run -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run_lines_of(page: str, url: str, folder: Path) -> str:
    """What the marked blocks of a page print, one shell for all; a failing line stops them."""
    lines = "\n".join(BLOCK.findall((ROOT / page).read_text()))
    assert lines, f"{page} marks no block"
    script = "set -eu\n" + lines.replace("http://127.0.0.1:8000", url)
    run = subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_first_conversation_of_the_readme(serves: Serves, tmp_path: Path) -> None:
    printed = run_lines_of("README.md", serves().url, tmp_path)

    user = User.objects.get(username="ada")
    task = Task.objects.get(user=user, title="Buy milk")
    assert task.due_time.isoformat("minutes") == "17:00"
    assert (task.due_date - task.created_at.astimezone(user.local_now().tzinfo).date()).days == 1
    assert task.completed
    assert [made.name for made in ToolCall.objects.order_by("started_at")] == [
        "create_task",
        "complete_task",
        "list_tasks",
    ]
    assert Key.objects.for_user(user).get().last_door == "openai"
    assert '"name": "create_task"' in printed
    assert '"completed":true' in printed
    assert '"object":"chat.completion"' in printed
    assert "Delete the list “Groceries” with its 2 tasks: “Eggs”, “Bread”" in printed
    assert TaskList.objects.get(user=user).deleted_at
    assert Proposal.objects.get().status == "approved"
    assert Task.objects.filter(title="Gym", completed_at=None).get().due_date.isoformat() == (
        "2031-03-06"
    )


def test_the_lines_of_the_api_page(serves: Serves, tmp_path: Path) -> None:
    printed = run_lines_of("docs/api.md", serves().url, tmp_path)

    task = Task.objects.get(title="Water all plants")
    assert (task.completed, task.deleted_at) == (False, None)
    assert "# The bank" in printed
    assert "Idempotency-Replayed" in printed
    assert User.objects.get(username="grace").time_zone == "Europe/Berlin"
