"""What takes the person's yes: asked through their client, and worth nothing to anybody else."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.conftest import Plays
from tests.doors.mcp.wire import ASKING, call, handshake, modern, post
from tests.factories import TaskFactory
from tests.fakes import call as asks_for
from tests.keys import client_with
from tests.todos.at_once import at_once
from todos.models import Origin, Proposal, Task, TaskChange

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

YES = {"action": "accept", "content": {"confirm": True}}
NO = [{"action": "accept", "content": {"confirm": False}}, {"action": "decline"}]


@pytest.fixture
def boxes(user: User) -> dict[str, Any]:
    """The arguments that delete them all."""
    return {"task_ids": [str(TaskFactory(user=user, title=f"Box {n}").pk) for n in range(5)]}


def ask(client: APIClient, arguments: Any, name: str = "delete_task") -> str:
    result = call(client, name, arguments, ASKING)
    assert (result["resultType"], result.keys() & {"content", "structuredContent"}) == (
        "input_required",
        set(),
    )
    [(key, question)] = result["inputRequests"].items()
    assert (key, question["method"]) == ("confirm", "elicitation/create")
    assert question["params"]["requestedSchema"]["properties"]["confirm"]["type"] == "boolean"
    return str(result["requestState"])


def again(client: APIClient, arguments: Any, state: Any, answer: Any, **more: Any) -> Any:
    """The whole answer to the call that comes with the person's."""
    name = more.pop("name", "delete_task")
    responses = {} if answer is None else {"inputResponses": {"confirm": answer}}
    params = {"name": name, "arguments": arguments, "requestState": state, **responses}
    return post(client, modern("tools/call", params, more.pop("capabilities", ASKING)))


def deleted() -> int:
    return Task.objects.exclude(deleted_at=None).count()


def test_a_yes_does_it_once(client: APIClient, boxes: dict[str, Any]) -> None:
    state = ask(client, boxes)
    assert (deleted(), state) == (0, str(Proposal.objects.get().pk))

    first = again(client, boxes, state, YES)
    replayed = again(client, boxes, state, YES)

    assert len(first.json()["result"]["structuredContent"]["deleted"]) == 5
    assert (replayed.status_code, replayed.json()["error"]["code"]) == (400, -32602)
    assert deleted() == 5
    lines = TaskChange.objects.filter(kind="deleted")
    assert {(line.source, line.act) for line in lines} == {("mcp", Proposal.objects.get().act)}


@pytest.mark.parametrize("answer", NO)
def test_a_no_leaves_it(client: APIClient, boxes: dict[str, Any], answer: Any) -> None:
    state = ask(client, boxes)

    result = again(client, boxes, state, answer).json()["result"]

    assert (result["isError"], deleted()) == (True, 0)
    assert Proposal.objects.get().status == "rejected"
    assert again(client, boxes, state, YES).status_code == 400


def test_who_puts_it_off_finds_it_on_the_page(client: APIClient, boxes: dict[str, Any]) -> None:
    state = ask(client, boxes)

    result = again(client, boxes, state, {"action": "cancel"}).json()["result"]

    assert (result["isError"], deleted()) == (True, 0)
    assert "at http://testserver/" in result["content"][0]["text"]
    assert Proposal.objects.get().status == "open"
    assert again(client, boxes, state, YES).status_code == 200
    assert deleted() == 5


@pytest.mark.parametrize("capabilities", [{}, {"elicitation": {"url": {}}}, {"elicitation": 1}])
def test_who_cannot_ask_is_told_where_the_person_can_say_yes(
    client: APIClient, boxes: dict[str, Any], capabilities: Any
) -> None:
    params = {"name": "delete_task", "arguments": boxes}
    for body in (modern("tools/call", params, capabilities), handshake("tools/call", params)):
        result = post(client, body).json()["result"]

        assert result["isError"] is True
        assert "http://testserver/" in result["content"][0]["text"]
        proposal = Proposal.objects.latest("created_at")
        told = result["_meta"]["todo-chat/details"]["proposal"]
        assert (told["id"], told["tasks"]) == (str(proposal.pk), 5)
    assert client.post(f"/api/proposals/{proposal.pk}/approve/").status_code == 200
    assert deleted() == 5


REFUSED: dict[str, Any] = {
    "made up": lambda state: {"state": str(uuid4())},
    "altered": lambda state: {"state": f"{state}-x"},
    "spelled in another way": lambda state: {"state": state.upper()},
    "no id": lambda state: {"state": "yes"},
    "no text": lambda state: {"state": 5},
    "a list": lambda state: {"state": [state]},
    "empty": lambda state: {"state": ""},
    "for other tasks": lambda state: {"arguments": {"task_ids": ["Box 1", "Other"]}},
    "for fewer": lambda state: {"arguments": {"task_ids": ["Box 1"]}},
    "for another tool": lambda state: {"name": "complete_task"},
    "for a tool that only looks": lambda state: {"name": "list_tasks"},
    "for the assistant": lambda state: {"name": "ask_assistant", "arguments": {"message": "Hi"}},
    "an odd answer": lambda state: {"answer": 12345},
    "an unknown action": lambda state: {"answer": {"action": "yes"}},
    "an accept without a word": lambda state: {"answer": {"action": "accept"}},
    "a yes in words": lambda state: {
        "answer": {"action": "accept", "content": {"confirm": "true"}}
    },
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_no_answer_to_this_very_question_is_refused_alike(
    client: APIClient, user: User, boxes: dict[str, Any], fault: str
) -> None:
    TaskFactory(user=user, title="Other")
    state = ask(client, boxes)
    before = TaskChange.objects.count()
    given = {"arguments": boxes, "state": state, "answer": YES, **REFUSED[fault](state)}

    response = again(client, **given)

    assert (response.status_code, response.json()["error"]["code"]) == (400, -32602)
    assert TaskChange.objects.count() == before
    assert Proposal.objects.get().status == "open"
    assert again(client, boxes, state, YES).status_code == 200
    assert deleted() == 5


def test_nobody_else_can_answer(
    client: APIClient, stranger_client: APIClient, user: User, boxes: dict[str, Any]
) -> None:
    state = ask(client, boxes)
    told = set()

    for other in (stranger_client, client_with(user, "write"), client_with(user, "write", "ask")):
        body = again(other, boxes, state, YES).json()
        told.add((body["error"]["code"], body["error"]["message"]))

    asked_by_key = client_with(user, "write")
    mine = ask(asked_by_key, boxes)
    body = again(client, boxes, mine, YES).json()
    told.add((body["error"]["code"], body["error"]["message"]))
    Proposal.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    body = again(client, boxes, state, YES).json()
    told.add((body["error"]["code"], body["error"]["message"]))
    assert len(told) == 1
    assert deleted() == 0


def test_an_answer_to_nothing_is_no_answer(client: APIClient, boxes: dict[str, Any]) -> None:
    responses = {"confirm": YES}

    result = call(client, "delete_task", boxes, ASKING, inputResponses=responses)

    assert (result["resultType"], deleted()) == ("input_required", 0)
    state = result["requestState"]
    asked_again = again(client, boxes, state, None).json()["result"]
    assert (asked_again["requestState"], deleted()) == (state, 0)


def test_of_two_answers_at_once_one_counts(client: APIClient, boxes: dict[str, Any]) -> None:
    state = ask(client, boxes)

    answers = at_once(lambda number: again(client, boxes, state, YES).status_code)

    assert sorted(answers) == [200, 400, 400, 400]
    assert (deleted(), Proposal.objects.count()) == (5, 1)


def test_what_has_changed_since_is_asked_about_anew(
    client: APIClient, user: User, boxes: dict[str, Any]
) -> None:
    state = ask(client, boxes)
    Task.objects.get(title="Box 1").edit(Origin("page"), title="Keepsakes")

    result = again(client, boxes, state, YES).json()["result"]

    assert (result["resultType"], deleted()) == ("input_required", 0)
    assert "Keepsakes" in str(result["inputRequests"])
    assert again(client, boxes, state, YES).status_code == 400
    assert again(client, boxes, result["requestState"], YES).status_code == 200
    assert deleted() == 5


def test_a_list_with_its_tasks_is_asked_about(client: APIClient, user: User) -> None:
    call(
        client,
        "create_task",
        {"tasks": [{"title": "a", "list": "Old"}, {"title": "b", "list": "Old"}]},
    )
    whole = {"do": "delete", "list": "Old", "delete_tasks": True}

    state = ask(client, whole, "edit_list")
    done = again(client, whole, state, YES, name="edit_list").json()["result"]

    assert (done["structuredContent"], deleted()) == ({"deleted_list": "Old"}, 2)


def test_a_key_that_asks_asks_before_each_change(user: User) -> None:
    client, one = client_with(user, "write", "ask"), {"tasks": [{"title": "Milk"}]}

    state = ask(client, one, "create_task")
    assert not Task.objects.exists()
    made = again(client, one, state, YES, name="create_task").json()["result"]

    assert made["structuredContent"]["tasks"][0]["title"] == "Milk"
    assert TaskChange.objects.get().key is not None
    refused = call(client, "undo_last", {}, ASKING)
    assert (refused["isError"], Task.objects.get().deleted_at) == (True, None)


@pytest.mark.parametrize(("answer", "gone"), [(YES, 5), *((no, 0) for no in NO)])
def test_what_a_reply_asks_is_answered_by_a_turn(
    client: APIClient, plays: Plays, boxes: dict[str, Any], answer: Any, gone: int
) -> None:
    plays([asks_for("delete_task", **boxes)], ["I can do that."])
    asked = {"message": "Throw the boxes away"}
    state = ask(client, asked, "ask_assistant")

    told = again(client, asked, state, answer, name="ask_assistant").json()["result"]
    replayed = again(client, asked, state, answer, name="ask_assistant")

    words = "Yes." if gone else "No."
    assert [turn.user_message.content for turn in Turn.objects.order_by("created_at")] == [
        asked["message"],
        words,
    ]
    assert told["structuredContent"]["tool_calls"][0]["name"] == "delete_task"
    assert len(told["structuredContent"]["tasks_changed"]) == gone
    assert (replayed.status_code, deleted(), Turn.objects.count()) == (400, gone, 2)


def test_what_is_asked_twice_is_answered_once(
    client: APIClient, plays: Plays, boxes: dict[str, Any]
) -> None:
    plays(*[[asks_for("delete_task", **boxes)], ["I can do that."]] * 2)
    begun = call(client, "ask_assistant", {"message": "Throw the boxes away"})
    asked = {
        "message": "I said, throw the boxes away",
        "conversation": begun["structuredContent"]["conversation_id"],
    }
    plays(*[[asks_for("delete_task", **boxes)], ["I can do that."]] * 2)
    first, second = (ask(client, asked, "ask_assistant") for _ in range(2))

    assert again(client, asked, first, YES, name="ask_assistant").status_code == 400
    assert deleted() == 0
    assert again(client, asked, second, YES, name="ask_assistant").status_code == 200
    assert deleted() == 5


def test_a_model_cannot_say_yes(client: APIClient, plays: Plays, boxes: dict[str, Any]) -> None:
    plays([asks_for("delete_task", **boxes)], ["I can do that."], ["Well."])
    result = call(client, "ask_assistant", {"message": "Throw the boxes away"})
    told = result["structuredContent"]
    assert [each["tasks"] for each in told["proposals"]] == [5]
    where = told["conversation_id"]
    assert told["proposals"][0]["confirm_at"] == f"http://testserver/c/{where}/"

    call(client, "ask_assistant", {"message": "Yes.", "conversation": where})

    assert (deleted(), Proposal.objects.get().status) == (0, "open")


def test_a_question_is_over_when_something_else_was_said(
    client: APIClient, plays: Plays, boxes: dict[str, Any]
) -> None:
    plays([asks_for("delete_task", **boxes)], ["I can do that."], ["Hi."])
    asked = {"message": "Throw the boxes away"}
    state = ask(client, asked, "ask_assistant")
    where = Conversation.objects.get().pk
    call(client, "ask_assistant", {"message": "Hello", "conversation": str(where)})

    assert again(client, asked, state, YES, name="ask_assistant").status_code == 400
    assert deleted() == 0
