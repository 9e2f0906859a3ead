"""Clients as people install them, of both eras, over HTTP and over a pipe."""

import json
import sys

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from tests.conftest import database_url
from tests.doors.clients import Client, node_client, python_client
from tests.factories import TaskFactory
from tests.served.processes import Mortal
from tests.servers import ROOT
from todos.models import Task, TaskChange

pytestmark = pytest.mark.only_on("sqlite")  # the protocol is the same on any database

MODERN, LATEST = "2026-07-28", "2025-11-25"
CLIENTS = {
    "python": ({}, MODERN),
    "python, handshake": ({"MODE": "legacy"}, LATEST),
    "python, pinned": ({"MODE": MODERN}, MODERN),
    "python, pipe": ({"MODE": "auto", "PIPE": "1"}, MODERN),
    "python, pipe, handshake": ({"MODE": "legacy", "PIPE": "1"}, LATEST),
    "node": ({"MODE": "auto"}, MODERN),
    "node, handshake": ({"MODE": ""}, LATEST),
}


def started(which: str, server: Mortal, user: User) -> Client:
    more = dict(CLIENTS[which][0])
    token = str(AccessToken.for_user(user))
    if which.startswith("node"):
        return node_client("mcp_door.mjs", server.url, token, **more)
    if more.pop("PIPE", ""):
        command = [sys.executable, "manage.py", "mcp", "--user", user.username]
        given = {"DATABASE_URL": database_url(), "FOLDER": str(ROOT)}
        more |= {"COMMAND": json.dumps(command), "GIVEN": json.dumps(given)}
    return python_client("mcp_door.py", server.url, token, **more)


@pytest.mark.parametrize("which", CLIENTS)
def test_a_client_changes_tasks_and_asks_its_person(which: str, server: Mortal, user: User) -> None:
    boxes = [str(TaskFactory(user=user, title=f"Box {n}").pk) for n in range(5)]
    with started(which, server, user) as client:
        listed = client.ask("listed")
        assert listed["version"] == CLIENTS[which][1]
        assert {"create_task", "list_tasks", "ask_assistant"} < set(listed["tools"])

        made = client.ask("use", tool="create_task", arguments={"tasks": [{"title": "Milk"}]})
        assert (made["failed"], made["told"]["tasks"][0]["title"]) == (False, "Milk")
        wrong = client.ask("use", tool="complete_task", arguments={"task_ids": ["Unicorn"]})
        assert (wrong["failed"], "no such task" in wrong["text"]) == (True, True)

        for answer, gone in (("cancel", 0), ("decline", 0), ("accept", 5)):
            asked = {"tool": "delete_task", "arguments": {"task_ids": boxes}}
            told = client.ask("use", **asked, say=[answer])
            if CLIENTS[which][1] == LATEST:
                assert "at http" in told["text"]
                assert told["failed"]
                assert Task.objects.filter(deleted_at=None).count() == 6
            else:
                assert len(told["asked"]) == 1
                assert "5 tasks" in told["asked"][0]
                assert told["failed"] is (answer != "accept")
                assert Task.objects.exclude(deleted_at=None).count() == gone
    assert set(TaskChange.objects.exclude(source="api").values_list("source", flat=True)) == {"mcp"}
