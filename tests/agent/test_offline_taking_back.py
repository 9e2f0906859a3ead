"""The built-in assistant takes back what was done."""

from typing import Any

import pytest

from agent.llm import Message
from tests.agent.offline_steps import BOB, MILK, REPORT, done, listed, requests, user, words


def undone(kind: str, task: dict[str, Any], left: int = 0) -> list[Message]:
    told = task | ({"deleted": True} if kind == "created" else {})
    result = {"undone": [{"kind": kind, "task": told}], "source": "chat"}
    return done("undo_last", {}, result | ({"left": left} if left else {}))


def test_what_a_result_of_another_day_tells_is_understood() -> None:
    gone = done("undo_last", {}, {"undone": "created", "deleted": MILK})
    back = done("undo_last", {}, {"undone": "completed", "task": REPORT})

    assert "“Buy milk” is not in your list any more" in words(user("undo"), gone)
    assert "“Write report” is open again" in words(user("undo"), back)


def test_an_act_on_several_tasks_is_told_whole() -> None:
    tasks = [{"kind": "completed", "task": task} for task in (MILK, BOB)]
    whole = done("undo_last", {}, {"undone": tasks, "source": "chat"})

    assert "“Call Bob” and “Buy milk” are open again" in words(user("undo"), whole)


def failed_undo(error: str) -> list[Message]:
    return done("undo_last", {}, {"error": error})


def test_as_much_is_taken_back_as_the_tool_says_is_left() -> None:
    assert requests(user("undo")) == [("undo_last", {})]
    assert requests(user("undo"), undone("created", BOB, 2)) == [("undo_last", {})] * 2
    made = [undone("created", BOB, 2), undone("completed", REPORT, 1), undone("deleted", MILK)]
    text = words(user("undo"), *made)
    assert "“Buy milk” is back in your list. “Write report” is open again." in text
    assert "“Call Bob” is not in your list any more." in text


def test_what_an_earlier_attempt_has_taken_back_is_not_asked_for_again() -> None:
    made = [undone("created", BOB, 2), undone("created", REPORT, 1)]

    assert requests(user("undo"), *made) == [("undo_last", {})]
    assert "“Call Bob”" in words(user("undo"), *made, undone("created", MILK))


def test_more_than_is_changed_at_once_is_taken_back_in_parts() -> None:
    first = undone("created", MILK, 15)
    assert len(requests(user("undo"), first)) == 11
    rest = [undone("created", MILK, left) for left in range(14, 3, -1)]

    assert "say “undo” once more" in words(user("undo"), first, *rest)


def test_a_task_that_has_moved_on_is_told_beside_what_was_taken_back() -> None:
    moved = failed_undo("“Write report” has been changed elsewhere since.")

    assert words(user("undo"), moved).startswith("I could not take all of that back: “Write")
    text = words(user("undo"), undone("reopened", MILK, 2), moved, moved)
    assert text.startswith("“Buy milk” is done again. I could not take all of that back: “Write")
    assert text.count("“Write report”") == 1


def test_nothing_to_take_back() -> None:
    none = failed_undo("There is nothing to undo in this conversation.")

    assert words(user("undo"), none) == "There is nothing that I could undo."


@pytest.mark.parametrize("left", [None, "2", -3, [2], {"a": 1}])
def test_a_spoilt_number_of_what_is_left_is_passed_over(left: Any) -> None:
    spoilt = done("undo_last", {}, {"undone": "x", "task": MILK, "left": left})

    assert "Back as it was: “Buy milk”." in words(user("undo"), spoilt)


@pytest.mark.parametrize(
    "text",
    [
        "undo", "Undo!", "undo that", "undo it please", "take that back", "take it back", "revert",
        "revert that", "undo the last change", "undo my last change", "undo the changes",
        "undo last", "undo all of that", "undo the deletion", "undo delete",
        "undo the completion", "oops", "can you undo that?", "please undo the last one",
        "no, undo that", "put it back", "roll that back", "and undo that too",
    ],
)  # fmt: skip
def test_many_words_for_undo(text: str) -> None:
    assert requests(user(text)) == [("undo_last", {})]


@pytest.mark.parametrize(
    "text",
    ["undo the deletion of milk", "restore milk", "bring milk back", "undelete milk",
     "recover the milk", "put milk back", "I deleted milk by mistake", "bring back the milk",
     "I accidentally deleted the milk", "put the milk back on my list"],
)  # fmt: skip
def test_what_was_deleted_is_brought_back_by_name(text: str) -> None:
    search = {"status": "deleted", "search": "milk"}
    assert requests(user(text)) == [("list_tasks", search)]
    found = listed(MILK | {"deleted": True}, **search)
    assert requests(user(text), found) == [("restore_task", {"task_id": MILK["id"]})]
    restored = done("restore_task", {"task_id": MILK["id"]}, {"task": MILK})
    assert words(user(text), found, restored) == "“Buy milk” is back in your list."


@pytest.mark.parametrize(
    ("text", "count"),
    [("undo the last two", 2), ("undo the last 3 changes", 3), ("revert both", 2),
     ("undo my last four edits", 4), ("take back the last 2 things", 2), ("undo 5", 5),
     ("undo twice", 2), ("undo three times", 3), ("undo everything", 1),
     ("no, that was wrong, put it back", 1)],
)  # fmt: skip
def test_so_many_acts_are_taken_back(text: str, count: int) -> None:
    assert requests(user(text)) == [("undo_last", {})] * count


def test_whose_hand_it_was_is_told() -> None:
    taken = done(
        "undo_last", {}, {"undone": [{"kind": "completed", "task": MILK}], "source": "page"}
    )

    assert "“Buy milk” is open again. That was done on the page." in words(user("undo"), taken)
