"""Tasks that repeat, when what was done is taken back or done at the same time."""

from datetime import time
from pathlib import Path

import pytest

from accounts.models import User
from tests.todos.test_series import (
    DAILY,
    MONDAY,
    complete,
    days,
    exact,
    on_monday,
    repeating,
    undo,
)
from todos.models import ChangedSince, Origin, Task
from todos.repeating import Repeat

__all__ = ["on_monday"]

pytestmark = pytest.mark.django_db
RULES = Path(__file__).with_name("repeating_words.txt")
FIRST, SECOND = "2026-11-23", "2026-11-24"


def shown(user: User) -> list[tuple[str, bool]]:
    return [(str(day), done) for day, done in days(user)]


def test_undoing_the_completion_takes_away_what_followed(user: User) -> None:
    task, origin = repeating(user, DAILY), Origin("api")
    before = exact(user)
    task.complete(origin)

    undone = undo(origin)

    assert [change.kind for change in undone] == ["created", "completed"]
    assert exact(user) == before


def test_undoing_the_undoing_brings_it_back(user: User) -> None:
    task, origin, back = repeating(user, DAILY), Origin("api"), Origin("api")
    task.complete(origin)
    after = exact(user)
    undo(origin)
    Task.objects.get(pk=task.pk)
    [first, *_] = task.changes.filter(kind="undone")

    undo(Origin("api", act=first.act))

    assert exact(user) == after
    assert back.act != origin.act


def test_undoing_leaves_all_as_it_is_when_what_followed_was_changed(user: User) -> None:
    task, origin = repeating(user, DAILY), Origin("api")
    task.complete(origin)
    following = task.successor
    following.edit(Origin("api"), title="Bins and paper")
    after = exact(user)

    with pytest.raises(ChangedSince) as moved:
        undo(origin)

    assert moved.value.tasks == {following.pk: "Bins and paper"}
    assert exact(user) == after


def test_reopening_takes_away_what_followed_in_one_act(user: User) -> None:
    task, origin = repeating(user, DAILY), Origin("api")
    before = exact(user)
    complete(task)
    after = exact(user)

    task.reopen(origin)
    assert exact(user) == before
    undo(origin)

    assert exact(user) == after


@pytest.mark.parametrize("change", ["edited", "done", "moved", "ended"])
def test_reopening_leaves_what_was_changed_since(user: User, change: str) -> None:
    task = repeating(user, DAILY)
    following = complete(task)
    fields = {
        "edited": {"notes": "paper, too"},
        "done": {"completed": True},
        "moved": {"due_date": MONDAY},
        "ended": {"repeats": None},
    }[change]
    following.edit(Origin("api"), **fields)
    number = Task.objects.for_user(user).count()

    task.reopen(Origin("api"))
    assert Task.objects.for_user(user).count() == number

    assert complete(task) == following
    assert Task.objects.for_user(user).count() == number


def test_a_change_that_was_taken_back_is_none(user: User) -> None:
    task, origin = repeating(user, DAILY), Origin("api")
    complete(task).edit(origin, title="Paper")
    undo(origin)

    task.reopen(Origin("api"))

    assert shown(user) == [(FIRST, False)]


def test_completing_again_after_reopening_makes_one(user: User) -> None:
    task = repeating(user, DAILY)
    for _ in range(3):
        complete(task)
        task.reopen(Origin("api"))
    complete(task)

    assert shown(user) == [(FIRST, True), (SECOND, False)]


def test_reopening_after_what_followed_was_deleted(user: User) -> None:
    task = repeating(user, DAILY)
    complete(task).remove(Origin("api"))

    task.reopen(Origin("api"))

    assert shown(user) == [(FIRST, False)]


def test_of_two_for_one_place_the_one_that_is_restored_comes_back_alone(user: User) -> None:
    task = repeating(user, DAILY)
    earlier = complete(task)
    earlier.remove(Origin("api"))
    task.reopen(Origin("api"))
    complete(task)
    before, origin = exact(user), Origin("api")

    assert earlier.restore(origin)
    assert (earlier.repeats, earlier.series) == (None, None)
    assert complete(earlier) is None
    earlier.reopen(Origin("api"))
    undo(origin)

    assert exact(user) == before


def test_of_two_for_one_place_no_undoing_brings_back_the_other(user: User) -> None:
    task, deletion = repeating(user, DAILY), Origin("api")
    complete(task).remove(deletion)
    task.reopen(Origin("api"))
    complete(task)
    before = exact(user)

    with pytest.raises(ChangedSince):
        undo(deletion)

    assert exact(user) == before


def test_the_rule_and_the_series_are_undone_exactly(user: User) -> None:
    task = repeating(user, repeats=None)
    before, start, end = exact(user), Origin("api"), Origin("api")
    task.edit(start, repeats=DAILY)
    middle = exact(user)
    task.edit(end, repeats=None, due_date=None)

    undo(end)
    assert exact(user) == middle
    undo(start)

    assert exact(user) == before


def test_no_undoing_leaves_a_rule_without_its_day(user: User) -> None:
    task, given_a_day = repeating(user, repeats=None, due_date=None), Origin("api")
    task.edit(given_a_day, due_date=MONDAY)
    task.edit(Origin("api"), repeats=DAILY)
    before = exact(user)

    with pytest.raises(ChangedSince):
        undo(given_a_day)

    assert exact(user) == before


def test_no_undoing_leaves_a_time_without_its_day(user: User) -> None:
    task, given_a_day = repeating(user, repeats=None, due_date=None), Origin("api")
    task.edit(given_a_day, due_date=MONDAY)
    task.edit(Origin("api"), due_time=time(7))
    before = exact(user)

    with pytest.raises(ChangedSince):
        undo(given_a_day)

    assert exact(user) == before


KINDS = [line.partition(": ")[0] for line in RULES.read_text().splitlines()]


def test_completing_and_undoing_leaves_the_rows_as_they_were_whatever_the_rule(user: User) -> None:
    for words in KINDS:
        repeat = Repeat.read({"words": words})
        task = repeating(user, repeat, due_date=repeat.first_day(MONDAY))
        before, origin = exact(user), Origin("api")
        task.complete(origin)
        assert len(exact(user)) == len(before) + 1, words

        undo(origin)

        assert exact(user) == before, words
