"""What counts as right, and what as a wrong write: by the rows and their journal."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.llm import Message, ToolRequest
from evaluation.rows import Row, plain
from evaluation.trial import Trial, take
from tests.evaluation.players import Player, Plays, answers_since
from tests.evaluation.test_cases import read
from tests.fakes import call

HEAD = "about Only this.\n\n# One\nzone Europe/Berlin\nnow 2026-11-21 12:10\n"
ROWS = "task Buy milk | 2026-11-23\ntask Call Bob | high | note: about the car\n"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
    pytest.mark.no_cover,
]


def does(*steps: Any) -> Plays:
    """Each step a list of calls, made with the ids of the tasks; then it says “There.”"""

    def plays(messages: list[Message]) -> str | list[ToolRequest]:
        answers = answers_since(messages)
        if not answers:
            return [call("list_tasks", status="all")]
        ids = {task["title"]: task["id"] for task in answers[0]["tasks"]}
        place = len([each for each in messages if each["role"] == "tool"]) - 1
        for step in steps:
            calls: list[ToolRequest] = [_with_ids(each, ids) for each in step]
            if place < len(calls):
                return calls[place:]
            place -= len(calls)
        return "There."

    return plays


def _with_ids(request: ToolRequest, ids: dict[str, str]) -> ToolRequest:
    arguments = json.loads(request.arguments)
    if "task_id" in arguments:
        arguments["task_id"] = ids[arguments["task_id"]]
    return call(request.name, **arguments)


def play(folder: Path, asked: str, *steps: Any) -> Trial:
    (case,) = read(folder, HEAD + ROWS + asked).cases
    trial = take(case, 1, Player(does(*steps)))
    assert trial.error == ""
    return trial


def verdict(trial: Trial) -> str:
    return "right" if trial.passed else "wrong write" if trial.wrong_write else "failed"


DONE = "> I bought milk\ndone Buy milk\n"
ADDED = "> add the tea for monday\nnew Buy tea // Tea | 2026-11-23\n"
MILK = call("complete_task", task_id="Buy milk")
BOB = call("complete_task", task_id="Call Bob")


@pytest.mark.parametrize(
    ("asked", "steps", "expected"),
    [
        (DONE, [[MILK]], "right"),
        (DONE, [[call("list_tasks"), MILK], [call("list_tasks")]], "right"),
        (DONE, [], "failed"),
        (DONE, [[call("delete_task", task_id="Buy milk")]], "failed"),
        (DONE, [[MILK, BOB]], "wrong write"),
        (DONE, [[BOB]], "wrong write"),
        (DONE, [[MILK, BOB], [call("reopen_task", task_id="Call Bob")]], "wrong write"),
        (DONE, [[MILK, call("create_task", title="Buy milk")]], "wrong write"),
        (DONE, [[MILK, call("update_task", task_id="Buy milk", priority="high")]], "failed"),
        (DONE + "or\nsame\n", [], "right"),
        (DONE + "or\ndone Call Bob\n", [[BOB]], "right"),
        (DONE + "or\ndone Call Bob\n", [[MILK, BOB]], "failed"),
        ("> hello\nsame\n", [], "right"),
        ("> hello\nsame\n", [[MILK]], "wrong write"),
        ("> hello\nsame\n", [[MILK], [call("undo_last")]], "wrong write"),
        ("> hello\nsame\n", [[call("create_task", title="Hello")]], "wrong write"),
        (
            "> hello\nsame\n",
            [[call("create_task", title="Hello")], [call("undo_last")]],
            "wrong write",
        ),
        ("> hello\nsame\nsays there // here\n", [], "right"),
        ("> hello\nsame\nsays good morning\n", [], "failed"),
        (ADDED, [[call("create_task", title="buy  the TEA.", due_date="2026-11-23")]], "right"),
        (
            ADDED,
            [[call("create_task", title="Tea", due_date="2026-11-23", notes="Green")]],
            "right",
        ),
        (ADDED, [[call("create_task", title="Tea", due_date="2026-11-24")]], "failed"),
        (
            ADDED,
            [[call("create_task", title="Tea", due_date="2026-11-23", priority="low")]],
            "failed",
        ),
        (ADDED, [[call("create_task", title="Tea")], [call("undo_last")]], "failed"),
        (
            ADDED,
            [[call("create_task", title="Tea", due_date="2026-11-23")], [MILK]],
            "wrong write",
        ),
        (
            ADDED,
            [
                [call("create_task", title="Tea")],
                [call("undo_last"), call("create_task", title="Tea", due_date="2026-11-23")],
            ],
            "right",
        ),
        (
            "> add two\nnew ~tea\nnew ~green tea\n",
            [[call("create_task", title="Green tea"), call("create_task", title="Black tea")]],
            "right",
        ),
        (
            "> bob is about the van\nchanged Call Bob -> Call Bob | high | note: about the van\n",
            [[call("update_task", task_id="Call Bob", notes="About the van.")]],
            "right",
        ),
        (
            "> bob is about the van\nchanged Call Bob -> Call Bob | high | note: about the van\n",
            [[call("update_task", task_id="Call Bob", append_notes="about the van")]],
            "failed",
        ),
    ],
)
def test_a_message_is_judged(tmp_path: Path, asked: str, steps: list[Any], expected: str) -> None:
    trial = play(tmp_path, asked, *steps)

    assert verdict(trial) == expected, trial.why


def test_why_it_is_not_right_is_told(tmp_path: Path) -> None:
    assert play(tmp_path, DONE, [BOB]).why == (
        "written without being asked: Call Bob | high | note: about the car | done"
    )
    assert play(tmp_path, DONE).why == (
        "should be Buy milk | 2026-11-23 | done, and is: Buy milk | 2026-11-23"
    )
    assert play(tmp_path, ADDED).why == "new should be: Buy tea // Tea | 2026-11-23; is: nothing"


def test_of_several_messages_each_is_judged_and_the_first_fault_ends_it(tmp_path: Path) -> None:
    asked = "> hm\nsame\n> I bought milk\ndone Buy milk\n> thanks\nsame\n"
    (case,) = read(tmp_path, HEAD + ROWS + asked).cases

    trial = take(case, 1, Player(lambda messages: "Hm."))

    assert (trial.passed, trial.steps) == (False, 2)


def test_titles_are_compared_by_meaning() -> None:
    assert plain("Call  the “Plumber”.") == plain('call "plumber"')
    assert plain("The") == "the"
    assert Row.read("~milk oat").is_titled("Get some OAT milk")
    assert Row.read("~milk oat // tea").is_titled("Tea")
    assert not Row.read("~milk oat").is_titled("Get milk")
    assert not Row.read("Call Bob").is_titled("call bob", exactly=True)
