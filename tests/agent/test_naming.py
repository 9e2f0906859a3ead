"""A task named by words: one that fits is taken, and in doubt nothing is touched."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agent import tools
from agent.handles import handle_of
from agent.tools import ToolError, naming
from tests.factories import TaskFactory
from todos.models import Origin, Task, TaskChange

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

API = Origin("api")
ON_ONE = ["complete_task", "delete_task", "update_task", "read_task"]


def use(user: User, name: str, **arguments: Any) -> dict[str, Any]:
    desk = tools.Desk(user, Origin("chat", uuid4()), show_undone=lambda changes: 0)
    return tools.bind(name, arguments, user.local_now()).run(desk)


def have(user: User, *titles: str, **fields: Any) -> list[Task]:
    """Tasks of these titles; one with a mark before it is done, or deleted."""
    tasks = []
    for title in titles:
        task = TaskFactory(user=user, title=title.lstrip("✓✗"), **fields)
        if title[0] == "✓":
            task.complete(API)
        if title[0] == "✗":
            task.remove(API)
        tasks.append(task)
    return tasks


def on(user: User, name: str, words: str) -> dict[str, Any]:
    more = {"title": "Renamed"} if name == "update_task" else {}
    return use(user, name, task_id=words, **more)


def refused(user: User, name: str, words: str) -> ToolError:
    """Why nothing was done, and it is sure that nothing was."""
    before = TaskChange.objects.count()
    with pytest.raises(ToolError) as caught:
        on(user, name, words)
    assert TaskChange.objects.count() == before
    return caught.value


def taken(result: dict[str, Any]) -> str:
    [told] = [result[key] for key in ("task", "deleted") if key in result]
    return str(told["id"])


@pytest.mark.parametrize("name", ON_ONE)
@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Buy milk", "buy milk"),
        ("Buy milk", "  Buy   MILK "),
        ("Buy milk", "“Buy milk”"),
        ("Buy milk", "'Buy milk'"),
        ("Buy milk", "milk"),
        ("Buy milk", "the milk"),
        ("Buy milk", "milk, buy!"),
        ("Mum’s birthday", "mum's birthday"),
        ("Write the quarterly report", "quarterly report"),
        ("Straße fegen", "Straße fegen"),
        ("ÄRZTE anrufen", "ärzte"),
        ("दूध खरीदो", "दूध"),
        ("🎉", "🎉"),
        ("❤️", "❤"),
        ("Cafe\u0301", "caf\u00e9"),
        ("Caf\u00e9 bill", "the cafe\u0301"),
        ("Read the C++ book", "C++ book"),
        ("100% juice (a_b) \\ [x]", "100% juice (a_b) \\ [x]"),
        ("it", "it"),
        ("Next", "next"),
        ("x" * 200, "x" * 200),
    ],
)
def test_one_that_fits_is_taken_and_named(user: User, name: str, title: str, words: str) -> None:
    meant, *_ = have(user, title, "Something else", "Buying flour")

    assert taken(on(user, name, words)) == str(meant.pk)


@pytest.mark.parametrize("name", ON_ONE)
@pytest.mark.parametrize(
    "words",
    [
        *("milk and eggs", "buy bread", "oat milk", "mil", "ilk", "Milch", "mlik", "Buy milk 2"),
        *("it", "this one", "the last one", "first", "all", "task", "task_id", "<id>", "new task"),
        *("1", "#2", "2.", " 12 ", "٢", "", " ", "''", "…", "null", "%", "_", ".*", "?"),
        *("abc123", "zzzzz zzzzz", "b" * 200, "01a1fe2f-cc68", "k7m2p Buy milk"),
        *("C book", "C# book", "#1 #2"),
    ],
)
def test_words_that_name_none_are_refused(user: User, name: str, words: str) -> None:
    have(
        user,
        "Buy milk",
        "Fix it",
        "Last will: all of it, this one first",
        "Eggs 12 1 2",
        "C++ book",
    )

    assert refused(user, name, words).candidates == []


@pytest.mark.parametrize("name", ON_ONE)
@pytest.mark.parametrize("twin", ["Buy cafe\u0301", "Buy\u200b caf\u00e9", "buy 'caf\u00e9'"])
def test_titles_that_look_the_same_are_in_doubt(user: User, name: str, twin: str) -> None:
    have(user, "Buy caf\u00e9", twin)

    assert len(refused(user, name, "Buy caf\u00e9").candidates) == 2


def test_a_sign_names_the_one_title_that_is_just_that(user: User) -> None:
    Task.objects.bulk_create(Task(user=user, title=each) for each in "abcdefghijklm" * 5)
    star, *_ = have(user, "★", "★★")

    assert taken(on(user, "delete_task", "★")) == str(star.pk)


@pytest.mark.parametrize("name", ON_ONE)
def test_several_that_fit_are_candidates(user: User, name: str) -> None:
    tasks = have(user, *[f"Buy milk {n}" for n in range(7)])

    error = refused(user, name, "milk")

    assert len(error.candidates) == naming.CANDIDATES
    assert error.candidates[0] == {"id": str(tasks[0].pk), "title": "Buy milk 0"}
    assert error.result == {"error": str(error), "candidates": error.candidates}


def test_candidates_of_one_title_are_told_apart(user: User) -> None:
    have(user, "Gym", due_date=date(2026, 12, 3))
    have(user, "✓Gym")

    first, second = refused(user, "delete_task", "gym").candidates

    assert {first.get("due_date"), second.get("due_date")} == {"2026-12-03", None}
    assert {first.get("completed"), second.get("completed")} == {True, None}


@pytest.mark.parametrize("name", ON_ONE)
def test_a_title_that_is_just_the_words_goes_before_others_that_have_them(
    user: User, name: str
) -> None:
    _, meant, _ = have(user, "Buy milk and eggs", "Buy milk", "Oat milk, buy")

    assert taken(on(user, name, "buy milk")) == str(meant.pk)


@pytest.mark.parametrize(
    ("name", "titles", "meant"),
    [
        ("complete_task", ["✓Gym", "Gym", "✗Gym"], 1),
        ("reopen_task", ["Gym", "✓Gym", "✗Gym"], 1),
        ("restore_task", ["Gym", "✓Gym", "✗Gym"], 2),
        ("complete_task", ["✓Buy milk", "Oat milk"], 1),
        ("delete_task", ["✗Gym", "Gym"], 1),
    ],
)
def test_each_tool_takes_what_it_can_change(
    user: User, name: str, titles: list[str], meant: int
) -> None:
    tasks = have(user, *titles)

    result = on(user, name, titles[0].lstrip("✓✗").split()[-1])

    assert taken(result) == str(tasks[meant].pk)
    assert "note" not in result


def test_what_is_done_before_is_told_and_no_other_task_is_touched(user: User) -> None:
    done, _ = have(user, "✓Buy milk", "Buy milk and eggs")

    result = on(user, "complete_task", "buy milk")

    assert (taken(result), result["note"]) == (str(done.pk), "It was done before.")


@pytest.mark.parametrize("name", ["update_task", "delete_task", "read_task"])
def test_an_open_and_a_done_one_of_a_title_are_in_doubt(user: User, name: str) -> None:
    have(user, "Gym", "✓Gym")

    assert len(refused(user, name, "gym").candidates) == 2


def test_two_open_ones_of_a_title_are_in_doubt(user: User) -> None:
    have(user, "Gym", "Gym", "✓Gym")

    assert len(refused(user, "complete_task", "gym").candidates) == 2


@pytest.mark.parametrize("name", [*ON_ONE, "restore_task", "reopen_task"])
def test_the_titles_of_others_name_nothing(user: User, stranger: User, name: str) -> None:
    have(stranger, "Gym", "✓Gym", "✗Gym")

    assert refused(user, name, "gym").candidates == []


@pytest.mark.parametrize("name", ON_ONE)
def test_a_wrong_id_is_never_mended_by_a_title(user: User, name: str) -> None:
    unknown = uuid4()
    have(user, str(unknown), f"Call {handle_of(unknown)}", "Gym")

    for id in (str(unknown), handle_of(unknown), f"{handle_of(unknown)} Gym"):
        assert refused(user, name, id).candidates == []
    with pytest.raises(ToolError):
        use(user, "complete_task", task_id=str(unknown), title="Gym")


def test_a_title_that_looks_like_a_handle_is_named_by_itself_alone(user: User) -> None:
    task, _ = have(user, "bmw320", "Sell bmw320")

    assert taken(on(user, "complete_task", "BMW320")) == str(task.pk)
    assert "no task with the id xzk320" in str(refused(user, "complete_task", "xzk320"))


def test_several_may_be_named_by_words_and_by_ids(user: User) -> None:
    milk, gym, *_, bread = have(user, "Buy milk", "Gym", "Tea 1", "Tea 2", "Bread")

    result = use(user, "complete_task", task_ids=["milk", str(gym.pk), "tea", "rice", "3", "bread"])

    assert [task["id"] for task in result["tasks"]] == [str(t.pk) for t in (milk, gym, bread)]
    assert [(each["item"], each["task_id"]) for each in result["failures"]] == [
        (3, "tea"),
        (4, "rice"),
        (5, "3"),
    ]
    titles = [each["title"] for each in result["failures"][0]["candidates"]]
    assert titles == ["Tea 1", "Tea 2"]


def test_items_that_are_updated_may_be_named_by_words(user: User) -> None:
    milk, gym = have(user, "Buy milk", "Gym")

    use(
        user,
        "update_task",
        tasks=[{"task_id": "milk", "title": "Gym"}, {"task_id": "gym", "title": "Swim"}],
    )

    milk.refresh_from_db()
    gym.refresh_from_db()
    assert (milk.title, gym.title) == ("Gym", "Swim")


def test_only_so_many_tasks_of_one_call_are_looked_up_by_words(user: User) -> None:
    titles = [f"Task of {n} letters" for n in range(naming.MOST_NAMED + 2)]
    tasks = have(user, *titles)

    result = use(user, "complete_task", task_ids=[*titles[:-1], str(tasks[-1].pk)])

    assert len(result["tasks"]) == naming.MOST_NAMED + 1
    [failure] = result["failures"]
    assert (failure["task_id"], "give the ids" in failure["error"]) == (titles[-2], True)


def test_where_all_are_in_doubt_the_candidates_are_told(user: User) -> None:
    have(user, "Tea 1", "Tea 2")

    with pytest.raises(ToolError) as caught:
        use(user, "delete_task", task_ids=["tea", "TEA"])

    assert [each["title"] for each in caught.value.candidates] == ["Tea 1", "Tea 2"]


def test_what_was_named_by_words_is_taken_back(user: User) -> None:
    [task] = have(user, "Gym")
    on(user, "delete_task", "gym")

    undone = use(user, "undo_last")["undone"]

    assert [each["task"]["id"] for each in undone] == [str(task.pk)]


def test_of_a_huge_list_few_rows_are_read(user: User) -> None:
    tasks = [Task(user=user, title=f"Party of the art {n}") for n in range(300)]
    Task.objects.bulk_create([*tasks, Task(user=user, title="Art"), Task(user=user, title="Zoo")])

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert on(user, "complete_task", "zoo")["task"]["title"] == "Zoo"
    assert len(queries) <= 10
    assert on(user, "complete_task", "art")["task"]["title"] == "Art"
    assert len(refused(user, "complete_task", "party").candidates) == naming.CANDIDATES


def test_a_name_that_many_titles_have_in_their_middle_names_none(user: User) -> None:
    """The one that has it as a word may not be the only one, for not all are looked at."""
    Task.objects.bulk_create(Task(user=user, title=f"Party {n}") for n in range(60))
    have(user, "Art 1")

    first, *more = refused(user, "complete_task", "art").candidates

    assert first["title"] == "Art 1"
    assert more
