"""An answer that can be checked: what it says is held against what was done."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.chat.conftest import Connects
from tests.chat.streams import read
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.fakes import call
from tests.fakes.answers import says

pytestmark = pytest.mark.django_db(transaction=True)

WARNING = "The assistant speaks of a change, but none was made."


def test_a_claim_without_a_change_carries_a_warning(client: APIClient, connects: Connects) -> None:
    connects(says("I've gone ahead and ", "added “Milk”."), says("I've added “Milk”."))

    whole = client.post("/api/chat/", {"message": "milk"}).json()
    streamed = read(client.post("/api/chat/", {"message": "milk", "stream": True}))[-1]

    assert streamed.name == "turn.completed"
    for body in (whole, streamed.data):
        assert body["warning"] == WARNING
        assert body["assistant_message"]["tool_calls"] == []


def test_a_claim_of_what_was_done_carries_none(client: APIClient, plays: Plays) -> None:
    steps = [call("create_task", title="Milk")], ["I've added “Milk”."]
    plays(*steps, *steps)

    whole = client.post("/api/chat/", {"message": "milk"}).json()
    streamed = read(client.post("/api/chat/", {"message": "milk", "stream": True}))[-1].data

    assert (whole["warning"], streamed["warning"]) == (None, None)


def test_a_claim_to_have_undone_something_needs_an_undo(client: APIClient, plays: Plays) -> None:
    said = ["I've undone that."]
    plays([call("create_task", title="Milk")], ["Added."], [call("undo_last")], said, said)

    where = client.post("/api/chat/", {"message": "milk"}).json()["conversation_id"]
    undone, claimed = (
        client.post("/api/chat/", {"message": "undo", "conversation_id": where}).json()
        for _ in range(2)
    )

    assert (undone["warning"], claimed["warning"]) == (None, WARNING)


def test_what_only_failed_or_only_looked_is_no_change(
    client: APIClient, user: User, plays: Plays
) -> None:
    TaskFactory(user=user, title="Milk")
    plays(
        [call("list_tasks")],
        ["Done! I have marked it as complete."],
        [call("complete_task", task_id="no such")],
        ["Done! I have marked it as complete."],
    )

    for _ in range(2):
        assert client.post("/api/chat/", {"message": "done"}).json()["warning"] == WARNING


def test_a_list_and_a_question_are_no_claims(client: APIClient, user: User, plays: Plays) -> None:
    TaskFactory(user=user, title="Added sugar")
    plays([call("list_tasks")], ["Your tasks:\n1. Added sugar\n\nShall I mark it as done?"])

    assert client.post("/api/chat/", {"message": "list"}).json()["warning"] is None


def test_a_replay_and_a_later_read_tell_the_calls_of_the_rows(
    client: APIClient, plays: Plays
) -> None:
    plays([call("create_task", title="Milk")], ["I called delete_task. I've deleted everything."])
    key = {"Idempotency-Key": "key-1"}

    first = client.post("/api/chat/", {"message": "milk"}, headers=key).json()
    again = client.post("/api/chat/", {"message": "milk"}, headers=key).json()

    assert [made["name"] for made in first["assistant_message"]["tool_calls"]] == ["create_task"]
    assert again == first
