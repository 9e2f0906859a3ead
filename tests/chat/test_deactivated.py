"""A user is deactivated while a turn of theirs is running: it ends, and nothing comes after."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import Message
from conversations.models import Conversation, ToolCall, Turn, TurnLost
from tests.accounts.endings import deactivate
from tests.conftest import Plays
from tests.factories import LEASE, record_call
from tests.fakes import call
from todos.models import Task

pytestmark = pytest.mark.django_db(transaction=True)

Step = Callable[[list[Message]], list[object]]


def meanwhile(user: User, *parts: object) -> Step:
    """A model that answers this after the user was deactivated."""

    def step(prompt: list[Message]) -> list[object]:
        deactivate(user)
        return list(parts)

    return step


@pytest.mark.parametrize(
    "parts",
    [
        ["Done."],
        [],
        [call("create_task", title="Too late")],
        ["Done. ", call("create_task", title="Too late")],
        [call("no_such_tool")],
    ],
)
def test_their_turn_is_cancelled_and_has_no_effect(
    client: APIClient, user: User, plays: Plays, parts: list[object]
) -> None:
    plays(meanwhile(user, *parts), ["It is there."])

    body = client.post("/api/chat/", {"message": "milk"}).json()

    assert body["assistant_message"]["status"] == "cancelled"
    assert Turn.objects.get().status == "cancelled"
    assert not Task.objects.exists()
    assert not ToolCall.objects.exists()


def test_what_was_done_before_stays(client: APIClient, user: User, plays: Plays) -> None:
    late = meanwhile(user, "Another. ", call("create_task", title="Too late"))
    plays([call("create_task", title="Milk")], late)

    body = client.post("/api/chat/", {"message": "milk"}).json()

    assert body["assistant_message"]["status"] == "cancelled"
    assert body["assistant_message"]["content"] == "Another. "
    assert [task.title for task in Task.objects.all()] == ["Milk"]
    assert [row.status for row in ToolCall.objects.all()] == ["succeeded"]


def test_a_turn_that_fails_then_is_cancelled_too(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(meanwhile(user, RuntimeError("broken")))

    client.post("/api/chat/", {"message": "milk"})

    assert Turn.objects.get().status == "cancelled"


def test_the_next_request_is_401(client: APIClient, user: User, plays: Plays) -> None:
    llm = plays(meanwhile(user, "Done."))
    client.post("/api/chat/", {"message": "milk"})

    assert client.post("/api/chat/", {"message": "more"}).status_code == 401

    assert len(llm.prompts) == 1
    assert Turn.objects.count() == 1


def test_who_is_active_again_has_another_turn(client: APIClient, user: User, plays: Plays) -> None:
    plays(meanwhile(user, "Done."), ["Hello again."])
    first = client.post("/api/chat/", {"message": "milk"}).json()
    User.objects.update(is_active=True)

    body = {"message": "hello", "conversation_id": first["conversation_id"]}
    again = client.post("/api/chat/", body).json()

    assert again["assistant_message"]["status"] == "completed"


# The fence itself


def test_the_fence_of_a_deactivated_user_is_shut(user: User) -> None:
    turn = Conversation(user=user).begin_turn("milk", LEASE)
    lease = Turn.objects.get().lease_expires_at

    deactivate(user)

    with pytest.raises(TurnLost):
        record_call(turn)
    assert Turn.objects.get().lease_expires_at == lease
    assert not ToolCall.objects.exists()
