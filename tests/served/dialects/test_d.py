"""Dialect D: a chat is started, and then goes by its session id, which is the conversation's."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from accounts.models import User
from conversations.models import Conversation, Message
from tests.factories import ConversationFactory, say
from tests.fakes import call
from tests.fakes.answers import asks, fails, says
from tests.fakes.prompts import all_words
from tests.served.dialects.conftest import fill, without_request_id
from tests.served.processes import Held, Model, happens
from tests.served.test_races import echoes

pytestmark = pytest.mark.only_on("postgresql")  # as in production; labels are the same on both


def start(http: httpx2.Client) -> str:
    answer = http.post("/api/chat/start")
    assert answer.status_code == 201, answer.text
    session: str = answer.json()["sessionId"]
    return session


def send(http: httpx2.Client, session: object, message: str) -> httpx2.Response:
    return http.post(f"/api/chat/{session}/message", json={"message": message})


def history(http: httpx2.Client, session: object) -> Any:
    answer = http.get(f"/api/chat/{session}/history")
    assert answer.status_code == 200, answer.text
    return answer.json()["messages"]


def contents(messages: Any) -> list[str]:
    return [message["content"] for message in messages]


@pytest.mark.parametrize("body", [{"json": {}}, {}], ids=["an empty body", "no body"])
def test_a_start_gives_a_session(http: httpx2.Client, user: User, body: Any) -> None:
    answer = http.post("/api/chat/start", **body)

    assert answer.status_code == 201
    begun = Conversation.objects.get(user=user)
    assert answer.json()["conversationId"] == answer.json()["sessionId"] == str(begun.pk)
    assert history(http, begun.pk) == []
    [row] = http.get("/api/conversations/").json()["results"]
    assert row["id"] == answer.json()["sessionId"]


def test_a_message_is_answered_in_its_session(http: httpx2.Client, model: Model) -> None:
    model.begin(asks(call("create_task", title="Milk")), says("Added."))
    session = start(http)

    answer = send(http, session, "Milk, please")

    assert answer.status_code == 200
    body = answer.json()
    assert body["conversationId"] == body["sessionId"] == session
    assert body["user_message"]["content"] == "Milk, please"
    assert body["assistant_message"]["content"] == "Added."
    assert [made["name"] for made in body["assistant_message"]["tool_calls"]] == ["create_task"]


def test_what_was_said_before_is_known_to_the_assistant(
    http: httpx2.Client, elsewhere: httpx2.Client, model: Model
) -> None:
    model.begin(answer_of=echoes)
    session = start(http)

    send(http, session, "My name is Ada")
    send(elsewhere, session, "What is my name?")

    told = all_words(model.requests[-1].body["messages"])
    assert told == ["My name is Ada", "You said: My name is Ada", "What is my name?"]


def test_a_bad_message_is_400_and_nothing_is_kept(http: httpx2.Client, model: Model) -> None:
    session = start(http)

    for message in ("", " \n", "é" * 10_001, None, 5):
        answer = http.post(f"/api/chat/{session}/message", json={"message": message})

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "message")
    assert history(http, session) == []
    assert model.hits == 0


def test_words_are_saved_before_the_model_is_asked_and_its_reply_after(
    http: httpx2.Client, elsewhere: httpx2.Client, model: Model, threads: ThreadPoolExecutor
) -> None:
    held = Held(says("Here I am."))
    model.begin(held)
    session = start(http)
    sending = threads.submit(send, http, session, "Are you there?")
    assert happens(held.asked)

    said, reply = history(elsewhere, session)
    held.go_on.set()

    assert (said["role"], said["content"]) == ("user", "Are you there?")
    assert (reply["role"], reply["content"], reply["status"]) == ("assistant", "", "in_progress")
    assert sending.result().status_code == 200
    said, reply = history(elsewhere, session)
    assert (reply["content"], reply["status"]) == ("Here I am.", "completed")


def test_it_survives_that_the_page_is_loaded_anew(
    http: httpx2.Client, elsewhere: httpx2.Client, model: Model
) -> None:
    model.begin(asks(call("create_task", title="Milk")), says("Added."))
    session = start(http)
    shown = send(http, session, "Milk, please").json()

    assert history(http, session) == [shown["user_message"], shown["assistant_message"]]
    assert history(elsewhere, session) == history(http, session)


def test_the_history_has_up_to_200_messages_and_leads_on_to_those_before(
    http: httpx2.Client, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    fill(conversation, turns=120)
    page = http.get(f"/api/chat/{conversation.pk}/history").json()

    earlier = http.get(page["previous_messages"]).json()

    assert [message["seq"] for message in page["messages"]] == list(range(41, 241))
    assert contents(page["messages"])[-2:] == ["question 120", "answer 120"]
    assert [message["seq"] for message in earlier["results"]] == list(range(1, 41))
    assert earlier["previous"] is None


def test_a_history_of_200_messages_is_whole(http: httpx2.Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    fill(conversation, turns=100)

    page = http.get(f"/api/chat/{conversation.pk}/history").json()

    assert [message["seq"] for message in page["messages"]] == list(range(1, 201))
    assert page["previous_messages"] is None


def test_a_failed_model_keeps_the_words(http: httpx2.Client, model: Model) -> None:
    model.begin(fails(429, retry_after=3600), says("Yes."))
    session = start(http)

    failed = send(http, session, "Remember me")

    assert (failed.status_code, failed.json()["code"]) == (503, "llm_unavailable")
    assert failed.json()["sessionId"] == session
    said, reply = history(http, session)
    assert (said["content"], reply["status"]) == ("Remember me", "failed")
    assert send(http, session, "Do you?").status_code == 200
    assert "Remember me" in str(model.requests[-1].body["messages"])


def test_a_strangers_session_and_an_unknown_one_are_the_same_404(
    strangers: httpx2.Client, model: Model, user: User
) -> None:
    theirs = ConversationFactory(user=user)
    say(theirs, "My secret")

    told = []
    for session in (theirs.pk, uuid4()):
        read = strangers.get(f"/api/chat/{session}/history")
        said = send(strangers, session, "Hello")
        assert (read.status_code, said.status_code) == (404, 404)
        told += [without_request_id(read), without_request_id(said)]

    assert all(problem == told[0] for problem in told)
    assert (Message.objects.count(), Conversation.objects.count(), model.hits) == (2, 1, 0)
