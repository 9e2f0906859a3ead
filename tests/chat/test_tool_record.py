"""No effect without its record, no record without its effect; and what a tool may not do."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agent import tools
from chat import work
from chat.undo import show_undone
from conversations.models import Message, ToolCall, Turn
from tests.conftest import Plays
from tests.fakes import call
from todos.models import Origin, Task, TaskChange

pytestmark = pytest.mark.django_db(transaction=True)

MILK = call("create_task", title="Milk")


class Broken(Exception):
    """What no code of ours knows."""


def breaks(*_: object, **__: object) -> Any:
    raise Broken("secret /path")


def after(real: Callable[..., Any]) -> Callable[..., Any]:
    """The real thing, and then it breaks."""

    def act(*given: Any, **named: Any) -> Any:
        real(*given, **named)
        breaks()

    return act


def without_an_owner(self: tools.CreateTask, user: User, origin: Origin) -> tools.Result:
    """Only the COMMIT sees that there is no such user."""
    Task.objects.create(user_id=999_999, title=self.title)
    return {"task": {}}


BROKEN_AT = {
    "before the task changes": (tools.CreateTask, "run", breaks),
    "after the task has changed": (tools.CreateTask, "run", after(tools.CreateTask.run)),
    "before the call is kept": (Turn, "save_text", breaks),
    "while the call is kept": (ToolCall, "add", breaks),
    "after the call has been kept": (Turn, "record", after(Turn.record)),
    "at the commit": (tools.CreateTask, "run", without_an_owner),
}


def breaks_once(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """So that the failure itself can be recorded."""
    owner, name, broken = BROKEN_AT[where]
    real = getattr(owner, name)

    def act(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(owner, name, real)
        return broken(*given, **named)

    monkeypatch.setattr(owner, name, act)


UNDO_BROKEN_AT = {
    "after the task has changed": (tools.UndoLast, "run", after(tools.UndoLast.run)),
    "before the undone call shows it": (work, "show_undone", breaks),
    "after the undone call shows it": (work, "show_undone", after(show_undone)),
    "after the call has been kept": (Turn, "record", after(Turn.record)),
}


@pytest.mark.parametrize("broken", UNDO_BROKEN_AT.values(), ids=UNDO_BROKEN_AT.keys())
def test_what_breaks_in_an_undo_leaves_the_change_and_its_call_as_they_were(
    client: APIClient, plays: Plays, monkeypatch: pytest.MonkeyPatch, broken: tuple[Any, str, Any]
) -> None:
    plays([MILK], ["Added."], [call("undo_last")])
    where = client.post("/api/chat/", {"message": "milk"}).json()["conversation_id"]
    monkeypatch.setattr(*broken)

    client.post("/api/chat/", {"message": "undo", "conversation_id": where})

    assert Task.objects.get().deleted_at is None
    assert TaskChange.objects.get().undone_at is None
    assert ToolCall.objects.get(name="create_task").undone_at is None
    assert not ToolCall.objects.filter(name="undo_last", status="succeeded").exists()


@pytest.mark.parametrize("where", BROKEN_AT)
def test_what_breaks_in_a_tool_leaves_neither_effect_nor_success(
    client: APIClient, plays: Plays, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    breaks_once(monkeypatch, where)
    plays([MILK], ["Something is wrong."])

    body = client.post("/api/chat/", {"message": "milk"}).json()

    assert not Task.objects.exists()
    assert not TaskChange.objects.exists()
    kept = ToolCall.objects.get()
    assert (kept.status, kept.arguments) == ("failed", {"title": "Milk"})
    [shown] = body["assistant_message"]["tool_calls"]
    assert (shown["id"], shown["status"]) == (str(kept.pk), "failed")
    assert body["assistant_message"]["status"] == "completed"


def test_what_breaks_for_good_ends_the_turn_without_effect(
    client: APIClient, plays: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Turn, "record", after(Turn.record))
    plays([MILK])

    answer = client.post("/api/chat/", {"message": "milk"})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.json()["assistant_message"]["tool_calls"] == []
    assert not Task.objects.exists()
    assert not ToolCall.objects.exists()
    assert Turn.objects.get().status == "failed"


def test_after_a_broken_call_the_same_call_is_made(
    client: APIClient, plays: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks_once(monkeypatch, "at the commit")
    plays([MILK], [MILK], ["Added."])

    body = client.post("/api/chat/", {"message": "milk"}).json()

    shown = body["assistant_message"]["tool_calls"]
    assert [made["status"] for made in shown] == ["failed", "succeeded"]
    assert body["warning"] is None
    [change] = TaskChange.objects.all()
    assert str(change.tool_call_id) == shown[1]["id"]
    assert Task.objects.get().title == "Milk"


def test_what_was_said_before_a_broken_call_is_kept_with_its_failure(
    client: APIClient, plays: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks_once(monkeypatch, "after the call has been kept")
    kept: list[str] = []
    monkeypatch.setattr(
        work.Work, "settle", lambda *_, **__: kept.append(Message.objects.get(seq=2).content)
    )
    plays(["Let me see.", MILK], ["Something is wrong."])

    client.post("/api/chat/", {"message": "milk"})

    assert kept == ["Let me see."]


def test_every_effect_carries_the_id_of_its_call(client: APIClient, plays: Plays) -> None:
    plays(
        [MILK, call("create_task", title=""), call("create_task", title="Bread")],
        [call("list_tasks"), MILK, call("complete_task", task_id="no such")],
        ["Added."],
    )

    client.post("/api/chat/", {"message": "milk and bread"})

    succeeded = ToolCall.objects.filter(status="succeeded").exclude(name="list_tasks")
    effects = TaskChange.objects.values_list("tool_call_id", flat=True)
    assert sorted(effects) == sorted(made.pk for made in succeeded)
    assert ToolCall.objects.filter(status="failed").count() == 3


def test_what_a_broken_tool_says_is_for_the_log_alone(
    client: APIClient,
    plays: Plays,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(tools.CreateTask, "run", breaks)
    llm = plays([MILK], ["That did not work."], ["Still here."])

    answer = client.post("/api/chat/", {"message": "milk"})

    [made] = answer.json()["assistant_message"]["tool_calls"]
    assert made["result"] == {"error": "internal_error: the tool failed, and nothing was changed."}
    assert answer.status_code == 200
    where = answer.json()["conversation_id"]
    client.post("/api/chat/", {"message": "hello?", "conversation_id": where})
    read_again = client.get(f"/api/conversations/{where}/")
    for told in (answer.content, read_again.content, json.dumps(llm.prompts).encode()):
        assert b"internal_error" in told
        assert b"secret" not in told
        assert b"/path" not in told
    assert "secret /path" in caplog.text
