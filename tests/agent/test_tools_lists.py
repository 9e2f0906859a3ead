"""The tools, for lists, tags, steps and lengths: as models call them, also oddly."""

from typing import Any

import pytest

from accounts.models import User
from agent.tools import ToolError
from agent.tools.lists import EditList
from tests.agent.dialogue import list_of, make, rows
from tests.agent.test_tools import use
from todos.models import Task, TaskList

pytestmark = pytest.mark.django_db


def names(user: User) -> list[str]:
    return [each.name for each in TaskList.objects.for_user(user).in_name_order()]


def create(user: User, **fields: Any) -> dict[str, Any]:
    result: dict[str, Any] = use(user, "create_task", tasks=[{"title": "Milk"} | fields])
    task: dict[str, Any] = result["tasks"][0]
    return task


@pytest.mark.parametrize("name", ["Groceries", "groceries", "  GROCERIES ", "Ｇroceries"])
def test_a_list_is_found_in_any_case(user: User, name: str) -> None:
    list_of(user, "Groceries")

    told = create(user, list=name)

    assert (told["list"], names(user)) == ("Groceries", ["Groceries"])


@pytest.mark.parametrize("name", ["Home", "家", "🎂 Party", "Monday", "Done", "Weekend plans"])
def test_a_list_that_is_not_there_is_made_in_the_same_act(user: User, name: str) -> None:
    assert create(user, list=name)["list"] == name
    assert names(user) == [name]

    use(user, "undo_last")

    assert (rows(user), names(user)) == ([f"Milk | in: {name} | deleted"], [])


@pytest.mark.parametrize("name", ["Grocery", "grocerys", "Grocaries", "The Groceries"])
def test_a_name_that_is_nearly_there_is_asked_about(user: User, name: str) -> None:
    list_of(user, "Groceries")

    with pytest.raises(ToolError, match="“Groceries”: ask the user"):
        create(user, list=name)

    assert (rows(user), names(user)) == ([], ["Groceries"])


def test_a_list_may_be_made_beside_one_of_nearly_its_name(user: User) -> None:
    list_of(user, "Groceries")

    use(user, "edit_list", do="create", list="Grocery")

    assert create(user, list="grocery")["list"] == "Grocery"


@pytest.mark.parametrize("value", ["inbox", "Inbox", None, "none"])
def test_the_inbox_is_no_list(user: User, value: str | None) -> None:
    make(user, "Milk | in: Home")

    use(user, "update_task", tasks=[{"task_id": "Milk", "list": value}])

    assert rows(user) == ["Milk"]


@pytest.mark.parametrize(
    "value", [["a", "b"], "a, b", "#a #b", "b,a", ["#A", "b"], '["a", "b"]', ["a", "a", "b"]]
)
def test_tags_are_read_as_models_write_them(user: User, value: Any) -> None:
    assert create(user, tags=value)["tags"] == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "row"),
    [
        ("b", "Milk | #a #b #home"),
        (["-a"], "Milk | #home"),
        ("-a, c", "Milk | #c #home"),
        ([], "Milk | #a #home"),
        (None, "Milk"),
        ("High Energy", "Milk | #a #high-energy #home"),
    ],
)
def test_tags_are_added_and_taken_away(user: User, value: Any, row: str) -> None:
    make(user, "Milk | #a #home")

    use(user, "update_task", tasks=[{"task_id": "Milk", "tags": value}])

    assert rows(user) == [row]


@pytest.mark.parametrize("value", [90, "90", "1h30", "90 minutes", "an hour and a half"])
def test_a_length_is_read_as_models_write_it(user: User, value: Any) -> None:
    assert create(user, duration_minutes=value)["duration_minutes"] == 90


@pytest.mark.parametrize("at", ["3-4pm", "from 3 to 4pm", "15:00 to 16:00"])
def test_a_time_with_its_end_is_a_length_too(user: User, at: str) -> None:
    told = create(user, due_date="2026-12-03", due_time=at)

    assert (told["due_time"], told["duration_minutes"]) == ("15:00", 60)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"list": {"name": "Home"}}, "list: Input should be a valid string"),
        ({"list": ["Home"]}, "list"),
        ({"list": "x" * 101}, "list"),
        ({"list": "\u200b"}, "list"),
        ({"tags": {"a": 1}}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"tags": "x" * 51}, "tags"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"duration_minutes": 1441}, "duration_minutes"),
        ({"duration_minutes": "soon"}, "duration_minutes"),
        ({"parent": "Trip"}, "no such task"),
        ({"parent": 5}, "parent"),
    ],
)
def test_what_is_not_understood_is_told_and_changes_nothing(
    user: User, fields: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ToolError, match=fault):
        create(user, **fields)

    assert (rows(user), names(user)) == ([], [])


def test_a_step_is_given_by_the_title_of_its_task(user: User) -> None:
    made = use(user, "create_task", tasks=[{"title": "Trip", "list": "Fun"}])
    use(user, "create_task", tasks=[{"title": "Pack", "parent": "Trip"}])
    use(user, "create_task", tasks=[{"title": "Book", "parent": made["tasks"][0]["id"]}])

    told = use(user, "list_tasks", parent="trip")

    assert [task["title"] for task in told["tasks"]] == ["Pack", "Book"]
    assert told["tasks"][0]["parent"]["title"] == "Trip"
    with pytest.raises(ToolError, match="steps"):
        use(user, "create_task", tasks=[{"title": "Shoes", "parent": "Pack"}])


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        ({"list": "groceries"}, ["Milk"]),
        ({"list": "inbox"}, ["Rent", "Gym"]),
        ({"tag": "#Home"}, ["Milk", "Rent"]),
        ({"tag": "home", "list": "Inbox"}, ["Rent"]),
        ({"tag": "other"}, []),
        ({"repeating": False}, ["Milk", "Rent", "Gym"]),
        ({"repeating": True}, []),
    ],
)
def test_tasks_are_found_by_list_and_tag(
    user: User, filters: dict[str, Any], titles: list[str]
) -> None:
    for row in ("Milk | in: Groceries | #home", "Rent | #home", "Gym"):
        make(user, row)

    assert [task["title"] for task in use(user, "list_tasks", **filters)["tasks"]] == titles


@pytest.mark.parametrize(("name", "told"), [("Grocery", "There is “Gro"), ("X", "There are")])
def test_a_list_that_is_not_there_is_not_made_by_looking(user: User, name: str, told: str) -> None:
    list_of(user, "Groceries")

    with pytest.raises(ToolError, match=told):
        use(user, "list_tasks", list=name)

    assert names(user) == ["Groceries"]


def test_lists_and_tags_are_told_with_numbers(user: User) -> None:
    for row in ("Milk | in: Home | #a #b", "Rent | #a", "Gym | done | #c"):
        make(user, row)

    assert use(user, "list_lists") == {
        "lists": [{"name": "Home", "open": 1}],
        "inbox": 1,
        "tags": [{"name": "a", "open": 2}, {"name": "b", "open": 1}],
    }


@pytest.mark.parametrize(
    ("arguments", "lists", "row"),
    [
        (
            {"do": "rename", "list": "home", "to": "House"},
            ["House", "Work"],
            "Milk | in: House | #a",
        ),
        ({"do": "merge", "list": "Home", "to": "work"}, ["Work"], "Milk | in: Work | #a"),
        ({"do": "delete", "list": "Home"}, ["Work"], "Milk | #a"),
        (
            {"do": "delete", "list": "Home", "delete_tasks": True},
            ["Work"],
            "Milk | in: Home | #a | deleted",
        ),
        ({"do": "rename", "list": "#a", "to": "#b"}, ["Home", "Work"], "Milk | in: Home | #b"),
        ({"do": "merge", "list": "#a", "to": "b"}, ["Home", "Work"], "Milk | in: Home | #b"),
        ({"do": "delete", "list": "#a"}, ["Home", "Work"], "Milk | in: Home"),
    ],
)
def test_lists_and_tags_are_changed_and_one_undo_takes_it_back(
    user: User, arguments: dict[str, Any], lists: list[str], row: str
) -> None:
    make(user, "Milk | in: Home | #a")
    list_of(user, "Work")
    before = rows(user)

    use(user, "edit_list", **arguments)

    assert (names(user), rows(user)) == (lists, [row])
    use(user, "undo_last")
    assert (names(user), rows(user)) == (["Home", "Work"], before)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"do": "create", "list": "home"}, "There is a list “home” already"),
        ({"do": "rename", "list": "Work", "to": "Home"}, "merge them"),
        ({"do": "rename", "list": "Home"}, "to: give the name"),
        ({"do": "merge", "list": "Home", "to": "Nowhere"}, "no list “Nowhere”"),
        ({"do": "merge", "list": "Home", "to": "home"}, "no such other list"),
        ({"do": "delete", "list": "Hom"}, "no list “Hom”"),
        ({"do": "delete", "list": "inbox"}, "Inbox"),
        ({"do": "create", "list": "inbox"}, "already"),
        ({"do": "create", "list": "#a"}, "needs no making"),
        ({"do": "delete", "list": "#x"}, "No task has the tag “x”"),
        ({"do": "empty", "list": "Home"}, "do"),
        ({"do": "delete", "list": " "}, "list"),
    ],
)
def test_a_wrong_change_of_a_list_is_told_and_changes_nothing(
    user: User, arguments: dict[str, Any], fault: str
) -> None:
    make(user, "Milk | in: Home | #a")
    list_of(user, "Work")

    with pytest.raises(ToolError, match=fault):
        use(user, EditList.name, **arguments)

    assert (names(user), rows(user)) == (["Home", "Work"], ["Milk | in: Home | #a"])


def test_another_users_list_is_no_list(user: User, stranger: User) -> None:
    make(stranger, "Milk | in: Home | #a")

    assert use(user, "list_lists") == {"lists": [], "inbox": 0, "tags": []}
    with pytest.raises(ToolError, match="There is no list yet"):
        use(user, "edit_list", do="delete", list="Home")
    assert create(user, list="Home")["list"] == "Home"
    assert Task.objects.filter(user=stranger, list__isnull=False).count() == 1
