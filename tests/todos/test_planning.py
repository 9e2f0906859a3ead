"""What to do now, on a day and once a week: computed from rows, with reasons."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from time import process_time
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import TaskFactory, UserFactory
from todos import planning
from todos.models import Origin, Task, TaskChange

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 12, 10, tzinfo=ZONE)  # a Saturday
MONDAY = datetime(2026, 11, 16, tzinfo=ZONE)
BEGINS, ENDS = time(9), time(18)

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db: None) -> User:
    return UserFactory(time_zone="Europe/Berlin")


def make(user: User, title: str, day: str = "", at: str = "", **fields: object) -> Task:
    """Made at NOW, unless ``days_ago`` tells another time."""
    ago = timedelta(days=int(str(fields.pop("days_ago", 0))))
    due = {"due_date": date.fromisoformat(day)} if day else {}
    due |= {"due_time": time.fromisoformat(at)} if at else {}
    with time_machine.travel(NOW - ago, tick=False):
        return TaskFactory(user=user, title=title, **due, **fields)


def rows(user: User) -> planning.Rows:
    return planning.rows(user, MONDAY)


def titles(found: list[planning.Weighed]) -> list[str]:
    return [each.task.title for each in found]


def why(user: User, title: str) -> str:
    [found] = [each for each in planning.weighed(rows(user), NOW) if each.task.title == title]
    return ", ".join(found.why)


def test_what_presses_most_comes_first_and_says_why(user: User) -> None:
    make(user, "Someday")
    make(user, "Soon", "2026-11-24")
    make(user, "Important", priority="high")
    make(user, "Today", "2026-11-21", "17:00", duration_minutes=15)
    make(user, "Late", "2026-11-18")
    make(user, "Missed", "2026-11-21", "09:00")
    make(user, "Tomorrow", "2026-11-22", priority="low")
    make(user, "Far", "2027-02-01")
    make(user, "Old", days_ago=30)

    assert titles(planning.weighed(rows(user), NOW)) == [
        *("Late", "Missed", "Today", "Important", "Tomorrow", "Soon", "Old", "Someday", "Far")
    ]
    assert why(user, "Late") == "overdue since Wednesday"
    assert why(user, "Missed") == "overdue since 09:00 today"
    assert why(user, "Today") == "due today at 17:00, takes 15 minutes"
    assert why(user, "Important") == "high priority"
    assert why(user, "Tomorrow") == "due tomorrow, low priority"
    assert why(user, "Soon") == "due Tuesday"
    assert why(user, "Far") == "due 1 February 2027"
    assert why(user, "Old") == "on the list for 4 weeks"
    assert why(user, "Someday") == "no date"


def test_what_was_put_off_again_and_again_says_so(user: User) -> None:
    task, other = make(user, "Taxes", "2026-11-22"), make(user, "Rent", "2026-11-22")
    for day in ("2026-11-23", "2026-11-24", "2026-11-22", "2026-11-25"):  # and once earlier
        task.edit(Origin("api"), due_date=date.fromisoformat(day))
    other.edit(Origin("api"), due_date=date(2026, 11, 23))
    other.edit(Origin("api"), due_date=None)
    undone = Origin("api")
    task.edit(undone, due_date=date(2026, 12, 24))
    TaskChange.objects.for_user(user).of_acts([undone.act]).undo(Origin("api"))

    assert rows(user).postponed == {task.pk: 3, other.pk: 1}
    assert why(user, "Taxes") == "due Wednesday, put off 3 times"


def test_the_same_rows_give_the_same_order_however_they_come(user: User) -> None:
    for number in range(30):
        make(user, f"Task {number}", "2026-11-21" if number % 3 else "", days_ago=number % 4)
    found = rows(user)
    expected = planning.weighed(found, NOW)

    for seed in range(5):
        shuffled = Random(seed).sample(list(found.tasks), len(found.tasks))
        assert planning.weighed(planning.Rows(shuffled, {}), NOW) == expected


def test_now_is_a_few_tasks_or_what_fits_into_the_minutes(user: User) -> None:
    for number in range(7):
        make(user, f"Task {number}", "2026-11-21")
    make(user, "Long", "2026-11-20", duration_minutes=90)
    make(user, "Short", "2026-11-20", duration_minutes=10)
    make(user, "Usual", "2026-11-19")

    assert titles(planning.to_do_now(rows(user), NOW)) == [
        *("Short", "Usual", "Long", "Task 0", "Task 1")
    ]
    assert titles(planning.to_do_now(rows(user), NOW, 45)) == ["Short", "Usual"]
    assert titles(planning.to_do_now(rows(user), NOW, 100)) == ["Short", "Usual", *TASKS_OF_30]
    assert planning.to_do_now(rows(user), NOW, 5) == []


TASKS_OF_30 = ["Task 0", "Task 1"]


def test_a_day_has_what_fits_and_says_what_does_not_and_where_it_could_go(user: User) -> None:
    make(user, "Meeting", "2026-11-23", "14:00", duration_minutes=240)
    make(user, "Report", "2026-11-23", priority="high", duration_minutes=180)
    make(user, "Laundry", "2026-11-23", duration_minutes=120)
    make(user, "Late", "2026-11-20", duration_minutes=60)
    make(user, "Deep clean", "2026-11-23", duration_minutes=300)
    make(user, "Full", "2026-11-24", duration_minutes=500)
    make(user, "Wish", priority="medium")
    make(user, "Someday")

    plan = planning.plan_day(rows(user), NOW, date(2026, 11, 23), BEGINS, ENDS)

    assert plan.free_minutes == 9 * 60 - 240
    assert titles(plan.fits) == ["Meeting", "Late", "Report", "Wish"]
    assert titles(plan.too_much) == ["Laundry", "Deep clean"]
    assert [(each.task.title, each.to) for each in plan.moves] == [
        ("Laundry", date(2026, 11, 25)),
        ("Deep clean", date(2026, 11, 25)),
    ]


def test_of_today_only_the_rest_is_free_and_in_the_evening_the_rest_of_it(user: User) -> None:
    make(user, "One", "2026-11-21", duration_minutes=60)

    def free(at: datetime) -> int:
        return planning.plan_day(rows(user), at, at.date(), BEGINS, ENDS).free_minutes

    assert free(NOW) == 350
    assert free(NOW.replace(hour=7)) == 540
    assert free(NOW.replace(hour=20, minute=0)) == 120
    assert free(NOW.replace(hour=23)) == 0


def test_what_has_a_day_of_its_own_before_is_no_part_of_a_later_day(user: User) -> None:
    make(user, "Call", "2026-11-21", "23:45")
    make(user, "Stamps", "2026-11-21")
    make(user, "Sunday", "2026-11-22")
    make(user, "Missed", "2026-11-21", "09:00")

    def plan(at: datetime) -> list[str]:
        return titles(planning.plan_day(rows(user), at, date(2026, 11, 23), BEGINS, ENDS).fits)

    assert plan(NOW) == ["Missed"]
    assert plan(NOW.replace(hour=20)) == ["Missed", "Stamps"]
    assert plan(NOW.replace(hour=23, minute=50)) == ["Missed", "Call", "Stamps"]


def test_what_is_important_or_repeats_is_not_moved(user: User) -> None:
    day = date(2026, 11, 23)
    make(user, "Big", "2026-11-20", duration_minutes=540)
    make(user, "Important", "2026-11-23", priority="high", duration_minutes=600)
    make(user, "Daily", "2026-11-23")
    Task.objects.filter(title="Daily").update(repeats={"every": "day"})

    plan = planning.plan_day(rows(user), NOW, day, BEGINS, ENDS)

    assert titles(plan.too_much) == ["Important", "Daily"]
    assert plan.moves == []


def test_a_week_is_looked_back_at_and_forward(user: User) -> None:
    done, before = make(user, "Done", days_ago=5), make(user, "Before", days_ago=20)
    with time_machine.travel(NOW - timedelta(days=1)):
        done.complete(Origin("api"))
    with time_machine.travel(NOW - timedelta(days=10)):
        before.complete(Origin("api"))
    make(user, "Late", "2026-11-18")
    make(user, "This week", "2026-11-22")
    make(user, "Next week", "2026-11-29")
    make(user, "Later", "2026-11-30")
    make(user, "No date")
    make(user, "Forgotten", days_ago=40)
    step = TaskFactory(user=user, title="Step", parent=Task.objects.get(title="No date"))

    found = planning.review(rows(user), NOW, MONDAY.date())

    assert [task.title for task in found.done] == ["Done"]
    assert titles(found.overdue) == ["Late"]
    assert titles(found.this_week) == ["This week"]
    assert titles(found.next_week) == ["Next week"]
    assert titles(found.no_date) == ["Forgotten", "No date"]
    assert titles(found.stale) == ["Forgotten"]
    assert found.postponed == []
    assert step.title not in titles(found.no_date)


def test_others_and_what_is_deleted_are_no_part_of_it(user: User, stranger: User) -> None:
    make(stranger, "Theirs", "2026-11-18")
    make(user, "Gone", "2026-11-18").remove(Origin("api"))

    assert rows(user) == planning.Rows([], {})


@pytest.mark.no_cover
def test_a_thousand_tasks_are_two_queries_and_hardly_more_than_their_reading(user: User) -> None:
    """Some 30 ms on an ordinary machine, of which reading the rows is more than half."""
    dice = Random(7)
    tasks = [
        Task(
            user=user,
            title=f"Task {number}",
            due_date=dice.choice([None, date(2026, 11, 10) + timedelta(days=number % 40)]),
            priority=dice.choice(["none", "low", "medium", "high"]),
            duration_minutes=dice.choice([None, 10, 45, 120]),
        )
        for number in range(1000)
    ]
    Task.objects.bulk_create(tasks)
    moved = {"before": {"due_date": "2026-11-01"}, "after": {"due_date": "2026-11-09"}}
    lines = [
        TaskChange(user=user, task=task, kind="updated", source="api", **moved) for task in tasks
    ]
    TaskChange.objects.bulk_create(lines)

    def cost(act: Callable[[], object]) -> float:
        began = process_time()
        act()
        return process_time() - began

    def plan() -> None:
        planning.plan_day(rows(user), NOW, NOW.date(), BEGINS, ENDS)

    with CaptureQueriesContext(connection) as made:
        plan()
    assert len(made) == 2
    reading = min(cost(lambda: list(Task.objects.for_user(user))) for _ in range(5))
    assert min(cost(plan) for _ in range(5)) <= 4 * reading
