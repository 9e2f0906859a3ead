"""The tasks beside the talk."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import TaskFactory
from tests.pages.markup import Node, read
from todos.models import Origin
from todos.repeating import Repeat

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def tasks(browser: Client, address: str = "") -> Node:
    return read(browser.get(f"/tasks/{address}"))


def groups(page: Node) -> dict[str, list[str]]:
    """The words of the tasks under each heading."""
    return {
        section.one("h3").text: [task.text for task in section.all("li")]
        for section in page.all("section")
    }


def test_tasks_stand_under_when_they_are_due_the_next_first(browser: Client, user: User) -> None:
    for title, day, moment in [
        ("some day", None, None),
        ("next year", date(2027, 1, 2), None),
        ("tomorrow", TOMORROW, time(9, 5)),
        ("today", TODAY, None),
        ("tonight", TODAY, time(20, 0)),
        ("this morning", TODAY, time(11, 59)),
        ("yesterday", TODAY - timedelta(days=1), None),
        ("last week", TODAY - timedelta(days=7), time(8, 0)),
    ]:
        TaskFactory(user=user, title=title, due_date=day, due_time=moment)
    TaskFactory(user=user, title="done", due_date=TODAY, completed=True)

    assert groups(tasks(browser)) == {
        "Overdue": [
            "last week 13 Nov 08:00",
            "yesterday yesterday",
            "this morning today 11:59",
        ],
        "Today": ["tonight today 20:00", "today today"],
        "Later": ["tomorrow tomorrow 09:05", "next year 2 Jan 2027"],
        "Some day": ["some day"],
        "Done lately": ["done today"],
    }


def test_overdue_is_by_the_clock_of_the_user(browser: Client, user: User) -> None:
    TaskFactory(user=user, title="tea", due_date=TODAY, due_time=time(16, 0))
    assert groups(tasks(browser)) == {"Today": ["tea today 16:00"]}

    user.time_zone = "Asia/Kathmandu"  # where it is 17:45
    user.save()
    assert groups(tasks(browser)) == {"Overdue": ["tea today 16:00"]}

    user.time_zone = "Pacific/Kiritimati"  # where it is tomorrow
    user.save()
    assert groups(tasks(browser)) == {"Overdue": ["tea yesterday 16:00"]}


def titles(page: Node) -> list[str]:
    return [title.text for title in page.all("bdi", **{"class": "title"})]


def test_100_open_ones_at_first_with_those_just_made_and_the_last_5_done(
    browser: Client, user: User, time_machine: Any
) -> None:
    for number in range(120):
        TaskFactory(user=user, title=f"open {number}", due_date=TODAY + timedelta(days=number))
    for number in range(7):
        time_machine.move_to(NOW + timedelta(minutes=number), tick=False)
        TaskFactory(user=user, title=f"done {number}", completed=True)

    page = tasks(browser)

    shown = [*range(100), *range(110, 120)]
    assert titles(page)[:110] == [f"open {number}" for number in shown]
    assert titles(page)[110:] == [f"done {number}" for number in (6, 5, 4, 3, 2)]
    more = page.one("p", **{"class": "more"})
    assert more.text == "110 of 120 are shown. Show more"

    page = tasks(browser, more.one("a").attributes["href"])
    assert titles(page)[:120] == [f"open {number}" for number in range(120)]
    assert not page.has("p", **{"class": "more"})


@pytest.mark.parametrize("rows", ["", "0", "-5", "7", "x", "9" * 30, "٣"])
def test_how_many_are_shown_may_be_asked_in_vain(browser: Client, user: User, rows: str) -> None:
    TaskFactory(user=user, title="Milk")

    assert titles(tasks(browser, f"?rows={rows}")) == ["Milk"]


def test_a_view_is_chosen_by_the_address(browser: Client, user: User, time_machine: Any) -> None:
    for title, days in [("late", -1), ("now", 0), ("soon", 1)]:
        TaskFactory(user=user, title=title, due_date=TODAY + timedelta(days=days), tags=["a"])
    TaskFactory(user=user, title="some day")
    for days in (-3, -1, 0):
        time_machine.move_to(NOW + timedelta(days=days), tick=False)
        TaskFactory(user=user, title=f"done {-days}", completed=True, tags=["a"])

    views = tasks(browser).one("nav", **{"aria-label": "Views"})
    assert [link.text for link in views.all("a")] == [
        "Today 2 open",
        "Upcoming 1 open",
        "All 4 open",
        "Completed",
    ]
    assert groups(tasks(browser, "?view=today")) == {
        "Overdue": ["late yesterday #a"],
        "Today": ["now today #a"],
    }
    assert groups(tasks(browser, "?view=upcoming&tag=a")) == {"Later": ["soon tomorrow #a"]}
    assert groups(tasks(browser, "?view=completed")) == {
        "Today": ["done 0 #a"],
        "Yesterday": ["done 1 #a"],
        "Tuesday, 17 November": ["done 3 #a"],
    }
    assert groups(tasks(browser, "?view=nonsense")) == groups(tasks(browser))
    page = tasks(browser, "?view=completed&tag=a").one("nav", **{"aria-label": "Views"})
    assert page.one("a", **{"aria-current": "true"}).attributes["href"] == "?tag=a&view=completed"


def test_a_step_that_is_due_stands_alone_where_its_task_is_not_due(
    browser: Client, user: User
) -> None:
    tomorrow = TODAY + timedelta(days=1)
    for title, due in [("undated", None), ("now", TODAY), ("soon", tomorrow)]:
        task = TaskFactory(user=user, title=title, due_date=due)
        TaskFactory(user=user, title=f"step of {title}", due_date=TODAY, parent=task)
    done = TaskFactory(user=user, title="done", due_date=TODAY, completed=True)
    TaskFactory(user=user, title="left over", due_date=TODAY, parent=done)

    page = tasks(browser, "?view=today")

    assert groups(page) == {
        "Today": [
            "step of undated today for undated",
            "now today Steps: 0 of 1 step of now today",
            "step of now today",
            "step of soon today for soon",
            "left over today for done",
        ]
    }
    assert page.one("template").attributes["data-today"] == "4"
    assert groups(tasks(browser, "?view=upcoming")) == {
        "Later": ["soon tomorrow Steps: 0 of 1 step of soon today", "step of soon today"]
    }
    views = page.one("nav", **{"aria-label": "Views"})
    assert [link.text for link in views.all("a")][:3] == [
        "Today 4 open",
        "Upcoming 1 open",
        "All 3 open",
    ]


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("today", "Nothing is due today."),
        ("upcoming", "Nothing is due on a later day."),
        ("completed", "Nothing is done yet."),
        ("", "Nothing to do. Tell the assistant"),
    ],
)
def test_an_empty_view_says_so(browser: Client, view: str, words: str) -> None:
    empty = tasks(browser, f"?view={view}").one("p", **{"class": "empty"})
    assert empty.text.startswith(words)


def test_notes_are_shown_but_for_what_is_very_long(browser: Client, user: User) -> None:
    TaskFactory(user=user, notes="Two litres.\n<b>Cold</b>")
    TaskFactory(user=user, notes="word " * 1000)
    TaskFactory(user=user)

    first, second, third = tasks(browser).all("li", **{"class": "task none"})

    assert first.one("details").one("p").text == "Two litres. <b>Cold</b>"
    assert len(second.one("details").one("p").text) == 500
    assert not third.has("details")


def test_an_open_task_can_be_completed_and_a_done_one_reopened(browser: Client, user: User) -> None:
    task, done = TaskFactory(user=user, title="Milk"), TaskFactory(user=user, title="Bread")
    done.complete(Origin("api"))

    page = tasks(browser)

    tick = page.one("li", id=f"task-{task.pk}").one("form", **{"class": "tick"})
    assert tick.attributes["action"] == f"/tasks/{task.pk}/complete/"
    assert tick.one("button").attributes["aria-label"] == "Complete Milk"
    tick = page.one("li", id=f"task-{done.pk}").one("form", **{"class": "tick"})
    assert tick.attributes["action"] == f"/tasks/{done.pk}/reopen/"
    assert tick.one("button").attributes["aria-label"] == "Reopen Bread"


def test_a_task_that_repeats_tells_its_rule_and_when_it_comes_again(
    browser: Client, user: User
) -> None:
    tea = Repeat.read({"words": "every other monday"})
    task = TaskFactory(user=user, title="Tea", due_date=date(2026, 11, 16), repeats=tea)
    row = tasks(browser).one("li", id=f"task-{task.pk}")
    assert row.text == "Tea 16 Nov every 2 weeks on Monday Skip"
    assert row.one("button", **{"class": "quiet"}).attributes["aria-label"].startswith("Skip Tea")

    task.complete(Origin("api"))

    assert groups(tasks(browser)) == {
        "Later": ["Tea 30 Nov every 2 weeks on Monday Skip"],
        "Done lately": ["Tea 16 Nov next: Monday, 30 November"],
    }


def test_a_changed_task_is_told_from_the_one_before(
    browser: Client, user: User, time_machine: Any
) -> None:
    task = TaskFactory(user=user)

    def mark() -> str:
        return tasks(browser).one("li", id=f"task-{task.pk}").attributes["data-changed"]

    before = mark()
    assert mark() == before

    time_machine.shift(0.01)
    task.edit(Origin("api"), title="Other")

    assert mark() != before


def test_deleted_tasks_and_those_of_strangers_are_not_there(
    browser: Client, user: User, stranger: User
) -> None:
    TaskFactory(user=stranger)
    TaskFactory(user=user).remove(Origin("api"))

    page = tasks(browser)

    assert groups(page) == {}
    assert page.one("p", **{"class": "empty"}).text.startswith("Nothing to do.")


@pytest.mark.parametrize(
    ("hours", "today", "overdue"),
    [([], 0, 0), ([None], 1, 0), ([None, 9], 2, 1), ([9, 10, 23], 3, 2)],
)
def test_the_button_and_the_title_tell_how_many_are_due(
    browser: Client, user: User, hours: list[int | None], today: int, overdue: int
) -> None:
    """On a phone the button is all that is seen of the tasks."""
    for hour in hours:
        at = None if hour is None else time(hour)
        TaskFactory(user=user, due_date=TODAY, due_time=at)
    TaskFactory(user=user)
    TaskFactory(user=user, due_date=TODAY, completed=True)
    TaskFactory(user=user, due_date=TODAY + timedelta(days=1))

    page = read(browser.get("/"))

    badge = page.one(id="due-today")
    assert (badge.text, "hidden" in badge.attributes) == (str(today), not today)
    told = [f", {today} for today"] * bool(today) + [f", {overdue} overdue"] * bool(overdue)
    label = "".join(["Tasks", *told])
    assert page.all("button", **{"aria-label": label})
    assert page.one("title").text == (f"({overdue}) " if overdue else "") + "Todo Chat"
    numbers = page.one("template", **{"class": "due-numbers"})
    assert numbers.attributes["data-label"] == label
