"""The tools: what is told of them, what they do, and how they fail."""

from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from accounts.keys import Key
from accounts.models import User
from agent import tools
from chat.doors.mcp.schemas import ABOUT
from conversations.models import Conversation, Turn
from tests.conftest import Plays
from tests.doors.mcp.wire import call, handshake, modern, post
from tests.factories import TaskFactory
from tests.fakes import call as asks_for
from tests.keys import client_with
from todos.models import Origin, Proposal, Task, TaskChange, TaskList

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


def listed(client: APIClient) -> dict[str, Any]:
    result = post(client, modern("tools/list")).json()["result"]
    assert (result["cacheScope"], result["ttlMs"] > 0) == ("private", True)
    return {tool["name"]: tool for tool in result["tools"]}


def closed(schema: Any) -> Any:
    """With nothing in it that is not told."""
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(each) for name, each in schema.items()}
    if "properties" not in schema:
        return parts
    fields = {name: closed(each) for name, each in schema["properties"].items()}
    return parts | {"properties": fields, "additionalProperties": False}


def text(result: dict[str, Any]) -> str:
    return str(result["content"][0]["text"])


def test_all_tools_of_the_assistant_are_offered_but_that_for_the_persons_own_words(
    client: APIClient,
) -> None:
    found = listed(client)

    assert [*found] == [*ABOUT, "ask_assistant"]
    assert tools.TOOLS.keys() - found.keys() == {"remember"}
    for specification in tools.specifications():
        told = specification["function"]
        if told["name"] in ABOUT:
            assert found[told["name"]]["inputSchema"] == told["parameters"]
            assert found[told["name"]]["description"] == told["description"]
    for name, tool in found.items():
        hints = tool["annotations"]
        assert hints["openWorldHint"] is False
        assert hints["readOnlyHint"] is (name in tools.TOOLS and not tools.changes(name))
        assert hints["idempotentHint"] is hints["readOnlyHint"], (
            "the same title may be another task"
        )
    assert found["delete_task"]["annotations"]["destructiveHint"] is True
    assert found["create_task"]["annotations"]["destructiveHint"] is False
    assert post(client, handshake("tools/list")).json()["result"]["tools"] == [*found.values()]


USED = [
    ("create_task", {"tasks": [{"title": "Tea", "due_date": "tomorrow", "reminders": "9:00"}]}),
    ("create_task", {"title": "Milk", "list": "Shop", "tags": "a, b"}),
    ("create_task", {"title": "Cake", "parent": "Party"}),
    ("create_task", {"tasks": [{"title": "Water", "repeats": "every day"}, {"title": ""}]}),
    ("list_tasks", {}),
    ("list_tasks", {"ringing": "any"}),
    ("read_task", {"task_id": "Party"}),
    ("update_task", {"task_id": "Party", "due_date": "2027-01-01", "duration_minutes": 90}),
    ("complete_task", {"task_ids": ["Water", "Unicorn"]}),
    ("complete_task", {"task_id": "Water"}),
    ("reopen_task", {"task_id": "Party"}),
    ("delete_task", {"task_id": "Tea"}),
    ("delete_task", {"task_ids": ["Milk"]}),
    ("restore_task", {"task_id": "Tea"}),
    ("list_lists", {}),
    ("undo_last", {}),
    ("edit_list", {"do": "rename", "list": "Shop", "to": "Store"}),
    ("undo_last", {}),
    ("plan", {"span": "week"}),
    ("plan", {"span": "30 minutes"}),
]


def test_what_a_tool_answers_fits_what_was_told_of_it(client: APIClient, user: User) -> None:
    TaskFactory(user=user, title="Party")
    TaskList.add(user, Origin("api"), name="Shop")
    found = listed(client)
    for name, arguments in USED:
        result = call(client, name, arguments)

        assert "isError" not in result, (name, arguments, result)
        schema = found[name].get("outputSchema", {"type": "object"})
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(closed(schema)).validate(result["structuredContent"])
        assert result["content"][0]["type"] == "text"
    sources = TaskChange.objects.exclude(source="api").values_list("source", flat=True)
    assert set(sources) == {"mcp"}


def test_an_act_is_one_call(client: APIClient, user: User) -> None:
    call(client, "create_task", {"tasks": [{"title": "Milk"}, {"title": "Eggs"}]})
    call(client, "create_task", {"tasks": [{"title": "Tea"}]})

    assert TaskChange.objects.values("act").distinct().count() == 2
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("complete_task", {"task_ids": ["Unicorn"]}, "There is no such task"),
        ("complete_task", {"task_ids": []}, "give a list of 1 to 100"),
        ("create_task", {}, "title: Field required"),
        ("create_task", {"title": "x" * 300}, "at most 200 characters"),
        ("create_task", {"title": "Milk", "colour": "red"}, "colour: Extra inputs"),
        ("create_task", {"title": "Milk", "due_date": "someday"}, "due_date"),
        ("create_task", {"raw": "{"}, "one whole JSON object"),
        ("update_task", {"task_id": "Milk"}, "Name at least one field"),
        ("list_tasks", {"due": "soon"}, "due: Input should be"),
        ("edit_list", {"do": "delete", "list": "Nope"}, "There is no list “Nope”"),
        ("undo_last", {"act": 5}, "act: Extra inputs"),
        ("ask_assistant", {}, "message: This field is required."),
        ("ask_assistant", {"message": "  "}, "message: This field may not be blank."),
        ("ask_assistant", {"message": "Hi", "conversation": "x"}, "valid UUID"),
    ],
)
def test_a_fault_is_a_result_that_a_model_can_mend(
    client: APIClient, user: User, name: str, arguments: dict[str, Any], sentence: str
) -> None:
    TaskFactory(user=user, title="Milk")
    before = TaskChange.objects.count()
    for body in (modern, handshake):
        response = post(client, body("tools/call", {"name": name, "arguments": arguments}))
        result = response.json()["result"]
        assert result["isError"] is True
        assert sentence in text(result)
        assert "structuredContent" not in result
        assert response["X-Request-ID"] in response.content.decode()
    assert TaskChange.objects.count() == before


def test_candidates_are_told_where_it_is_not_clear_which_is_meant(
    client: APIClient, user: User
) -> None:
    both = {str(TaskFactory(user=user, title=f"Call {who}").pk) for who in ("Ann", "Bob")}

    result = call(client, "complete_task", {"task_ids": ["Call"]})

    told = result["_meta"]["todo-chat/details"]["candidates"]
    assert {each["id"] for each in told} == both
    assert all(id in result["content"][1]["text"] for id in both)


def test_days_are_those_of_the_person(client: APIClient, user: User) -> None:
    user.time_zone = "Pacific/Kiritimati"
    user.keep("time_zone")
    user.remember("morning", "06:30", "mornings are 6:30", None)

    result = call(client, "create_task", {"title": "Run", "due_date": "tomorrow morning"})

    [made] = result["structuredContent"]["tasks"]
    assert made["due_time"] == "06:30"
    assert Task.objects.get().due_date == user.local_now().date() + timedelta(days=1)
    assert "Pacific/Kiritimati" in str(post(client, modern("server/discover")).json())


def test_a_plan_only_looks(client: APIClient, user: User) -> None:
    for number in range(12):
        TaskFactory(
            user=user, title=f"Job {number}", due_date=user.local_now(), duration_minutes=120
        )

    result = call(client, "plan", {"span": str(user.local_now().date())})

    assert result["structuredContent"]["could_move"]
    assert not Proposal.objects.exists()


def test_the_assistant_is_asked_and_goes_on(client: APIClient, plays: Plays, user: User) -> None:
    llm = plays(
        [asks_for("create_task", title="Milk"), asks_for("complete_task", task_id="Unicorn")],
        ["It is there."],
        ["You said milk."],
    )

    first = call(client, "ask_assistant", {"message": "Add milk"})["structuredContent"]
    where = first["conversation_id"]
    call(client, "ask_assistant", {"message": "What did I say?", "conversation": where})

    assert first["reply"] == "It is there."
    [made, failed] = first["tool_calls"]
    assert (made["name"], made["status"]) == ("create_task", "succeeded")
    assert "There is no such task" in failed["error"]
    task = Task.objects.get()
    [changed] = first["tasks_changed"]
    assert changed == {"id": str(task.pk), "title": "Milk", "kinds": ["created"]}
    assert {turn.door for turn in Turn.objects.all()} == {"mcp"}
    assert "It is there." in str(llm.prompts[-1])
    Draft202012Validator(listed(client)["ask_assistant"]["outputSchema"]).validate(first)


def test_a_key_that_only_reads_is_told_of_no_more_and_changes_nothing(user: User) -> None:
    client = client_with(user, "read")
    arguments = {"task_ids": [str(TaskFactory(user=user, title="Milk").pk)], "message": "Hi"}
    before = TaskChange.objects.count()

    assert listed(client).keys() == {"list_tasks", "read_task", "list_lists", "plan"}
    assert call(client, "list_tasks")["structuredContent"]["total"] == 1
    for name in (*ABOUT, "ask_assistant"):
        for body in (modern, handshake) if name not in listed(client) else ():
            response = post(client, body("tools/call", {"name": name, "arguments": arguments}))

            told = response.json()
            assert (response.status_code, told["id"]) == (403, 1)
            assert told["error"]["data"]["code"] == "missing_scope"
            assert 'error="insufficient_scope"' in response["WWW-Authenticate"]
    assert TaskChange.objects.count() == before
    assert not Turn.objects.exists()


def test_a_key_that_deletes_nothing_is_told_so_by_the_tool(user: User) -> None:
    client = client_with(user, "write", "no_delete")
    TaskFactory(user=user, title="Milk")

    for name in ("delete_task", "undo_last"):
        result = call(client, name, {"task_id": "Milk"} if name == "delete_task" else {})

        assert (result["isError"], "may not delete" in text(result)) == (True, True)
    assert Task.objects.get().deleted_at is None


def test_a_change_carries_the_key_of_its_client(user: User) -> None:
    client = client_with(user, "write")

    call(client, "create_task", {"title": "Milk"})

    change = TaskChange.objects.get()
    assert (change.source, change.key) == ("mcp", Key.objects.get().pk)
