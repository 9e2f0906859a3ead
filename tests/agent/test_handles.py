"""Handles: short, made of the id alone, never two of one prompt alike, and nothing else touched."""

import json
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from agent.handles import Handles, handle_of, is_handle
from agent.llm import Message
from tests.agent.handles import of_one_handle


def result(value: Any) -> Message:
    return {"role": "tool", "tool_call_id": "a", "content": json.dumps(value)}


def asked(**arguments: Any) -> Message:
    function = {"name": "update_task", "arguments": json.dumps(arguments)}
    calls = [{"id": "a", "type": "function", "function": function}]
    return {"role": "assistant", "content": "", "tool_calls": calls}


def told(handles: Handles, *ids: UUID) -> list[str]:
    [message] = handles.tell([result({"tasks": [{"id": str(id)} for id in ids]})])
    return [task["id"] for task in json.loads(message["content"])["tasks"]]


def test_a_handle_has_letters_and_digits_and_is_neither_word_nor_number() -> None:
    handles = [handle_of(uuid7()) for _ in range(500)]

    assert all(re.fullmatch(r"[b-df-hj-km-np-tv-xz]{3}[0-9]{3}", handle) for handle in handles)
    assert all(map(is_handle, handles))
    assert len(set(handles)) > 495


def test_an_id_has_the_same_handle_each_time_and_in_each_prompt() -> None:
    id = UUID("01a1fe2f-cc68-7383-80e8-35b1501d7e06")

    assert told(Handles(), id, uuid4(), id)[::2] == [handle_of(id)] * 2 == ["pnj094"] * 2


def test_of_two_that_share_a_handle_the_one_told_later_gets_a_longer_one() -> None:
    first, second = of_one_handle()
    handles = Handles()

    short, long = told(handles, first, second)

    assert (short, len(long)) == (handle_of(first), 9)
    assert long.startswith(short)
    assert is_handle(long)
    assert told(Handles(), second, first)[0] == short
    assert handles.whole({"task_ids": [short, long]})["task_ids"] == [str(first), str(second)]


def test_calls_and_results_are_told_with_handles_wherever_an_id_of_a_task_stands() -> None:
    one, two, three = (uuid7() for _ in range(3))
    handles = Handles()

    messages = handles.tell(
        [
            asked(task_id=str(one).upper(), title="a"),
            asked(task_ids=[str(one), "buy milk", 5, str(two)]),
            asked(tasks=[{"task_id": str(two), "notes": "b"}]),
            result({"deleted": {"id": str(three), "title": "c"}, "failures": []}),
            result({"undone": [{"kind": "created", "task": {"id": str(one)}}]}),
            result({"tasks": [], "failures": [{"item": 1, "task_id": str(three), "error": "No."}]}),
            result({"error": "Several fit.", "candidates": [{"id": str(two), "title": "d"}]}),
        ]
    )

    text = json.dumps(messages)
    assert not re.search(r"[0-9a-f]{8}-", text)
    assert [text.count(handle_of(id)) for id in (one, two, three)] == [3, 3, 2]
    assert json.loads(messages[1]["tool_calls"][0]["function"]["arguments"]) == {
        "task_ids": [handle_of(one), "buy milk", 5, handle_of(two)]
    }


@pytest.mark.parametrize(
    "value",
    [
        {"task": {"title": "ID"}},
        {"task": {"title": "x", "notes": "see ID, and “id: ID”"}},
        {"error": "There is no task ID."},
        {"task": {"title": '{"id": "ID"}'}},
        {"id": "ID and more"},
        {"conversation_id": "ID"},
        {'another"id': "ID"},
        {"raw": '{"task_id": "ID"}'},
    ],
    ids=json.dumps,
)
def test_ids_in_titles_and_sentences_stay_as_they_are(value: Any) -> None:
    kept = json.loads(json.dumps(value).replace("ID", str(uuid7())))
    handles = Handles()

    [message] = handles.tell([result(kept)])

    assert json.loads(message["content"]) == kept
    assert handles.whole(kept) == kept


@pytest.mark.parametrize("content", ["", "text", "{", '{"id": 5}', "[" * 9_000, "1" * 9_000])
def test_what_is_no_json_stays_as_it_is(content: str) -> None:
    content += str(uuid7())
    message = {"role": "tool", "tool_call_id": "a", "content": content}

    assert Handles().tell([message]) == [message]


def test_what_people_and_models_say_stays_as_it_is_and_no_message_is_changed_in_place() -> None:
    id = str(uuid7())
    messages = [
        {"role": "user", "content": f'{{"id": "{id}"}}'},
        {"role": "assistant", "content": f'{{"id": "{id}"}}'},
        asked(task_id=id),
        result({"task": {"id": id}}),
    ]
    before = json.dumps(messages)

    after = Handles().tell(messages)

    assert after[:2] == messages[:2]
    assert json.dumps(messages) == before


@pytest.mark.parametrize("written", ["{}", " {} ", "“{}”", "#{}", "[{}]", "`{}`", "'{}'"])
def test_a_handle_may_be_written_in_quotes_and_capitals(written: str) -> None:
    handles, id = Handles(), uuid7()
    [handle] = told(handles, id)

    assert handles.whole({"task_id": written.format(handle).upper()}) == {"task_id": str(id)}


def test_a_list_may_be_written_as_a_text() -> None:
    handles, id = Handles(), uuid7()
    [handle] = told(handles, id)

    ids = handles.whole({"task_ids": f'["{handle}", "milk"]'})
    items = handles.whole({"tasks": f"[{{'task_id': '{handle}', 'title': '[1]'}}]"})

    assert ids == {"task_ids": [str(id), "milk"]}
    assert items == {"tasks": [{"task_id": str(id), "title": "[1]"}]}
    assert handles.whole({"task_ids": "[", "title": "[1]"}) == {"task_ids": "[", "title": "[1]"}


def test_only_handles_that_were_told_stand_for_ids() -> None:
    known, unknown = uuid7(), uuid7()
    handles = Handles()
    told(handles, known)
    given = {
        "task_id": handle_of(unknown),
        "title": handle_of(known),
        "task_ids": [str(unknown), handle_of(known)[:5], f"{handle_of(known)} milk", 7, None],
        "tasks": "none",
    }

    assert handles.whole(given) == given
