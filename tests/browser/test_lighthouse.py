"""Lighthouse judges the pages as a phone and as a desktop would load them.

`make test-browser` installs it beside the Python packages. Here it looks at accessibility and best
practices; `make lighthouse` has it measure performance, too, which says something only on a machine
that does nothing else.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from accounts.models import User
from conversations.models import Turn
from tests.browser.conftest import QUIET, session_of
from tests.browser.talking import address_of
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from tests.servers import TodoChat

PROGRAM = Path(sys.prefix) / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
LEAST = {"accessibility": 100, "best-practices": 100}
if "LIGHTHOUSE_PERFORMANCE" in os.environ:
    LEAST = {"performance": 95, **LEAST}


@pytest.mark.parametrize("device", ["mobile", "desktop"])
@pytest.mark.parametrize("page", ["sign-in", "home", "conversation"])
def test_lighthouse_has_nothing_to_say(
    server: TodoChat, user: User, profile: BrowserContext, tmp_path: Path, page: str, device: str
) -> None:
    for number in range(20):
        TaskFactory(user=user, title=f"Task {number}", priority="high", completed=number > 15)
    addresses = {"sign-in": "/accounts/login/", "home": "/", "conversation": _conversation(user)}
    if page != "sign-in":
        profile.add_cookies([session_of(user, server.url)])

    told = _judged(f"{server.url}{addresses[page]}", device, tmp_path)

    scores = {name: round(100 * told["categories"][name]["score"]) for name in LEAST}
    print(f"{page:14}{device:10}{scores}")  # noqa: T201
    assert all(scores[name] >= least for name, least in LEAST.items()), _faults(told)


@pytest.fixture
def profile(chromium: Browser, path_of_chromium: str, tmp_path: Path) -> Iterator[BrowserContext]:
    """Of a browser to which Lighthouse can be led; its cookies go with all that a page asks for."""
    context = chromium.browser_type.launch_persistent_context(
        tmp_path, executable_path=path_of_chromium, args=[*QUIET, "--remote-debugging-port=0"]
    )
    yield context
    context.close()


def _judged(url: str, device: str, folder: Path) -> dict[str, Any]:
    """The report; it is without a score where the machine was too busy, and is then made anew."""
    file = folder / "report.json"
    port, _ = (folder / "DevToolsActivePort").read_text().split()
    for _ in range(3):
        subprocess.run(
            [
                *(_program(), url, "--quiet", "--output", "json", "--output-path", file),
                *("--only-categories", ",".join(LEAST)),
                *("--port", port),
                *(["--preset", "desktop"] if device == "desktop" else []),
            ],
            check=True,
            timeout=180,
        )
        report: dict[str, Any] = json.loads(file.read_text())
        if all(report["categories"][name]["score"] is not None for name in LEAST):
            return report
    pytest.fail(str(report["runWarnings"]))


def _conversation(user: User) -> str:
    """Of 50 messages, some with a call and code."""
    conversation = ConversationFactory(user=user)
    for number in range(25):
        turn = conversation.begin_turn(f"Add milk, the {number}th time", LEASE)
        record_call(turn)
        turn.finish(Turn.Status.COMPLETED, "I have **added** it:\n\n```python\nadd('milk')\n```")
        conversation.refresh_from_db()
    return address_of(conversation)


def _program() -> Path:
    if not PROGRAM.exists():
        pytest.skip("Tests with Lighthouse need it. Try: apt install npm && make test-browser")
    return PROGRAM


def _faults(report: dict[str, Any]) -> str:
    """A line for each audit that took points off."""
    return "\n".join(
        f"{name}: {audit['title']} {audit.get('displayValue', '')} {_elements(audit)}"
        for name in LEAST
        for reference in report["categories"][name]["auditRefs"]
        if (audit := report["audits"][reference["id"]])["score"] not in (None, 1)
        and reference["weight"]
    )


def _elements(audit: dict[str, Any]) -> list[str]:
    items = audit.get("details", {}).get("items", [])
    return [item["node"]["snippet"] for item in items if "node" in item]
