"""Tags: as they are kept, found, counted, renamed and merged."""

from typing import Any

import pytest

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.placing import exact, undo
from todos.models import Origin, Task, TaskChange
from todos.rules import RuleBroken

pytestmark = pytest.mark.django_db

API = Origin("api")


def found(user: User, tag: str) -> list[str]:
    return [task.title for task in Task.objects.for_user(user).tagged(tag).order_by("title")]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["work", "errands"], ("errands", "work")),
        (["#Work", "WORK", " work "], ("work",)),
        (["Größe", "ÉTÉ"], ("größe", "été")),
        (["to_do", "50%", "a/b", "c++", "日本"], ("50%", "a/b", "c++", "to_do", "日本")),
        ([], ()),
    ],
)
def test_tags_are_kept_in_small_letters_each_once_and_in_order(
    user: User, given: list[str], kept: tuple[str, ...]
) -> None:
    task = TaskFactory(user=user, tags=given)

    assert Task.objects.get().tags == task.tags == kept
    assert task.changes.get().after.get("tags", []) == list(kept)


@pytest.mark.parametrize(
    "given", [["two words"], [""], ["#"], ["\u200b"], ["a\tb"], ["x" * 51], map(str, range(21))]
)
def test_what_is_no_tag(user: User, given: Any) -> None:
    with pytest.raises(RuleBroken) as broken:
        TaskFactory(user=user, tags=given)
    assert broken.value.field == "tags"


def test_a_tag_is_found_whole_and_literally(user: User) -> None:
    TaskFactory(user=user, title="one", tags=["work", "to_do"])
    TaskFactory(user=user, title="two", tags=["workshop", "tosdo", "homework"])
    TaskFactory(user=user, title="three", tags=["50%"])

    assert found(user, "work") == ["one"]
    assert found(user, "to_do") == ["one"]
    assert found(user, "50%") == ["three"]
    assert found(user, "%") == []


def test_tags_are_counted_by_their_tasks_that_are_kept(user: User, stranger: User) -> None:
    TaskFactory(user=stranger, tags=["theirs"])
    TaskFactory(user=user, tags=["work", "errands"])
    TaskFactory(user=user, tags=["work"], completed=True)
    TaskFactory(user=user, tags=["gone"]).remove(API)

    assert Task.objects.for_user(user).tag_counts() == {
        "errands": {"open": 1, "done": 0},
        "work": {"open": 1, "done": 1},
    }


@pytest.mark.parametrize("new", ["Errand", "errands", "shopping"])
def test_renaming_onto_another_tag_merges_in_one_act(user: User, new: str) -> None:
    for tags in (["shops"], ["shops", "errands"], ["errands"], ["shops", "home", "shopping"]):
        TaskFactory(user=user, tags=tags)
    before, origin, name = exact(user), Origin("api"), new.lower()

    assert Task.objects.rename_tag(user, "shops", new, origin)
    counts = Task.objects.for_user(user).tag_counts()
    assert "shops" not in counts
    assert counts[name]["open"] == (4 if name == "errands" else 3)
    undo(origin)

    assert exact(user) == before


def test_renaming_what_no_task_has_does_nothing(user: User, stranger: User) -> None:
    theirs = TaskFactory(user=stranger, tags=["work"])

    assert not Task.objects.rename_tag(user, "work", "job", API)
    with pytest.raises(RuleBroken):
        Task.objects.rename_tag(user, "work", "two words", API)

    assert Task.objects.get(pk=theirs.pk).tags == ("work",)


def test_a_change_of_tags_is_told_and_undone(user: User) -> None:
    task, origin = TaskFactory(user=user, tags=["work"]), Origin("api")
    before = exact(user)
    task.edit(origin, tags=["Home", "#work"])

    change = TaskChange.objects.get(act=origin.act)
    assert (change.before, change.after) == ({"tags": ["work"]}, {"tags": ["home", "work"]})
    undo(origin)

    assert exact(user) == before
    assert not task.edit(API, tags=[]) or Task.objects.get().tags == ()


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_a_length_is_a_part_of_a_day(user: User, minutes: int) -> None:
    with pytest.raises(RuleBroken):
        TaskFactory(user=user, duration_minutes=minutes)
    assert not Task.objects.exists()


def test_a_length_is_undone(user: User) -> None:
    task, origin = TaskFactory(user=user, duration_minutes=1440), Origin("api")
    before = exact(user)
    task.edit(origin, duration_minutes=None)
    undo(origin)

    assert exact(user) == before
