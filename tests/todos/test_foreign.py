"""Words that came by other hands than the person's own are known by the source in the journal."""

import pytest

from accounts.models import User
from agent.tools.naming import candidate
from agent.tools.summaries import summary
from tests.factories import TaskFactory
from todos.consent import is_wide
from todos.models import Origin, Task, TaskChange
from todos.repeating import Repeat

pytestmark = pytest.mark.django_db

IMPORT = Origin("import")


@pytest.mark.parametrize("source", ["page", "api", "chat", "admin"])
def test_what_the_own_hand_wrote_is_not_foreign(user: User, source: str) -> None:
    task = Task.add(user, Origin(source), title="Milk")
    task.edit(Origin(source), notes="of oats")

    task.refresh_from_db()
    assert not task.foreign
    assert "foreign" not in summary(task, user)


@pytest.mark.parametrize("source", ["import", "key", "mail", "calendar"])
def test_what_another_hand_wrote_is_foreign_and_told_so(user: User, source: str) -> None:
    task = Task.add(user, Origin(source), title="Milk")

    task.refresh_from_db()
    assert task.foreign
    assert summary(task, user)["foreign"] is candidate(task)["foreign"] is True


@pytest.mark.parametrize(("field", "value"), [("title", "Bread"), ("notes", "of oats")])
def test_one_edit_by_another_hand_is_enough_until_it_is_undone(
    user: User, field: str, value: str
) -> None:
    task = TaskFactory(user=user, title="Milk")
    task.edit(Origin("import"), **{field: value})
    task.edit(Origin("page"), title="Rye")
    task.refresh_from_db()
    assert task.foreign

    TaskChange.objects.filter(task=task).exclude(kind="created").undo(Origin("key"))

    task.refresh_from_db()
    assert (task.title, task.notes, task.foreign) == ("Milk", "", False)


def test_what_sets_no_words_leaves_it_the_persons_own(user: User) -> None:
    task = TaskFactory(user=user, title="Milk")

    task.edit(IMPORT, priority="high", title="Milk")
    task.complete(IMPORT)

    task.refresh_from_db()
    assert not task.foreign


def test_the_successor_has_the_words_of_the_task_before(user: User) -> None:
    daily = Repeat.read({"words": "every day"})
    task = Task.add(user, IMPORT, title="Swim", due_date="2026-11-21", repeats=daily)
    task.refresh_from_db()
    task.complete(Origin("page"))

    following = task.successor
    assert following is not None
    assert following.foreign


def test_an_origin_tells_which_rows_it_has_touched(user: User) -> None:
    origin = Origin("chat")
    milk, tea = Task.add(user, origin, title="Milk"), TaskFactory(user=user)

    tea.complete(origin)
    milk.remove(origin)

    assert origin.touched == {"created": {milk.pk}, "completed": {tea.pk}, "deleted": {milk.pk}}


def test_what_is_wide() -> None:
    assert [is_wide("delete", n) for n in (3, 4)] == [False, True]
    assert [is_wide("complete", n) for n in (10, 11)] == [False, True]
    assert [is_wide("delete_list", n) for n in (0, 1)] == [False, True]
