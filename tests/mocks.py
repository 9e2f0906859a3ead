"""Providers that others have written to test clients with, as processes of their own."""

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.servers import Server

LLMOCK = Path(sys.prefix) / "llmock"
AIMOCK = Path(sys.prefix) / "aimock" / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"


class Mock(Server):
    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(f"{self.url}{path}", content, headers), timeout=10) as answer:
            return json.load(answer)

    def _answers(self) -> bool:
        try:
            return bool(self.ask("/health")["status"] == "ok")
        except OSError:
            return False


class Llmock(Mock):
    """Of PyPI: breaks down as it is told, and judges who asks."""

    def start(self) -> None:
        serve = ["-c", "from llmock.cli import app; app()", "serve", "--port", str(self.port)]
        self._run([sys.executable, *serve], {}, env={**os.environ, "PYTHONPATH": str(LLMOCK)})

    def breaks(self, *behaviors: dict[str, Any]) -> None:
        """So shall it answer next, and else with a call of the first tool, or words."""
        self.ask("/_llmock/reset", {})
        if behaviors:
            self.ask("/_llmock/scenario", {"behaviors": list(behaviors)})

    def errors(self) -> list[str]:
        """What was wrong with how it was asked."""
        findings = self.ask("/_llmock/verdict")["findings"]
        return [each["code"] for each in findings if each["severity"] == "error"]


class Aimock(Mock):
    """Of npm: answers by the words of the user."""

    def __init__(self, *fixtures: dict[str, Any]) -> None:
        super().__init__()
        self._fixtures = list(fixtures)

    def start(self) -> None:
        script = self.folder / "fixtures.json"
        script.write_text(json.dumps({"fixtures": self._fixtures}))
        self._run(["node", AIMOCK, "-p", str(self.port), "-f", script], {}, env=os.environ)
