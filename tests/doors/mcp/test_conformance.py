"""The conformance suite of the protocol, against a real server."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Serves
from tests.doors.clients import NODE, node_command
from tests.factories import UserFactory

pytestmark = pytest.mark.only_on("sqlite")  # the protocol is the same on any database

SUITE = NODE / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
HANDSHAKE = ("server-initialize", "ping", "tools-list", "dns-rebinding-protection")
INPUT_REQUIRED = (
    *("basic-elicitation", "basic-sampling", "basic-list-roots", "request-state"),
    *("multiple-input-requests", "multi-round", "missing-input-response", "non-tool-request"),
    *("result-type", "unsupported-methods", "tampered-state", "capability-check"),
    *("ignore-extra-params", "validate-input"),
)
MODERN = (
    *("tools-list", "dns-rebinding-protection", "http-header-validation", "server-stateless"),
    *(f"input-required-result-{each}" for each in INPUT_REQUIRED),
)


def test_the_suite_finds_nothing_wrong(serves: Serves, tmp_path: Path) -> None:
    """All of its scenarios in one run, which takes less time than to start it for each of ours."""
    UserFactory()
    server = serves(DJANGO_SETTINGS_MODULE="tests.doors.mcp.settings")

    found = {
        version: checks_of(f"{server.url}/mcp", version, tmp_path / version)
        for version in ("2025-11-25", "2026-07-28")
    }

    for version, scenarios in (("2025-11-25", HANDSHAKE), ("2026-07-28", MODERN)):
        for scenario in scenarios:
            checks = found[version][scenario]
            wrong = [each for each in checks if each["status"] in ("FAILURE", "WARNING")]
            right = [each for each in checks if each["status"] == "SUCCESS"]
            assert (scenario, wrong, bool(right)) == (scenario, [], True)
    assert len(found["2026-07-28"]["http-header-validation"]) == 14


def checks_of(url: str, version: str, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """By scenario; those that ask for prompts, resources and streams fail here as they should."""
    folder.mkdir()
    told = ["--url", url, "--suite", "all", "--spec-version", version, "-o", folder]
    command = node_command(SUITE, "server", *told)
    subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    files = {each.parent.name: each for each in folder.rglob("checks.json")}
    scenarios = {*HANDSHAKE, *MODERN}
    return {
        scenario: json.loads(path.read_text())
        for name, path in files.items()
        for scenario in scenarios
        if name.startswith(f"server-{scenario}-2")
    }
