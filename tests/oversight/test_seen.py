"""What a model saw in a turn, held against what its server really received."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from agent.given import given
from chat import processes
from conversations.models import Instructions, Turn
from oversight import seen as rebuilding
from oversight.seen import seen
from tests.chat.conftest import Connects
from tests.conversations.conftest import See
from tests.factories import LEASE, ConversationFactory, TaskFactory, say
from tests.fakes import ScriptedServer, call
from tests.fakes.answers import asks, fails, says
from tests.oversight.rows import staff_who_may

pytestmark = pytest.mark.django_db(transaction=True)


def talk(client: APIClient, text: str, where: str | None = None, status: int = 200) -> Any:
    answer = client.post("/api/chat/", {"message": text, "conversation_id": where})
    assert answer.status_code == status, answer.content
    return answer.json()


class Talk:
    """A conversation, and what the server received in each of its turns."""

    def __init__(self, client: APIClient, server: ScriptedServer) -> None:
        self._client = client
        self._server = server
        self._where: str | None = None
        self.received: dict[str, list[Any]] = {}

    def say(self, text: str, status: int = 200) -> Any:
        before = self._server.hits
        told = talk(self._client, text, self._where, status)
        self._where = told["conversation_id"]
        turn = Turn.objects.latest("pk")
        self.received[str(turn.pk)] = [each.body for each in self._server.requests[before:]]
        return told


def rebuilt(key: str) -> list[str]:
    """Each prompt of the turn as it was sent, from the rows alone."""
    return [json.dumps(prompt) for prompt in seen(Turn.objects.get(pk=key)).prompts]


def test_every_prompt_is_rebuilt_byte_for_byte(
    client: APIClient, user: User, connects: Connects
) -> None:
    User.objects.filter(pk=user.pk).update(time_zone="Asia/Kolkata")
    tasks = [TaskFactory(user=user, title=f"Thing {n}") for n in range(5)]
    user.remember("morning", "07:00", "mornings are 7")
    milk, wrong = call("create_task", title="Milk"), call("create_task", colour="red")
    server = connects(
        says("Hello."),
        asks(call("list_tasks"), said="Let me see."),
        asks(milk, wrong, call("create_task", title='Bücher "1"'), said="Now I add it."),
        says("Both are there."),
        says("That was not it."),
        says("This is better."),
        asks(call("delete_task", task_ids=[str(task.pk) for task in tasks])),
        says("I would delete them."),
        says("They are gone."),
        asks(call("undo_last")),
        says("They are back."),
        fails(401),
        says("Here I am again."),
    )
    talk = Talk(client, server)

    talk.say("hello")
    talk.say("milk, please")
    other = talk.say("what is that?")
    message = other["assistant_message"]["id"]
    assert client.post(f"/api/messages/{message}/withdraw/").status_code == 200
    talk.say("what is this?")
    talk.say("delete all things")
    talk.say("yes")  # the built-in assistant tells what came of it
    talk.say("are they gone?")
    talk.say("take that back")
    talk.say("and now?", status=503)
    talk.say("are you there?")

    assert [len(bodies) for bodies in talk.received.values()] == [1, 3, 1, 1, 2, 0, 1, 2, 1, 1]
    for key, bodies in talk.received.items():
        if bodies:
            assert rebuilt(key) == [json.dumps(body["messages"]) for body in bodies]
        assert all(body["tools"] == given().tools for body in bodies)


def test_what_was_withdrawn_since_was_seen_then(client: APIClient, connects: Connects) -> None:
    server = connects(says("One."), says("Two."), says("Three."))
    talk = Talk(client, server)
    messages = [talk.say(word)["assistant_message"]["id"] for word in ("a", "b", "c")]
    for message in (messages[2], messages[1]):
        assert client.post(f"/api/messages/{message}/withdraw/").status_code == 200

    for key, bodies in talk.received.items():
        assert rebuilt(key) == [json.dumps(body["messages"]) for body in bodies]


def test_an_attempt_goes_on_from_the_calls_of_the_one_before(
    client: APIClient, connects: Connects
) -> None:
    server = connects(
        asks(call("create_task", title="Milk"), said="I add it."),
        fails(401),
        says("It is there."),
    )
    key = {"Idempotency-Key": "key-1"}
    failed = client.post("/api/chat/", {"message": "milk"}, headers=key)
    assert failed.status_code == 503

    assert client.post("/api/chat/", {"message": "milk"}, headers=key).status_code == 200

    turn = Turn.objects.get()
    assert rebuilt(str(turn.pk))[-1] == json.dumps(server.requests[-1].body["messages"])
    assert any(each.startswith("This is attempt 2") for each in seen(turn).doubts)


# The version of the instructions


@pytest.fixture
def turn(user: User) -> Turn:
    return say(ConversationFactory(user=user), "Hello")


def test_a_turn_knows_with_which_instructions_it_was_taken(
    client: APIClient, connects: Connects
) -> None:
    connects(says("Hello."), fails(401))

    talk(client, "hello")
    talk(client, "hello", status=503)

    assert [turn.instructions for turn in Turn.objects.all()] == [given().hash] * 2


def test_each_process_that_serves_keeps_its_version_and_it_is_kept_once() -> None:
    for _ in range(2):
        processes.keep_given()

    kept = Instructions.objects.get()
    assert (kept.hash, kept.text, kept.tools) == (given().hash, given().text, given().tools)


def test_an_older_version_is_shown_with_the_turn(turn: Turn) -> None:
    tools = [{"type": "function", "function": {"name": "sing", "parameters": {}}}]
    Instructions.objects.keep("0" * 64, "You sing.", tools)
    Turn.objects.filter(pk=turn.pk).update(instructions="0" * 64)

    shown = seen(Turn.objects.get(pk=turn.pk))

    assert shown.first[0] == {"role": "system", "content": "You sing."}
    assert [tool["name"] for tool in shown.tools] == ["sing"]
    assert rebuilding.BEFORE_VERSIONS not in shown.doubts


@pytest.mark.parametrize(
    ("hash", "doubt"),
    [("", rebuilding.BEFORE_VERSIONS), ("1" * 64, rebuilding.VERSION_GONE)],
)
def test_a_version_that_is_not_kept_is_said_to_be_so(turn: Turn, hash: str, doubt: str) -> None:
    Turn.objects.filter(pk=turn.pk).update(instructions=hash)

    assert doubt in seen(Turn.objects.get(pk=turn.pk)).doubts


# What cannot be rebuilt


def test_what_the_user_told_since_is_left_out_and_said_to_be(turn: Turn, user: User) -> None:
    user.remember("note", "Tea", "remember that I take tea")

    shown = seen(Turn.objects.get(pk=turn.pk))

    assert "Tea" not in str(shown.first)
    assert rebuilding.TOLD_SINCE in shown.doubts


def test_an_earlier_message_that_was_tried_again_since_is_a_doubt(user: User) -> None:
    conversation = ConversationFactory(user=user)
    early, late = say(conversation, "Hello"), say(conversation, "Ho")
    assert rebuilding.TRIED_AGAIN_SINCE not in seen(late).doubts
    after = timezone.now() + timedelta(hours=1)
    Turn.objects.filter(pk=early.pk).update(finished_at=after)

    assert rebuilding.TRIED_AGAIN_SINCE in seen(Turn.objects.get(pk=late.pk)).doubts


# The page


def page_of(turn: Turn) -> str:
    return f"/admin/seen/{turn.pk}/"


def test_the_page_shows_it_as_text(see: See, user: User) -> None:
    conversation = ConversationFactory(user=user)
    turn = say(conversation, "<script>alert(1)</script>", "Well, <b>no</b>.")

    page = see(page_of(turn))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "You keep one person" in page
    assert "Well, &lt;b&gt;no&lt;/b&gt;." in page
    assert " style=" not in page
    assert page_of(turn) in see(f"/admin/conversations/turn/{turn.pk}/change/")
    assert page_of(turn) in see(f"/admin/conversations/conversation/{conversation.pk}/change/")


def test_the_page_of_an_open_turn_and_of_none(see: See, operator: Client) -> None:
    turn = ConversationFactory().begin_turn("Hello", LEASE)

    assert "The turn is not settled" in see(page_of(turn))
    nobody = "/admin/seen/0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55/"
    assert operator.get(nobody).status_code == 404


@pytest.mark.parametrize(
    ("permissions", "status"),
    [(["view_turn", "view_conversation"], 200), (["view_turn"], 403), (["view_conversation"], 403)],
)
def test_only_who_may_read_conversations_sees_it(
    turn: Turn, permissions: list[str], status: int
) -> None:
    client = Client()
    client.force_login(staff_who_may(*permissions))

    assert client.get(page_of(turn)).status_code == status
