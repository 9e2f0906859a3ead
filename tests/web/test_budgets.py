"""What each path may ask of the database: at most so many statements of data.

Who asks is included; what begins and ends a transaction is not. A path without a number wants what
no other does, or has no rows: tests of its room count it. A new path has to be entered here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Turn
from tests.web.test_strangers import GOOD_FOR_ALL, ID, ROWS, of_the_api, routes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
    pytest.mark.not_on("sharded"),
]

TRANSACTIONS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET CONSTRAINTS")
OF_OPERATORS = ("/admin/", "/api/schema/", "/health/", "/metrics/")
SAID: dict[str, Any] = {
    "/api/tasks/read/": {"text": "Milk tomorrow"},
    "/v1/chat/completions/": {"model": "todo-chat", "messages": [{"role": "user", "content": "x"}]},
    "/v1/responses/": {"model": "todo-chat", "input": "x"},
}
BUDGETS = {
    "/": "GET 7",
    "/.well-known/oauth-protected-resource/mcp/": "GET 0",
    "/accounts/delete/": "GET 1 POST 1",
    "/accounts/forgotten/": "GET 1",
    "/accounts/forgotten/{id}/{id}/": "GET 1 POST 1",
    "/accounts/login/": "GET 1 POST 1",
    "/accounts/logout/": "POST 3",
    "/accounts/password/": "GET 1 POST 1",
    "/accounts/settings/": "GET 1 POST 1",
    "/accounts/settings/forget/{id}/": "POST 6",
    "/accounts/signup/": "GET 1 POST 1",
    "/acts/{id}/undo/": "POST 13",
    "/api/acts/{id}/undo/": "POST 13",
    "/api/ag-ui/": "",
    "/api/ai-sdk/chat/": "",
    "/api/ai-sdk/chat/{id}/stream/": "GET 2",
    "/api/auth/me/": "GET 1 PATCH 1",
    "/api/auth/me/export/": "GET 30",
    "/api/auth/register/": "",
    "/api/auth/token/": "",
    "/api/auth/token/refresh/": "",
    "/api/auth/token/revoke/": "",
    "/api/calendar/": "GET 2 POST 3 DELETE 2",
    "/api/changes/{id}/undo/": "POST 14",
    "/api/channels/": "GET 3 PATCH 6",
    "/api/channels/push/": "DELETE 3",
    "/api/channels/test/": "POST 3",
    "/api/chat/": "POST 6",
    "/api/chat/conversations/": "GET 2 POST 2",
    "/api/chat/conversations/{id}/": "GET 3 PUT 3 DELETE 4",
    "/api/chat/conversations/{id}/messages/": "GET 3 POST 8",
    "/api/chat/start/": "POST 2",
    "/api/chat/{id}/history/": "GET 3",
    "/api/chat/{id}/message/": "POST 8",
    "/api/conversations/": "GET 2 POST 2",
    "/api/conversations/{id}/": "GET 3 PUT 3 PATCH 3 DELETE 4",
    "/api/conversations/{id}/cancel/": "",
    "/api/conversations/{id}/events/": "GET 4",
    "/api/conversations/{id}/export/": "GET 5",
    "/api/conversations/{id}/messages/": "GET 3 POST 8",
    "/api/conversations/{id}/restore/": "POST 4",
    "/api/docs/": "GET 1",
    "/api/import/": "",
    "/api/keys/": "GET 2",
    "/api/keys/{id}/": "DELETE 2",
    "/api/keys/{id}/undo/": "POST 3",
    "/api/lists/": "GET 2 POST 4",
    "/api/lists/{id}/": "GET 2 DELETE 7",
    "/api/lists/{id}/history/": "GET 3",
    "/api/lists/{id}/merge/": "",
    "/api/lists/{id}/restore/": "POST 4",
    "/api/messages/{id}/undo/": "POST 5",
    "/api/messages/{id}/withdraw/": "POST 15",
    "/api/preferences/": "GET 2",
    "/api/preferences/{id}/": "DELETE 6",
    "/api/proposals/": "GET 2",
    "/api/proposals/{id}/": "GET 2",
    "/api/proposals/{id}/approve/": "POST 30",
    "/api/proposals/{id}/reject/": "POST 3",
    "/api/reminders/": "GET 2",
    "/api/reminders/{id}/dismiss/": "POST 4",
    "/api/reminders/{id}/done/": "POST 9",
    "/api/reminders/{id}/snooze/": "",
    "/api/tags/": "GET 2",
    "/api/tags/{id}/": "PATCH 6",
    "/api/tasks/": "GET 3 POST 4",
    "/api/tasks/batch/": "",
    "/api/tasks/catch-up/": "POST 3",
    "/api/tasks/export/": "GET 5",
    "/api/tasks/read/": "POST 9",
    "/api/tasks/{id}/": "GET 2 PUT 6 PATCH 6 DELETE 7",
    "/api/tasks/{id}/complete/": "POST 7",
    "/api/tasks/{id}/history/": "GET 3",
    "/api/tasks/{id}/reminders/": "GET 2",
    "/api/tasks/{id}/reminders/{id}/": "",
    "/api/tasks/{id}/reopen/": "POST 4",
    "/api/tasks/{id}/restore/": "POST 4",
    "/api/tasks/{id}/skip/": "",
    "/api/{user}/chat/": "POST 7",
    "/api/{user}/conversations/": "GET 2",
    "/api/{user}/conversations/{id}/": "GET 3",
    "/c/": "GET 3",
    "/c/{id}/": "GET 13",
    "/c/{id}/delete/": "POST 4",
    "/c/{id}/messages/": "GET 5",
    "/c/{id}/print/": "GET 4",
    "/c/{id}/rename/": "POST 3",
    "/c/{id}/restore/": "POST 4",
    "/c/{id}/say/": "GET 1 POST 10",
    "/c/{id}/stop/": "POST 4",
    "/calendar/{id}.ics": "",
    "/calls/{id}/": "GET 2",
    "/chatkit/": "",
    "/chatkit/threads/": "POST 2",
    "/chatkit/threads/{id}/": "GET 3",
    "/chatkit/threads/{id}/messages/": "POST 10",
    "/deleted/": "GET 5",
    "/find/": "GET 3",
    "/import/": "GET 1",
    "/lists/{id}/restore/": "POST 4",
    "/manifest.webmanifest": "GET 0",
    "/mcp/": "",
    "/messages/{id}/again/": "POST 22",
    "/messages/{id}/edit/": "POST 15",
    "/messages/{id}/undo/": "POST 5",
    "/news/": "GET 2",
    "/offline/": "GET 1",
    "/proposals/{id}/approve/": "POST 30",
    "/proposals/{id}/reject/": "POST 3",
    "/reminders/": "GET 4",
    "/reminders/dismiss/": "POST 1",
    "/reminders/{id}/dismiss/": "POST 3",
    "/reminders/{id}/done/": "POST 8",
    "/reminders/{id}/snooze/": "POST 2",
    "/say/": "GET 1 POST 8",
    "/settings/calendar/": "GET 2 POST 4",
    "/settings/keys/": "GET 2",
    "/settings/keys/{id}/revoke/": "POST 3",
    "/settings/keys/{id}/undo/": "POST 3",
    "/settings/reminders/": "GET 3 POST 5",
    "/tasks/": "GET 9",
    "/tasks/add/": "POST 5",
    "/tasks/catch-up/": "POST 3",
    "/tasks/{id}/": "GET 5",
    "/tasks/{id}/complete/": "POST 7",
    "/tasks/{id}/delete/": "POST 7",
    "/tasks/{id}/edit/": "POST 6",
    "/tasks/{id}/reopen/": "POST 4",
    "/tasks/{id}/restore/": "POST 4",
    "/tasks/{id}/skip/": "POST 4",
    "/v1/chat/completions/": "POST 7",
    "/v1/conversations/": "POST 2",
    "/v1/conversations/{id}/": "GET 2 DELETE 4",
    "/v1/conversations/{id}/items/": "GET 4",
    "/v1/conversations/{id}/items/{id}/": "",
    "/v1/models/": "GET 1",
    "/v1/models/{id}/": "",
    "/v1/responses/": "POST 7",
    "/v1/responses/{id}/": "GET 6 DELETE 16",
    "/v1/responses/{id}/cancel/": "POST 9",
    "/v1/responses/{id}/input_items/": "GET 4",
    "/worker.js": "GET 0",
}


def paths() -> Iterator[str]:
    for path in routes(get_resolver().url_patterns):
        if not path.startswith(OF_OPERATORS):
            yield ID.sub("{id}", path.replace("<str:user_id>", "{user}"))


def asked(client: APIClient, user: User, method: str, path: str) -> tuple[int, int]:
    """The status of the answer, and how many statements it took; the row that it names is new."""
    make = ROWS.get(path.partition("{id}")[0], [None])[0]
    url = path.replace("{id}", str(make(user).pk) if make else "x").replace("{user}", str(user.pk))
    Turn.objects.update(status=Turn.Status.CANCELLED)  # or too many were open
    caller = client if of_the_api(path) else APIClient()
    if caller is not client:
        caller.force_login(user)
    kind = "json" if of_the_api(path) else "multipart"
    said = {} if method == "GET" else {"data": SAID.get(path, GOOD_FOR_ALL), "format": kind}
    with CaptureQueriesContext(connection) as made:
        answer = getattr(caller, method.lower())(url, **said)
        if answer.streaming:
            b"".join(answer.streaming_content)
    statements = sum(not each["sql"].startswith(TRANSACTIONS) for each in made)
    return answer.status_code, statements


def test_every_path_keeps_within_its_budget(
    client: APIClient, user: User, settings: LazySettings, tmp_path: Path
) -> None:
    settings.CHAT_RATE = "1000/s"
    settings.DATA_DIR = tmp_path  # or it may be asked for turns of other tests' processes
    asked(client, user, "POST", "/api/chat/")  # what is asked once in a process
    assert sorted(BUDGETS) == sorted(set(paths()))

    beyond = []
    for path, budget in BUDGETS.items():
        words = budget.split()
        for method, most in zip(words[::2], words[1::2], strict=True):
            status, statements = asked(client, user, method, path)
            if status >= 400 or statements > int(most):
                beyond.append(f"{method} {path}: {statements} instead of {most} ({status})")

    assert not beyond
