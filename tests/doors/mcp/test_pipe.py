"""MCP over a pipe, as a client starts it on the machine of whoever runs this."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.conftest import database_url
from tests.doors.mcp.wire import handshake, modern
from tests.servers import ROOT
from todos.models import Task, TaskChange

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@contextmanager
def served(*words: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "manage.py", "mcp", *words]
    given = {**os.environ, "DATABASE_URL": database_url()}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env=given, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ask(process: "subprocess.Popen[str]", body: Any) -> Any:
    assert process.stdin
    assert process.stdout
    process.stdin.write((body if isinstance(body, str) else json.dumps(body)) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def use(name: str, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
    return modern("tools/call", {"name": name, "arguments": arguments or {}})


def test_a_message_is_a_line_and_nothing_else_is(user: User) -> None:
    with served("--user", user.username) as process:
        assert process.stdin
        process.stdin.write(
            "\n" + json.dumps({"jsonrpc": "2.0", "method": "notifications/x"}) + "\n"
        )
        assert ask(process, "{nope")["error"]["code"] == -32700
        assert ask(process, [1])["error"]["code"] == -32600
        assert ask(process, modern("nope"))["error"]["code"] == -32601
        begun = ask(process, handshake("initialize", {"protocolVersion": "2025-06-18"}))
        assert begun["result"]["protocolVersion"] == "2025-06-18"
        made = ask(process, use("create_task", {"title": "Müsli"}))
        assert made["result"]["structuredContent"]["tasks"][0]["title"] == "Müsli"
        refused = ask(process, use("ask_assistant", {"message": "x" * 10_001}))
        assert "10000 characters" in refused["result"]["content"][0]["text"]
        rest, told = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "")
    assert "Traceback" not in told
    assert TaskChange.objects.get().source == "mcp"


def test_it_ends_without_a_word_when_it_is_interrupted(user: User) -> None:
    with served("--user", user.username, "--read-only") as process:
        tools = ask(process, modern("tools/list"))["result"]["tools"]
        assert "create_task" not in {each["name"] for each in tools}
        refused = ask(process, use("create_task", {"title": "Milk"}))
        assert refused["error"]["data"]["code"] == "missing_scope"
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=30)
    assert (process.returncode, rest, told) == (0, "", "")
    assert not Task.objects.exists()


def test_a_user_that_is_not_there_is_named_at_once(db: None) -> None:
    with pytest.raises(CommandError, match="There is no user nobody"):
        call_command("mcp", "--user", "nobody")
