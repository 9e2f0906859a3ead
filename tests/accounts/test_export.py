"""Everything that is kept about a user, as a file."""

import json
import tracemalloc
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.ownership import BATCH
from conversations.models import Message
from tests.accounts.markup import read
from tests.accounts.traces import live_fully, plant
from tests.factories import ConversationFactory, TaskFactory, say
from todos.models import Origin

OUT = (
    "accounts.Key.key_hash",
    "accounts.Session.",
    "accounts.SpentToken.",
    "admin.LogEntry.",
    "conversations.ToolCall.beside",
    "transfer.CalendarFeed.secret_hash",
    "reminders.Channels.webhook_secret",
    "reminders.PushSubscription.auth",
    "reminders.PushSubscription.endpoint_hash",
    "reminders.PushSubscription.p256dh",
)
EXPORT = "/api/auth/me/export/"

pytestmark = pytest.mark.django_db(transaction=True)


def exported(client: Any, **query: str) -> Any:
    answer = client.get(EXPORT, query)
    assert answer.status_code == 200
    return json.loads(answer.getvalue())


def test_it_has_the_account_and_all_that_was_said_and_done(client: APIClient, user: User) -> None:
    live_fully(user)

    data = exported(client)

    assert data["account"]["username"] == user.username
    assert data["account"]["email"] == user.email
    (conversation,) = (row for row in data["conversations"] if row["message_count"])
    said = [row["content"] for row in data["messages"]]
    assert said[:2] == ["Hello", "Fine."]
    assert {row["conversation"] for row in data["messages"]} == {conversation["id"]}
    turns = {row["id"] for row in data["turns"]}
    assert {row["turn"] for row in data["messages"]} == turns
    assert [row["arguments"] for row in data["tool_calls"]] == [{"title": "Milk"}]
    notes = [row["notes"] for row in data["tasks"]]
    assert "semi-skimmed" in notes
    journal = [(row["kind"], row["source"]) for row in data["task_changes"]]
    assert ("completed", "chat") in journal


def test_what_was_deleted_softly_is_in_it(client: APIClient, user: User) -> None:
    TaskFactory(user=user, title="Secret gift").remove(Origin("api"))

    assert [row["title"] for row in exported(client)["tasks"]] == ["Secret gift"]


def test_every_kind_of_row_and_every_column_is_in_it(client: APIClient, user: User) -> None:
    markers = plant(user, but=["accounts.User.password"])
    left_out = {name for name in markers if name.startswith(OUT)}

    text = json.dumps(exported(client, thinking="true"), ensure_ascii=False)

    assert {name for name, marker in markers.items() if marker not in text} == left_out


def test_it_has_nothing_of_anybody_else_and_no_secret(
    client: APIClient, user: User, stranger: User
) -> None:
    markers = plant(stranger)
    live_fully(user)

    text = client.get(EXPORT).getvalue().decode()

    assert not [name for name, marker in markers.items() if marker in text]
    assert User.objects.get(pk=user.pk).password not in text
    assert "password" not in text
    assert "session_data" not in text


def test_an_account_without_rows_is_a_whole_file_too(client: APIClient, user: User) -> None:
    data = exported(client)

    assert data.pop("account")["id"] == user.pk
    names = ("tasks", "task_changes", "conversations", "messages", "tool_calls", "turns")
    assert set(names) < set(data)
    assert not any(data.values())


def test_it_comes_as_a_file_with_a_name(client: APIClient, user: User) -> None:
    answer: Any = client.get(EXPORT)

    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == f'attachment; filename="account-{user.pk}.json"'
    assert answer["Cache-Control"] == "no-store"


def test_it_is_kept_to_the_letter(client: APIClient, user: User) -> None:
    text = 'שלום "\\ </script> \u202e 👨‍👩‍👧‍👦\r\n\u2028 end'
    say(ConversationFactory(user=user), text)

    assert exported(client)["messages"][0]["content"] == text


def test_times_are_written_as_the_api_writes_them(client: APIClient, user: User) -> None:
    TaskFactory(user=user)

    task = exported(client)["tasks"][0]

    assert task["created_at"] == client.get("/api/tasks/").json()["results"][0]["created_at"]


def test_the_anonymous_get_none(anonymous: APIClient) -> None:
    assert anonymous.get(EXPORT).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(client: APIClient, method: str) -> None:
    assert getattr(client, method)(EXPORT).status_code == 405


def test_the_settings_page_leads_to_it(browser: Any, user: User) -> None:
    browser.force_login(user)

    (link,) = read(browser.get("/accounts/settings/")).all("a", href=EXPORT)

    assert "download" in link.attributes
    assert json.loads(browser.get(EXPORT).getvalue())["account"]["id"] == user.pk


def test_its_size_costs_few_queries_and_no_memory(client: APIClient, user: User) -> None:
    turn = say(ConversationFactory(user=user), "Hello")

    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            tracemalloc.start()
            for _ in client.get(EXPORT).streaming_content:
                pass
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return len(queries), peak

    cost()
    small = cost()
    Message.objects.bulk_create(
        Message(
            user=user,
            conversation=turn.conversation,
            turn=turn,
            seq=seq,
            role="user",
            content="x" * 2000,
        )
        for seq in range(3, 10_000)
    )
    large = cost()

    assert large[0] <= small[0] + 10_000 / BATCH
    assert large[1] < small[1] + 3_000_000  # of 20 MB of text
