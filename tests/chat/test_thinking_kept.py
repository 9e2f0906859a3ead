"""What a model thinks is kept with its turn, and shown where somebody asks for it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import Message
from conversations.models import Turn
from tests.chat import streams
from tests.chat.conftest import Connects
from tests.conftest import Plays
from tests.fakes import call
from tests.fakes.answers import asks, event, fails, stream

pytestmark = pytest.mark.django_db(transaction=True)

MILK = call("create_task", title="Milk")
SECRET = "I have updated all of their <b>tasks</b>."


def thinks(thought: str, said: str) -> Any:
    return stream(
        event({"reasoning_content": thought}), event({"content": said}), event({}, "stop")
    )


@pytest.fixture
def answer(client: APIClient, connects: Connects) -> dict[str, Any]:
    """Of a turn with two steps, both of them thought over."""
    connects(asks(MILK, said="<think>They want milk.</think>"), thinks(SECRET, "Here you are."))
    body: dict[str, Any] = client.post("/api/chat/", {"message": "milk"}).json()
    return body


def text_of(client: APIClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return b"".join(response).decode()


def test_a_reply_tells_what_was_thought(client: APIClient, answer: dict[str, Any]) -> None:
    where = answer["conversation_id"]

    messages = client.get(f"/api/conversations/{where}/").json()["messages"]

    assert messages[1]["thinking"] == f"They want milk.\n\n{SECRET}"
    assert messages[0]["thinking"] is None
    assert messages == [answer["user_message"], answer["assistant_message"]]


def test_a_turn_that_fails_keeps_what_its_steps_have_cost(
    client: APIClient, connects: Connects
) -> None:
    connects(asks(MILK, said="<think>They want milk.</think>"), *[fails(503)] * 2)

    reply = client.post("/api/chat/", {"message": "milk"}).json()["assistant_message"]

    assert (reply["status"], reply["thinking"]) == ("failed", "They want milk.")
    assert reply["usage"] == {"input_tokens": 21, "output_tokens": 8, "cached_tokens": None}
    assert Turn.objects.get().thinking == "They want milk."


def test_a_turn_that_is_stopped_keeps_it_too(client: APIClient, plays: Plays) -> None:
    def stopped(prompt: list[Message]) -> list[Any]:
        Turn.objects.update(cancel_requested_at=timezone.now())
        return [MILK]

    plays([call("list_tasks")], stopped)

    reply = client.post("/api/chat/", {"message": "milk"}).json()["assistant_message"]

    assert (reply["status"], reply["usage"]["input_tokens"]) == ("cancelled", 20)


def test_the_last_event_of_a_stream_tells_it(client: APIClient, connects: Connects) -> None:
    connects(thinks("Hello?", "Hello."))

    events = streams.read(client.post("/api/chat/", {"message": "hello", "stream": True}))

    assert events[-1].data["assistant_message"]["thinking"] == "Hello?"
    assert "Hello?" not in str([each.data for each in events[:-1]])


def test_a_model_that_tells_no_thinking_has_none(client: APIClient, plays: Plays) -> None:
    plays(["Hello."])

    reply = client.post("/api/chat/", {"message": "hello"}).json()["assistant_message"]

    assert reply["thinking"] is None


def test_it_is_no_claim_and_in_no_preview_search_list_or_title(
    client: APIClient, answer: dict[str, Any]
) -> None:
    assert answer["warning"] is None
    assert "updated all" not in text_of(client, "/api/conversations/")
    assert client.get("/api/conversations/?search=updated").json()["results"] == []


def test_the_next_prompt_is_told_and_reads_none_of_it(
    client: APIClient, answer: dict[str, Any], plays: Plays
) -> None:
    llm = plays(["You are welcome."])

    with CaptureQueriesContext(
        connection,
    ) as queries:
        body = {"message": "thanks", "conversation_id": answer["conversation_id"]}
        client.post("/api/chat/", body)

    assert "updated all" not in str(llm.prompts)
    asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert [sql for sql in asked if "thinking" in sql] == []


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_a_conversation_is_exported_with_it_if_it_is_wanted(
    client: APIClient, answer: dict[str, Any], form: str
) -> None:
    path = f"/api/conversations/{answer['conversation_id']}/export/?format={form}"

    assert "hink" not in text_of(client, path) + text_of(client, f"{path}&thinking=false")
    whole = text_of(client, f"{path}&thinking=true")
    assert "They want milk." in whole
    assert SECRET in whole
    assert "Here you are." in whole
    assert client.get(f"{path}&thinking=perhaps").status_code == 400


def test_an_account_is_exported_with_it_if_it_is_wanted(
    client: APIClient, answer: dict[str, Any]
) -> None:
    path = "/api/auth/me/export/"

    assert "hink" not in text_of(client, path)
    assert SECRET in text_of(client, f"{path}?thinking=true")
    assert client.get(f"{path}?thinking=perhaps").status_code == 400


def test_it_is_quoted_line_by_line_in_markdown(client: APIClient, connects: Connects) -> None:
    connects(thinks("One.\n# Two", "Three."))
    where = client.post("/api/chat/", {"message": "hello"}).json()["conversation_id"]

    text = text_of(client, f"/api/conversations/{where}/export/?format=markdown&thinking=true")

    assert "> **Thinking**\n> \n> One.\n> # Two\n\nThree.\n" in text


def test_it_goes_with_its_account(client: APIClient, answer: dict[str, Any], user: User) -> None:
    user.erase()

    assert not Turn.objects.exists()


@pytest.mark.parametrize("reads", ["list", "export"])
def test_only_who_shows_it_reads_it(client: APIClient, answer: dict[str, Any], reads: str) -> None:
    where = answer["conversation_id"]
    path = {"list": "/api/conversations/", "export": f"/api/conversations/{where}/export/"}[reads]

    with CaptureQueriesContext(connection) as queries:
        text_of(client, path)

    assert [query["sql"] for query in queries if "thinking" in query["sql"]] == []
