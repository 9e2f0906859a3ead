"""The assistant takes back what it did: the tool undo_last, its record and its limits."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import LLMTimeout
from agent.offline.assistant import OfflineLLM
from conversations.models import ToolCall
from tests.conftest import Plays
from tests.factories import TaskFactory, UserFactory
from tests.fakes import call
from todos.models import Origin, Task, TaskChange
from todos.models.change import TaskChangeQuerySet

pytestmark = pytest.mark.django_db(transaction=True)

UNDO = call("undo_last")
ABC = [call("create_task", title=title) for title in "ABC"]


def say(client: APIClient, where: str | None = None, text: str = "Do it", key: str = "") -> Any:
    """One turn, in the conversation ``where`` or a new one; its answer."""
    sent = {"message": text} | ({"conversation_id": where} if where else {})
    answer = client.post("/api/chat/", sent, headers={"Idempotency-Key": key or str(uuid4())})
    return answer.json()


def undo(client: APIClient, where: str) -> Any:
    """The calls of a turn that was asked to undo."""
    return say(client, where)["assistant_message"]["tool_calls"]


def titles(user: User) -> list[str]:
    return [task.title for task in Task.objects.for_user(user).order_by("created_at", "id")]


def shown(client: APIClient, where: str) -> list[tuple[str, bool]]:
    """The calls of a conversation, and whether each is undone."""
    messages = client.get(f"/api/conversations/{where}/").json()["messages"]
    calls = [made for message in messages for made in message.get("tool_calls", [])]
    return [(made["name"], made["undone"]) for made in calls]


@pytest.mark.parametrize(
    ("name", "arguments", "undone"),
    [
        ("update_task", {"title": "Bread", "due_date": None}, "updated"),
        ("complete_task", {}, "completed"),
        ("delete_task", {}, "deleted"),
    ],
)
def test_the_latest_change_is_taken_back_and_told(
    client: APIClient, user: User, plays: Plays, name: str, arguments: dict[str, Any], undone: str
) -> None:
    task = TaskFactory(user=user, title="Milk", due_date="2026-12-03", due_time="17:00")
    plays([call(name, task_id=str(task.pk), **arguments)], ["Done."], [UNDO], ["Undone."])
    where = say(client)["conversation_id"]

    [made] = undo(client, where)

    [change] = made["result"].pop("undone")
    assert (made["status"], made["result"]) == ("succeeded", {"source": "chat"})
    told = change["task"]
    assert change["kind"] == undone
    assert (told["title"], told["due_date"], told["due_time"]) == ("Milk", "2026-12-03", "17:00")
    assert told["id"] == str(task.pk)
    task.refresh_from_db()
    assert (task.title, task.completed, task.deleted_at) == ("Milk", False, None)
    assert shown(client, where) == [(name, True), ("undo_last", False)]


def test_a_task_that_was_added_is_deleted(client: APIClient, user: User, plays: Plays) -> None:
    plays([call("create_task", title="Milk")], ["Added."], [UNDO], ["Undone."])

    [made] = undo(client, say(client)["conversation_id"])

    task = Task.objects.get()
    [change] = made["result"]["undone"]
    told = change["task"]
    assert (change["kind"], told["title"], told["deleted"]) == ("created", "Milk", True)
    assert task.deleted_at is not None


def test_the_history_of_the_task_tells_who_took_it_back(
    client: APIClient, user: User, plays: Plays
) -> None:
    task = TaskFactory(user=user)
    plays([call("complete_task", task_id=str(task.pk))], ["Done."], [UNDO], ["Undone."])
    where = say(client)["conversation_id"]

    [made] = undo(client, where)

    undone, completed, created = client.get(f"/api/tasks/{task.pk}/history/").json()["results"]
    assert (undone["kind"], undone["source"], undone["undone"]) == ("undone", "chat", False)
    assert (undone["tool_call_id"], undone["conversation_id"]) == (made["id"], where)
    assert (completed["kind"], completed["undone"], created["undone"]) == ("completed", True, False)


def test_each_call_of_a_turn_takes_one_more_back_and_tells_how_many_are_left(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays([call("create_task", title="Old")], ABC, ["Added."], [UNDO, UNDO], [UNDO], ["Undone."])
    where = say(client)["conversation_id"]

    made = undo(client, where)

    undone = [change["task"]["title"] for each in made for change in each["result"]["undone"]]
    assert undone == ["C", "B", "A"]
    assert [each["result"].get("left") for each in made] == [3, 2, 1]
    assert titles(user) == ["Old"]


def test_what_is_left_counts_one_message_alone(client: APIClient, user: User, plays: Plays) -> None:
    plays(ABC[:1], ["Added."], [*ABC[1:], call("list_tasks")], ["Added."], [UNDO] * 3, ["Undone."])
    where = say(client)["conversation_id"]
    say(client, where)

    made = undo(client, where)

    assert [each["result"].get("left") for each in made] == [1, None, None]
    assert titles(user) == []


def test_undoing_twice_goes_on_with_the_message_before(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(ABC[:1], ["Added."], ABC[1:2], ["Added."], *[[UNDO], ["Undone."]] * 3)
    where = say(client)["conversation_id"]
    say(client, where)

    undo(client, where)
    assert titles(user) == ["A"]
    undo(client, where)
    assert titles(user) == []
    [made] = undo(client, where)

    assert (made["status"], made["result"]) == (
        "failed",
        {"error": "There is nothing to undo."},
    )
    assert [undone for name, undone in shown(client, where) if name == "create_task"] == [True] * 2


def test_what_one_turn_adds_and_takes_back_is_shown_as_undone_at_once(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays([*ABC, UNDO], [UNDO], ["Undone."])

    made = say(client)["assistant_message"]["tool_calls"]

    assert [each["undone"] for each in made] == [False, True, True, False, False]
    assert titles(user) == ["A"]


def test_what_one_turn_has_taken_back_it_may_do_again(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays([ABC[0]], [UNDO], [ABC[0]], [ABC[0]], ["There it is."])

    made = say(client)["assistant_message"]["tool_calls"]

    assert [each["status"] for each in made] == ["succeeded"] * 3 + ["failed"]
    assert titles(user) == ["A"]


def test_the_newest_act_of_the_user_is_taken_back_by_whatever_hand_and_wherever(
    client: APIClient, stranger_client: APIClient, user: User, plays: Plays
) -> None:
    plays(*[ABC[:1], ["Added."]] * 2, ["Hello."], [UNDO], [UNDO], [UNDO], ["Done."])
    say(client)
    say(stranger_client)
    where = say(client)["conversation_id"]
    Task.objects.for_user(user).get().complete(Origin("page"))

    made = undo(client, where)

    assert [each["status"] for each in made] == ["succeeded", "succeeded", "failed"]
    assert [each["result"].get("source") for each in made] == ["page", "chat", None]
    kinds = [change["kind"] for each in made[:2] for change in each["result"]["undone"]]
    assert kinds == ["completed", "created"]
    assert titles(user) == []
    assert Task.objects.get(deleted_at=None).user != user


@pytest.mark.only_on("sqlite")  # PostgreSQL takes no such row
def test_a_row_of_another_user_is_never_touched(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(ABC[:1], ["Added."], [UNDO], ["Nothing."])
    where = say(client)["conversation_id"]
    TaskChange.objects.update(user=UserFactory())

    assert undo(client, where)[0]["status"] == "failed"

    assert titles(user) == ["A"]


def test_what_the_user_has_taken_back_is_passed_over(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(ABC[:1], ["Added."], ABC[1:], ["Added."], [UNDO], ["Undone."])
    where = say(client)["conversation_id"]
    reply = say(client, where)["assistant_message"]["id"]
    client.post(f"/api/messages/{reply}/undo/")

    undo(client, where)

    assert titles(user) == []


def test_what_the_user_takes_back_at_this_moment_is_not_taken_back_twice(
    client: APIClient, user: User, plays: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    plays(ABC[:1], ["Added."], [UNDO], ["Nothing."])
    where = say(client)["conversation_id"]
    undoing = TaskChangeQuerySet.undo

    def too_late(self: TaskChangeQuerySet, origin: Origin) -> list[TaskChange]:
        undoing(self.all(), Origin("page"))
        return undoing(self, origin)

    monkeypatch.setattr(TaskChangeQuerySet, "undo", too_late)

    [made] = undo(client, where)

    assert made["result"] == {"error": "The user has taken that back a moment ago."}


def test_a_task_that_has_moved_on_is_left_alone(
    client: APIClient, user: User, plays: Plays
) -> None:
    task = TaskFactory(user=user, title="Milk")
    plays([call("update_task", task_id=str(task.pk), title="Bread")], ["Done."], [UNDO], ["Sorry."])
    where = say(client)["conversation_id"]
    Task.objects.filter(pk=task.pk).update(title="Butter")  # by a hand that keeps no journal

    [made] = undo(client, where)

    assert made["status"] == "failed"
    assert "“Butter” changed elsewhere since" in made["result"]["error"]
    assert titles(user) == ["Butter"]
    assert shown(client, where) == [("update_task", False), ("undo_last", False)]


def test_what_it_has_taken_back_can_be_brought_back_by_the_user(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(ABC[:1], ["Added."], [UNDO], ["Undone."])
    where = say(client)["conversation_id"]
    reply = say(client, where)["assistant_message"]["id"]
    assert titles(user) == []

    client.post(f"/api/messages/{reply}/undo/")

    assert titles(user) == ["A"]


def test_a_second_attempt_takes_back_only_what_the_first_has_not(
    client: APIClient, user: User, plays: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    plays([call("create_task", title="Old")], ["Added."], ABC, ["Added."], [UNDO], LLMTimeout())
    where = say(client)["conversation_id"]
    say(client, where)
    assert say(client, where, "undo", "key-1")["code"] == "llm_timeout"
    assert titles(user) == ["Old", "A", "B"]

    monkeypatch.setattr("chat.turns.chosen_llm", OfflineLLM)
    answer = say(client, where, "undo", "key-1")

    assert answer["assistant_message"]["status"] == "completed"
    assert titles(user) == ["Old"]
    assert ToolCall.objects.filter(name="undo_last").count() == 3
