"""Dialect B: conversations below /api/chat/, and its own names for what a tool call tells."""

from datetime import datetime
from typing import Any

import httpx2
import pytest

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from tests.factories import ConversationFactory, say
from tests.fakes import call
from tests.fakes.answers import asks, fails, says
from tests.served.dialects.conftest import fill
from tests.served.processes import Model
from tests.served.test_races import echoes

pytestmark = pytest.mark.only_on("postgresql")  # as in production; labels are the same on both

LIST = "/api/chat/conversations"
MILK = call("create_task", title="Milk")
TOOL_CALL = {
    "id", "tool_name", "arguments", "result", "status", "timestamp", "duration_ms", "undone",
}  # fmt: skip


def path(conversation: Conversation, rest: str = "") -> str:
    return f"{LIST}/{conversation.pk}{rest}"


def send(http: httpx2.Client, conversation: Conversation, content: str) -> httpx2.Response:
    return http.post(path(conversation, "/messages"), json={"content": content})


def messages(http: httpx2.Client, conversation: Conversation, **query: Any) -> Any:
    answer = http.get(path(conversation, "/messages"), params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def contents(page: Any) -> list[str]:
    return [message["content"] for message in page["messages"]]


# Conversations


def test_a_conversation_is_made(http: httpx2.Client, user: User) -> None:
    answer = http.post(LIST, json={"title": "Holidays"})

    assert answer.status_code == 201
    assert (answer.json()["title"], answer.json()["message_count"]) == ("Holidays", 0)
    assert http.get(f"{LIST}/{answer.json()['id']}").json()["messages"] == []
    assert Conversation.objects.get(pk=answer.json()["id"]).user == user


def test_a_title_has_up_to_200_characters(http: httpx2.Client, conversation: Conversation) -> None:
    longest, longer = {"title": "é" * 200}, {"title": "é" * 201}

    assert http.post(LIST, json=longest).status_code == 201
    assert http.put(path(conversation), json=longest).status_code == 200
    for refused in (http.post(LIST, json=longer), http.put(path(conversation), json=longer)):
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["code"] == "max_length"
    assert Conversation.objects.count() == 2


def test_the_list_goes_on_by_cursor_and_limit(http: httpx2.Client, user: User) -> None:
    made = [str(ConversationFactory(user=user).pk) for _ in range(5)]

    first = http.get(LIST, params={"limit": 2}).json()
    ConversationFactory(user=user)  # between two pages: it neither moves nor repeats a row
    second = http.get(first["next"]).json()
    third = http.get(second["next"]).json()

    pages = [[row["id"] for row in page["results"]] for page in (first, second, third)]
    assert pages == [made[:2:-1], made[2:0:-1], made[:1]]
    assert third["next"] is None
    assert LIST in first["next"]


def test_the_list_shows_title_preview_and_count(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(says("Fine, ", "thank you."))
    send(http, conversation, "How  are\nyou")

    [row] = http.get(LIST).json()["results"]

    assert (row["title"], row["message_count"]) == ("How are you", 2)
    assert row["last_message_preview"] == "Fine, thank you."


def test_the_title_is_the_first_50_characters_of_the_first_message(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(answer_of=echoes)
    send(http, conversation, "0123456789" * 6)
    send(http, conversation, "Another matter")

    assert http.get(path(conversation)).json()["title"] == "0123456789" * 5


def test_put_renames_it(http: httpx2.Client, model: Model, conversation: Conversation) -> None:
    model.begin(answer_of=echoes)

    answer = http.put(path(conversation), json={"title": "Groceries"})
    send(http, conversation, "Hello")

    assert (answer.status_code, answer.json()["title"]) == (200, "Groceries")
    assert http.get(path(conversation)).json()["title"] == "Groceries"


def test_a_deleted_one_is_gone_and_can_be_restored(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    say(conversation, "Hello")

    deleted = http.delete(path(conversation))
    gone = [
        http.get(path(conversation)),
        http.put(path(conversation), json={"title": "Back"}),
        http.delete(path(conversation)),
        http.get(path(conversation, "/messages")),
        send(http, conversation, "Are you there?"),
    ]
    listed = http.get(LIST).json()["results"]
    kept = Message.objects.filter(conversation=conversation).count()
    restored = http.post(f"/api/conversations/{conversation.pk}/restore/")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert [answer.status_code for answer in gone] == [404] * 5
    assert (listed, kept, model.hits) == ([], 2, 0)
    assert restored.status_code == 200
    assert contents(http.get(path(conversation)).json()) == ["Hello", "Fine."]


# Messages


def test_a_message_is_sent_and_answered(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(says("Good morning."))

    answer = send(http, conversation, "Good day")

    assert answer.status_code == 201
    body = answer.json()
    assert body["conversation_id"] == str(conversation.pk)
    assert (body["user_message"]["role"], body["user_message"]["content"]) == ("user", "Good day")
    assert body["assistant_message"]["content"] == "Good morning."


def test_a_message_has_up_to_10_000_characters(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(says("So long."))

    too_long = send(http, conversation, "é" * 10_001)
    empty = send(http, conversation, " \n")

    assert (too_long.status_code, empty.status_code) == (400, 400)
    assert too_long.json()["errors"][0]["field"] == "content"
    assert (model.hits, Turn.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert send(http, conversation, "é" * 10_000).status_code == 201


def test_the_message_list_is_messages_and_their_total(
    http: httpx2.Client, conversation: Conversation
) -> None:
    fill(conversation, turns=2)

    page = messages(http, conversation)

    assert page.keys() == {"messages", "total_count", "next", "previous"}
    assert contents(page) == ["question 1", "answer 1", "question 2", "answer 2"]
    assert (page["total_count"], page["next"], page["previous"]) == (4, None, None)


def test_the_message_list_goes_on_by_cursor_and_limit(
    http: httpx2.Client, conversation: Conversation
) -> None:
    fill(conversation, turns=4)

    first = messages(http, conversation, limit=3)
    second = http.get(first["next"]).json()
    third = http.get(second["next"]).json()
    back = http.get(second["previous"]).json()

    seqs = [[message["seq"] for message in page["messages"]] for page in (first, second, third)]
    assert seqs == [[1, 2, 3], [4, 5, 6], [7, 8]]
    assert [page["total_count"] for page in (first, second, third)] == [8] * 3
    assert contents(back) == contents(first)
    assert third["next"] is None


def test_since_a_seq_or_a_time_there_are_only_later_messages(
    http: httpx2.Client, conversation: Conversation
) -> None:
    say(conversation, "One", "First.")
    say(conversation, "Two", "Second.")
    moment = messages(http, conversation)["messages"][1]["created_at"]

    by_seq = messages(http, conversation, since=2)
    by_time = messages(http, conversation, since=moment)

    assert contents(by_seq) == contents(by_time) == ["Two", "Second."]
    assert by_seq["total_count"] == 4
    assert contents(messages(http, conversation, since=4)) == []


def test_a_hundred_messages_come_in_one_answer(
    http: httpx2.Client, conversation: Conversation
) -> None:
    fill(conversation, turns=50)

    page = messages(http, conversation, limit=100)

    assert [message["seq"] for message in page["messages"]] == list(range(1, 101))
    assert (page["total_count"], page["next"]) == (100, None)
    refused = http.get(path(conversation, "/messages"), params={"limit": 101})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "limit")


def test_before_the_latest_messages_its_own_list_goes_on(
    http: httpx2.Client, conversation: Conversation
) -> None:
    fill(conversation, turns=30)
    latest = http.get(path(conversation)).json()

    earlier = http.get(latest["previous_messages"]).json()

    assert path(conversation, "/messages") in latest["previous_messages"]
    assert [message["seq"] for message in latest["messages"]] == list(range(11, 61))
    assert [message["seq"] for message in earlier["messages"]] == list(range(1, 11))
    assert earlier["total_count"] == 60


# Tool calls


def assert_own_names(message: Any) -> None:
    [made] = message["tool_calls"]
    assert made.keys() == TOOL_CALL
    assert (made["tool_name"], made["arguments"]) == ("create_task", {"title": "Milk"})
    assert (made["result"]["task"]["title"], made["status"]) == ("Milk", "succeeded")
    assert datetime.fromisoformat(made["timestamp"]).tzinfo
    assert isinstance(made["duration_ms"], int)


def test_tool_calls_have_bs_names_wherever_they_are_shown(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(asks(MILK), says("Added."))

    reply = send(http, conversation, "Milk, please").json()["assistant_message"]
    in_list = messages(http, conversation)["messages"]
    in_detail = http.get(path(conversation)).json()["messages"]

    assert_own_names(reply)
    assert in_list == in_detail
    assert in_list[1] == reply
    assert in_list[0]["tool_calls"] == []


def test_tool_calls_have_bs_names_in_the_problem_of_a_failed_turn(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(asks(MILK), fails(429, retry_after=3600))

    failed = send(http, conversation, "Milk, please")

    assert (failed.status_code, failed.json()["code"]) == (503, "llm_unavailable")
    assert failed.headers["Content-Type"] == "application/problem+json"
    assert failed.json()["assistant_message"]["status"] == "failed"
    assert_own_names(failed.json()["assistant_message"])
