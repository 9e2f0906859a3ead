"""What was undone stands again once the undoing is undone: rows, lines, tool calls and the page."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import ToolCall
from tests.chat.test_undo_last import ABC, UNDO, say, shown, titles
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.todos.placing import exact
from todos.models import Origin, TaskChange

pytestmark = pytest.mark.django_db(transaction=True)


def undo(client: APIClient, act: Any) -> list[str]:
    """The kinds of what was taken back."""
    answer = client.post(f"/api/acts/{act}/undo/")
    assert answer.status_code == 200, answer.content
    return [change["kind"] for change in answer.json()["undone"]]


def newest() -> Any:
    return TaskChange.objects.newest_first()[0].act


def edited(user: User) -> Origin:
    """One act with two lines of one task, and one of another."""
    milk, bread = (TaskFactory(user=user, title=title) for title in ("Milk", "Bread"))
    origin = Origin("api")
    milk.edit(origin, title="Butter", completed=True)
    bread.remove(origin)
    return origin


def test_undone_however_often_it_goes_back_and_forth(client: APIClient, user: User) -> None:
    origin = edited(user)
    done, lines = exact(user), TaskChange.objects.of_acts([origin.act])
    undo(client, origin.act)
    before = exact(user)

    for rows, is_undone in [(done, False), (before, True)] * 3:
        undo(client, newest())

        assert exact(user) == rows
        assert {line.undone for line in lines.all()} == {is_undone}
        again = client.post(f"/api/acts/{lines[0].act}/undo/") if is_undone else None
        assert again is None or again.json() == {"undone": []}


def test_what_stands_again_is_undone_by_its_own_address_and_so_on(
    client: APIClient, user: User
) -> None:
    origin, known = edited(user), TaskChange.objects.count()
    done = exact(user)
    undo(client, origin.act)
    undoing, before = newest(), exact(user)

    for _ in range(3):
        assert undo(client, undoing) == ["undone"] * 3
        assert exact(user) == done
        assert undo(client, undoing) == []
        assert undo(client, origin.act) == ["deleted", "completed", "updated"]
        assert exact(user) == before

    assert TaskChange.objects.count() == known + 3 * 7


def test_a_task_that_was_added_is_added_again_and_again(client: APIClient, user: User) -> None:
    made = client.post("/api/tasks/", {"title": "Milk"}).json()
    added = newest()
    undo(client, added)
    undoing = newest()

    for _ in range(3):
        assert undo(client, undoing) == ["undone"]
        assert titles(user) == ["Milk"]
        assert undo(client, added) == ["created"]
        assert titles(user) == []

    undo(client, undoing)
    client.patch(f"/api/tasks/{made['id']}/", {"title": "Oat milk"})
    answer = client.post(f"/api/acts/{added}/undo/")
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_since")
    assert titles(user) == ["Oat milk"]


def test_a_tool_call_that_stands_again_is_shown_so_and_is_the_next_to_be_undone(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(ABC[:1], ["Added."], [UNDO], ["Undone."], [UNDO], ["Undone."])
    where = say(client)["conversation_id"]
    undoing = say(client, where)["assistant_message"]["id"]
    assert shown(client, where) == [("create_task", True), ("undo_last", False)]
    page = Client()
    page.force_login(user)

    client.post(f"/api/messages/{undoing}/undo/")
    TaskFactory(user=user, title="Older in the journal, though it came later")
    assert shown(client, where) == [("create_task", False), ("undo_last", True)]
    assert page.get(f"/c/{where}/").content.count(b">Undo<") == 1

    say(client, where)
    [made] = ToolCall.objects.filter(name="create_task")
    assert (made.undone, titles(user)) == (False, ["A"])


def test_the_act_that_was_brought_back_last_is_the_newest(client: APIClient, user: User) -> None:
    task = TaskFactory(user=user, title="A")
    other = Origin("api")
    task.edit(Origin("api"), title="B")
    brought_back = newest()
    undo(client, brought_back)
    undoing = newest()
    task.edit(other, title="A", priority="high")
    undo(client, undoing)
    changes = TaskChange.objects.for_user(user)

    assert changes.newest_act() == brought_back
    undo(client, changes.newest_act())
    assert changes.newest_act() == other.act


def test_a_reply_that_took_back_its_own_change_leaves_nothing_to_undo(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(ABC[:1], [UNDO], ["Not after all."])
    reply = say(client)
    page = Client()
    page.force_login(user)

    assert client.post(f"/api/messages/{reply['assistant_message']['id']}/undo/").json() == []
    assert titles(user) == []
    assert b">Undo<" not in page.get(f"/c/{reply['conversation_id']}/").content


def test_what_was_undone_before_lines_knew_their_original_is_as_it_was(
    client: APIClient, user: User
) -> None:
    task = TaskFactory(user=user, title="Milk")
    task.edit(Origin("api"), title="Bread")
    act = newest()
    undo(client, act)
    TaskChange.objects.update(original=None)

    undo(client, newest())
    undo(client, newest())
    undo(client, newest())

    assert titles(user) == ["Bread"]
    assert undo(client, act) == []
    assert TaskChange.objects.for_user(user).newest_act() == task.changes.get(kind="created").act
