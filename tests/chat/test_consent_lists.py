"""Whole lists and tags: what is done at once, and what is asked for first."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.chat.test_consent import deleted, say
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.fakes import call
from todos.models import Origin, Proposal, Task, TaskList

pytestmark = pytest.mark.django_db(transaction=True)


def listed(user: User, count: int, source: str = "page", tags: tuple[str, ...] = ()) -> TaskList:
    home = TaskList.add(user, Origin(source), name="Home")
    for n in range(count):
        TaskFactory(user=user, title=f"Thing {n}", list=home, tags=tags)
    return home


def test_a_list_that_goes_with_its_tasks_is_asked_for_however_few_they_are(
    client: APIClient, user: User, plays: Plays
) -> None:
    home = listed(user, 1)
    away = call("edit_list", do="delete", list="Home", delete_tasks=True)
    plays([away], ["Sure."], ["It is gone."])

    first = say(client, "delete the list Home and all in it")
    assert (deleted(), len(first["proposals"])) == (0, 1)
    answer = say(client, "yes", first["conversation_id"])

    home.refresh_from_db()
    assert (deleted(), home.deleted_at is not None) == (1, True)
    [made] = answer["tool_calls"]
    assert made["name"] == "edit_list"
    assert made["arguments"] == {"do": "delete", "list": "Home", "delete_tasks": True}
    assert made["result"]["deleted_list"] == "Home"
    client.post(f"/api/messages/{answer['id']}/undo/")
    assert deleted() == 0


@pytest.mark.parametrize(("tasks", "asked"), [(10, 0), (11, 1)])
@pytest.mark.parametrize(
    "arguments",
    [
        {"do": "delete", "list": "Home"},
        {"do": "merge", "list": "Home", "to": "House"},
        {"do": "rename", "list": "#chores", "to": "#work"},
    ],
)
def test_many_tasks_that_move_with_it_are_asked_for(
    client: APIClient,
    user: User,
    plays: Plays,
    tasks: int,
    asked: int,
    arguments: dict[str, str],
) -> None:
    home = listed(user, tasks, tags=("chores",))
    TaskList.add(user, Origin("page"), name="House")
    plays([call("edit_list", **arguments)], ["Sure."], ["Done."])

    first = say(client, "put that away")
    assert len(first["proposals"]) == asked
    if asked:
        assert Task.objects.filter(list=home, tags=["chores"]).count() == tasks
        say(client, "ok", first["conversation_id"])

    assert Task.objects.filter(list=home, tags=["chores"]).count() == 0
    assert Task.objects.filter(deleted_at=None).count() == tasks


@pytest.mark.parametrize(
    ("said", "arguments", "is_done"),
    [
        ("what lists do I have?", {"do": "create", "list": "Owned"}, False),
        ("make a list called Garden", {"do": "create", "list": "Garden"}, True),
        ("what lists do I have?", {"do": "rename", "list": "Home", "to": "evil"}, False),
        ("what lists do I have?", {"do": "delete", "list": "Home"}, False),
    ],
)
def test_the_name_of_a_list_may_be_foreign(
    client: APIClient, user: User, plays: Plays, said: str, arguments: dict[str, str], is_done: bool
) -> None:
    listed(user, 2, source="import")
    plays([call("list_tasks"), call("list_lists")], [call("edit_list", **arguments)], ["There."])

    say(client, said)

    names = set(TaskList.objects.filter(deleted_at=None).values_list("name", flat=True))
    assert names == ({"Home", "Garden"} if is_done else {"Home"})
    assert Proposal.objects.count() == (arguments["do"] == "delete")
