"""A model that reads and writes handles alone; whatever is kept and shown has whole ids."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent.handles import handle_of
from agent.llm import LLMUnavailable, Message, ToolRequest
from conversations.models import ToolCall
from tests.agent.handles import of_one_handle
from tests.chat.streams import read
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.fakes import ScriptedLLM, call
from todos.models import TaskChange

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def say(client: APIClient, text: str, where: str | None = None, **more: Any) -> dict[str, Any]:
    sent = {"message": text, "conversation_id": where, **more}
    answer = client.post("/api/chat/", sent)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def listed(prompt: list[Message]) -> dict[str, str]:
    """The handles of the latest list in a prompt, by title."""
    results = [json.loads(each["content"]) for each in prompt if each["role"] == "tool"]
    tasks = [result["tasks"] for result in results if "total" in result][-1]
    return {task["title"]: task["id"] for task in tasks}


def on(name: str, task: str, **more: Any) -> Any:
    """A step that calls a tool by the handle that the prompt tells for a title."""

    def step(prompt: list[Message]) -> list[ToolRequest]:
        return [call(name, task_id=listed(prompt)[task], **more)]

    return step


def several(name: str, *titles: str) -> Any:
    def step(prompt: list[Message]) -> list[ToolRequest]:
        return [call(name, task_ids=[listed(prompt)[title] for title in titles])]

    return step


LIST = [call("list_tasks")]


def test_a_dialogue_in_which_the_model_knows_handles_only(
    client: APIClient, user: User, plays: Plays
) -> None:
    tasks = {title: TaskFactory(user=user, title=title) for title in ("Milk", "Tea", "Bread")}
    llm = plays(
        *(LIST, on("complete_task", "Milk"), ["Done."]),
        *(several("delete_task", "Tea", "Bread"), ["Gone."]),
        *([call("undo_last")], on("update_task", "Tea", title="Green tea"), ["Renamed."]),
    )

    where = say(client, "milk is done")["conversation_id"]
    say(client, "delete the others", where)
    undone = say(client, "no! only rename tea", where)["assistant_message"]["tool_calls"]

    for task in tasks.values():
        task.refresh_from_db()
    assert [task.title for task in tasks.values()] == ["Milk", "Green tea", "Bread"]
    assert tasks["Milk"].completed
    assert not any(task.deleted_at for task in tasks.values())
    assert not WHOLE.search(json.dumps(llm.prompts))
    assert listed(llm.prompts[1]) == {title: handle_of(task.pk) for title, task in tasks.items()}
    assert undone[1]["arguments"] == {"task_id": str(tasks["Tea"].pk), "title": "Green tea"}
    kept = ToolCall.objects.order_by("id").values_list("arguments", "result")
    assert kept[1][0] == {"task_id": str(tasks["Milk"].pk)}
    assert kept[1][1]["task"]["id"] == str(tasks["Milk"].pk)
    assert kept[2][0] == {"task_ids": [str(tasks["Tea"].pk), str(tasks["Bread"].pk)]}
    changed = TaskChange.objects.exclude(kind="created").values_list("tool_call_id", flat=True)
    assert set(changed) <= set(ToolCall.objects.values_list("id", flat=True))
    shown = client.get(f"/api/conversations/{where}/").json()["messages"]
    arguments = [made["arguments"] for message in shown for made in message["tool_calls"]]
    assert arguments == [pair[0] for pair in kept]


def test_a_prompt_is_the_beginning_of_the_next_one(
    client: APIClient, user: User, plays: Plays
) -> None:
    first, second = of_one_handle()
    TaskFactory(user=user, title="Milk", id=first)
    TaskFactory(user=user, title="Tea", id=second)
    steps = [LIST, on("complete_task", "Tea"), ["Done."]]
    llm = plays(*steps, on("reopen_task", "Tea"), ["Open."], several("delete_task", "Tea", "Milk"))
    llm.steps.append(["Gone."])

    where = say(client, "tea is done")["conversation_id"]
    say(client, "or not", where)
    say(client, "delete both", where)

    for before, after in zip(llm.prompts, llm.prompts[1:], strict=False):
        assert after[: len(before)] == before
    assert TaskChange.objects.filter(kind="deleted").count() == 2


def test_two_tasks_of_one_handle_are_told_apart(
    client: APIClient, user: User, plays: Plays
) -> None:
    first, second = of_one_handle()
    milk = TaskFactory(user=user, title="Milk", id=first)
    tea = TaskFactory(user=user, title="Tea", id=second)
    llm = plays(LIST, on("complete_task", "Tea"), ["Done."], on("delete_task", "Milk"), ["Gone."])

    where = say(client, "tea is done")["conversation_id"]
    say(client, "delete the other", where)

    milk.refresh_from_db()
    tea.refresh_from_db()
    assert (milk.completed, bool(milk.deleted_at)) == (False, True)
    assert (tea.completed, bool(tea.deleted_at)) == (True, False)
    assert len(set(listed(llm.prompts[-1]).values())) == 2


def test_events_of_a_stream_have_whole_ids(client: APIClient, user: User, plays: Plays) -> None:
    task = TaskFactory(user=user, title="Milk")
    plays(LIST, on("complete_task", "Milk"), ["Done."])

    events = read(client.post("/api/chat/", {"message": "milk", "stream": True}))

    started = [event.data for event in events if event.name == "tool.started"]
    finished = [event.data for event in events if event.name == "tool.finished"]
    assert started[1]["arguments"] == {"task_id": str(task.pk)}
    assert finished[0]["result"]["tasks"][0]["id"] == str(task.pk)


def test_a_handle_that_fell_out_of_the_window_is_told_and_does_nothing(
    client: APIClient, user: User, plays: Plays, settings: Settings
) -> None:
    settings.AGENT_HISTORY_MESSAGES = 2
    task = TaskFactory(user=user, title="Milk")
    stale = [call("complete_task", task_id=handle_of(task.pk))]
    plays(LIST, ["Milk."], ["Fine."], stale, LIST, on("complete_task", "Milk"), ["Done."])

    where = say(client, "what is there?")["conversation_id"]
    say(client, "thanks", where)
    calls = say(client, "milk is done", where)["assistant_message"]["tool_calls"]

    assert [made["status"] for made in calls] == ["failed", "succeeded", "succeeded"]
    assert f"no task with the id {handle_of(task.pk)}" in calls[0]["result"]["error"]
    task.refresh_from_db()
    assert task.completed


@pytest.mark.parametrize("tool", ["complete_task", "delete_task", "restore_task", "read_task"])
def test_the_handle_of_a_strangers_task_is_none_here(
    client: APIClient, stranger: User, plays: Plays, tool: str
) -> None:
    task = TaskFactory(user=stranger, title="Secret")
    plays(LIST, [call(tool, task_id=handle_of(task.pk)), call(tool, task_id="Secret")], ["Sorry."])

    calls = say(client, "do it")["assistant_message"]["tool_calls"]

    assert [made["status"] for made in calls] == ["succeeded", "failed", "failed"]
    assert "Secret" not in json.dumps([made["result"] for made in calls])
    assert TaskChange.objects.filter(task=task).count() == 1


def test_a_whole_id_works_and_is_told_by_its_handle(
    client: APIClient, user: User, plays: Plays
) -> None:
    task = TaskFactory(user=user, title="Milk")
    llm = plays([call("complete_task", task_id=str(task.pk))], ["Done."])

    [made] = say(client, "milk is done")["assistant_message"]["tool_calls"]

    assert made["arguments"] == {"task_id": str(task.pk)}
    assert made["status"] == "succeeded"
    assert not WHOLE.search(json.dumps(llm.prompts[1]))


def test_a_turn_that_is_tried_again_knows_the_handles_of_its_first_attempt(
    client: APIClient, user: User, plays: Plays
) -> None:
    task = TaskFactory(user=user, title="Milk")
    plays(LIST, LLMUnavailable("down"), on("complete_task", "Milk"), ["Done."])
    body, key = {"message": "milk is done"}, {"Idempotency-Key": "k"}

    assert client.post("/api/chat/", body, headers=key).status_code == 503
    assert client.post("/api/chat/", body, headers=key).status_code == 200

    task.refresh_from_db()
    assert task.completed


def test_another_model_goes_on_with_the_same_handles(
    client: APIClient, user: User, plays: Plays
) -> None:
    task = TaskFactory(user=user, title="Milk")
    plays(LIST, ["Milk."])
    where = say(client, "what is there?")["conversation_id"]
    other: ScriptedLLM = plays(on("complete_task", "Milk"), ["Done."])
    other.model = "another"

    say(client, "milk is done", where)

    task.refresh_from_db()
    assert task.completed


def test_a_handle_that_the_model_made_up_does_nothing(
    client: APIClient, user: User, plays: Plays
) -> None:
    tasks = [TaskFactory(user=user, title=f"Buy {n}") for n in range(3)]
    made_up = ["abc123", "qqq000", handle_of(UUID(int=7))]
    plays(LIST, [call("delete_task", task_id=each) for each in made_up], ["Sorry."])

    calls = say(client, "delete them")["assistant_message"]["tool_calls"]

    assert [made["status"] for made in calls[1:]] == ["failed"] * 3
    assert TaskChange.objects.count() == len(tasks)
