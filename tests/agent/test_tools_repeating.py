"""The tools, for tasks that repeat."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from agent.tools import ToolError
from tests.agent.test_tools import use
from tests.factories import TaskFactory
from todos.models import Task
from todos.repeating import Repeat

pytestmark = pytest.mark.django_db
WORDS = "every 2 weeks on Tuesday"
DAILY = Repeat.read({"every": "day"})


@pytest.fixture(autouse=True)
def on_monday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(datetime(2026, 11, 23, 12, tzinfo=UTC))


def one(result: dict[str, Any]) -> dict[str, Any]:
    """The task of a result."""
    task: dict[str, Any] = result.get("task") or result["tasks"][0]
    return task


@pytest.mark.parametrize("several", [False, True])
def test_a_rule_is_given_and_told_in_words(user: User, several: bool) -> None:
    fields = {"title": "Bins", "due_date": "2026-11-24", "repeats": "every other tuesday"}
    arguments: dict[str, Any] = {"tasks": [fields]} if several else fields

    told = one(use(user, "create_task", **arguments))

    assert told["repeats"] == WORDS
    assert Task.objects.get().repeat == Repeat.read({"words": WORDS})
    assert one(use(user, "list_tasks"))["repeats"] == WORDS
    assert one(use(user, "read_task", task_id=told["id"]))["repeats"] == WORDS


def test_what_does_not_repeat_is_told_as_before(user: User) -> None:
    told = one(use(user, "create_task", title="Bins", repeats=None))

    assert set(told) == {"id", "title"}


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("every other tuesday", date(2026, 11, 24)),
        ("every monday", date(2026, 11, 23)),
        ("every month on the last Friday", date(2026, 11, 27)),
        ("every day", date(2026, 11, 23)),
        ("3 days after it is done", date(2026, 11, 23)),
    ],
)
def test_what_is_given_no_day_gets_the_first_of_its_rule(user: User, words: str, day: date) -> None:
    use(user, "create_task", title="Bins", repeats=words)
    undated = TaskFactory(user=user)
    use(user, "update_task", task_id=str(undated.pk), repeats=words)

    assert {task.due_date for task in Task.objects.all()} == {day}


def test_a_rule_is_changed_and_the_day_stays(user: User) -> None:
    task = TaskFactory(user=user, due_date="2026-11-25", repeats=DAILY)

    told = one(use(user, "update_task", task_id=str(task.pk), repeats="weekly on Friday"))

    assert (told["repeats"], told["due_date"]) == ("every Friday", "2026-11-25")


@pytest.mark.parametrize("nothing", [None, "none", "null"])
def test_null_ends_the_series(user: User, nothing: str | None) -> None:
    task = TaskFactory(user=user, due_date="2026-11-25", repeats=DAILY)

    told = one(use(user, "update_task", task_id=str(task.pk), repeats=nothing))

    assert "repeats" not in told
    assert Task.objects.get().repeats is None


@pytest.mark.parametrize("more", [{"title": "Paper"}, {"due_date": "2026-11-27"}])
def test_null_for_the_time_and_the_rule_beside_another_change_clears_neither(
    user: User, more: dict[str, str]
) -> None:
    task = TaskFactory(user=user, due_date="2026-11-25", due_time="09:00", repeats=DAILY)

    told = one(use(user, "update_task", task_id=str(task.pk), due_time=None, repeats=None, **more))

    assert (told["due_time"], told["repeats"]) == ("09:00", "every day")


@pytest.mark.parametrize("more", [{}, {"title": "Paper"}])
def test_null_for_the_day_clears_what_goes_with_it(user: User, more: dict[str, str]) -> None:
    task = TaskFactory(user=user, due_date="2026-11-25", due_time="09:00", repeats=DAILY)
    nulls = dict.fromkeys(("due_date", "due_time", "repeats"))

    told = one(use(user, "update_task", task_id=str(task.pk), **nulls, **more))

    assert not {"due_date", "due_time", "repeats"} & told.keys()


@pytest.mark.parametrize("name", ["create_task", "update_task"])
@pytest.mark.parametrize("words", ["now and then", "every 30 February", 5, {"every": "day"}])
def test_what_is_no_rule_teaches_the_form_and_does_nothing(
    user: User, name: str, words: Any
) -> None:
    task = TaskFactory(user=user, title="Old", due_date="2026-11-25")
    arguments = {"title": "New"} | ({"task_id": str(task.pk)} if name == "update_task" else {})

    with pytest.raises(ToolError, match="repeats: "):
        use(user, name, **arguments, repeats=words)

    assert [each.title for each in Task.objects.all()] == ["Old"]


def test_the_day_of_what_repeats_cannot_be_taken_away_alone(user: User) -> None:
    task = TaskFactory(user=user, due_date="2026-11-25", repeats=DAILY)

    with pytest.raises(ToolError, match="repeats: A task that repeats needs a due_date"):
        use(user, "update_task", task_id=str(task.pk), due_date=None)


@pytest.mark.parametrize("several", [False, True])
def test_completing_tells_what_follows(user: User, several: bool) -> None:
    task = TaskFactory(user=user, title="Bins", due_date="2026-11-23", repeats=DAILY)
    ids = {"task_ids": [str(task.pk)]} if several else {"task_id": str(task.pk)}

    told = one(use(user, "complete_task", **ids))

    assert told["next"] == {
        "id": str(task.successor.pk),
        "title": "Bins",
        "due_date": "2026-11-24",
        "repeats": "every day",
    }
    assert one(use(user, "complete_task", **ids))["next"] == told["next"]


def test_completing_what_does_not_repeat_tells_nothing_more(user: User) -> None:
    task = TaskFactory(user=user)

    assert "next" not in one(use(user, "complete_task", task_id=str(task.pk)))


def test_undo_last_takes_back_both(user: User) -> None:
    task = TaskFactory(user=user, due_date="2026-11-23", repeats=DAILY)
    use(user, "complete_task", task_id=str(task.pk))

    undone = use(user, "undo_last")["undone"]

    assert [each["kind"] for each in undone] == ["created", "completed"]
    assert [each.completed for each in Task.objects.for_user(user)] == [False]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("skip", date(2026, 11, 30)),
        ("skip it", date(2026, 11, 30)),
        ("skip until 2026-12-20", date(2026, 12, 21)),
        ("pause until may 1", date(2027, 5, 3)),
        ("Pause until May", date(2027, 5, 3)),
        ("resume", date(2026, 11, 23)),
    ],
)
def test_one_day_is_skipped_or_many_and_the_rule_stays(user: User, words: str, day: date) -> None:
    rule = Repeat.read({"words": "every Monday"})
    task = TaskFactory(user=user, due_date="2026-11-23", repeats=rule)

    told = one(use(user, "update_task", task_id=str(task.pk), repeats=words))

    assert (told["due_date"], told["repeats"]) == (day.isoformat(), "every Monday")
    task.refresh_from_db()
    assert (task.due_date, task.rule_day) == (day, day)


def test_what_was_paused_goes_on(user: User) -> None:
    rule = Repeat.read({"words": "every 2 weeks on Monday"})
    task = TaskFactory(user=user, due_date="2026-11-23", repeats=rule)
    use(user, "update_task", task_id=str(task.pk), repeats="pause until may")

    told = one(use(user, "update_task", task_id=str(task.pk), repeats="resume"))

    assert told["due_date"] == "2026-11-23"


@pytest.mark.parametrize(
    ("words", "said"), [("skip", "It does not repeat"), ("pause", "pause until 2027-05-01")]
)
def test_what_cannot_be_skipped_is_said(user: User, words: str, said: str) -> None:
    task = TaskFactory(user=user, due_date="2026-11-23")

    with pytest.raises(ToolError, match=said):
        use(user, "update_task", task_id=str(task.pk), repeats=words)


def test_a_last_day_may_be_told_in_words(user: User) -> None:
    told = one(use(user, "create_task", title="Bins", repeats="every day until june 30"))

    assert told["repeats"] == "every day, until 2027-06-30"


def test_the_first_time_is_still_to_come(user: User) -> None:
    told = one(use(user, "create_task", title="Run", due_time="07:00", repeats="every day"))

    assert (told["due_date"], told["due_time"]) == ("2026-11-24", "07:00")
