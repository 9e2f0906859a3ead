"""What rings on an open page, drawn by the server, and answered without a script."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import User
from reminders.models import Channels
from tests.pages.markup import Node, notice, read, submit
from todos.models import Origin, Reminder, Task

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def task(user: User) -> Task:
    """To be told ten minutes before two."""
    return reminded(user, "Call Ann", time(14))


def reminded(user: User, title: str, at: time) -> Task:
    asks = [{"before_minutes": 10}]
    return Task.add(
        user, Origin("api"), title=title, due_date=NOW.date(), due_time=at, reminders=asks
    )


def rings(page: Node) -> list[Node]:
    return page.one(id="ringing").all("li")


def mark(browser: Client) -> tuple[str, str]:
    told = browser.get("/news/").json()
    return told["reminders"], told["tasks"]


def test_it_rings_at_its_second_and_not_before(browser: Client, task: Task, clock: Any) -> None:
    waiting = mark(browser)
    page = read(browser.get("/"))
    assert rings(page) == []
    assert float(page.one("template", **{"class": "rings"}).attributes["data-next"]) == 110 * 60
    assert "Reminder: today 13:50" in page.one(id=f"task-{task.pk}").text

    clock.shift(timedelta(hours=1, minutes=49, seconds=59))
    assert (rings(read(browser.get("/"))), mark(browser)) == ([], waiting)
    clock.shift(timedelta(seconds=1))

    page = read(browser.get("/"))
    (ring,) = rings(page)
    assert ring.text.startswith("Call Ann today 14:00")
    assert page.one("title").text.strip().startswith("🔔 Call Ann · ")
    assert all(now != before for now, before in zip(mark(browser), waiting, strict=True))
    assert "Reminder:" not in page.one(id=f"task-{task.pk}").text


@pytest.fixture
def due(task: Task, clock: Any) -> Task:
    clock.shift(timedelta(hours=1, minutes=50))
    return task


@pytest.mark.parametrize(
    ("button", "told", "again"),
    [
        ("Done", "Completed Call Ann Undo", None),
        ("In 10 minutes", "It rings again today 14:00.", timedelta(minutes=10)),
        ("Tomorrow", "It rings again tomorrow", timedelta(hours=19, minutes=10)),
        (None, "", None),
    ],
)
def test_it_is_answered_without_a_script(
    browser: Client, due: Task, button: str | None, told: str, again: timedelta | None
) -> None:
    before = mark(browser)
    (ring,) = rings(read(browser.get("/")))
    form = ring.button(button) if button else ring.all("form")[-1]

    submit(browser, form)

    page = read(browser.get("/"))
    assert rings(page) == []
    assert notice(page).startswith(told)
    assert mark(browser)[0] != before[0]
    row = Reminder.objects.get()
    due.refresh_from_db()
    assert due.completed == (button == "Done")
    assert row.rings_at == (again and datetime.now(UTC) + again) or row.answered_at


def test_several_ring_the_latest_first(browser: Client, due: Task, user: User, clock: Any) -> None:
    reminded(user, "Post", time(14, 5))
    clock.shift(timedelta(minutes=5))

    page = read(browser.get("/reminders/"))

    assert [each.one("bdi").text for each in page.all("li")] == ["Post", "Call Ann"]
    assert page.one("template").attributes["data-title"] == "🔔 2 reminders · "


def test_many_are_closed_at_once_but_none_that_comes_meanwhile(
    browser: Client, due: Task, user: User, stranger: User, clock: Any
) -> None:
    reminded(user, "Post", time(14, 0))
    assert "hidden" in read(browser.get("/")).one(id="close-all").attributes
    reminded(user, "Tea", time(14, 0))
    theirs = reminded(stranger, "Theirs", time(14, 0)).reminders[0]["id"]
    form = read(browser.get("/")).one(id="close-all")
    assert "hidden" not in form.attributes
    keys = [each.attributes["value"] for each in form.all("input", name="reminders")]
    reminded(user, "Bread", time(14, 0))

    browser.post("/reminders/dismiss/", {"reminders": [*keys, theirs]})

    (left,) = rings(read(browser.get("/")))
    assert left.text.startswith("Bread")
    assert Reminder.objects.for_user(stranger).due().exists()
    browser.post("/reminders/dismiss/", {"reminders": "x"})
    assert notice(read(browser.get("/"))) == "Must be a valid UUID."


def test_what_the_notice_tells_has_a_mark(browser: Client, due: Task) -> None:
    before = mark(browser)[0]
    due.edit(Origin("api"), title="Call Anna")
    renamed = mark(browser)[0]
    Channels.change(due.user, page=False)
    silent = mark(browser)[0]
    assert rings(read(browser.get("/"))) == []
    Reminder.objects.note_failed([UUID(due.reminders[0]["id"])], "mail")

    assert len({before, renamed, silent, mark(browser)[0]}) == 4
    (ring,) = rings(read(browser.get("/")))
    assert "It could not be sent by mail." in ring.text
    assert ring.attributes["data-said"].endswith("today 14:00. It could not be sent by mail.")


def test_a_strangers_does_not_ring_and_cannot_be_answered(
    browser: Client, due: Task, stranger: User
) -> None:
    theirs = reminded(stranger, "Theirs", time(13, 55))
    key = theirs.reminders[0]["id"]

    assert "Theirs" not in read(browser.get("/reminders/")).text
    for act in ("done", "snooze", "dismiss"):
        assert browser.post(f"/reminders/{key}/{act}/").status_code == 404


def test_words_that_name_no_time_are_told(browser: Client, due: Task) -> None:
    key = due.reminders[0]["id"]

    browser.post(f"/reminders/{key}/snooze/", {"words": "blue"})

    page = read(browser.get("/"))
    assert len(rings(page)) == 1
    assert notice(page)


def test_a_line_that_names_no_reminder_has_the_default(browser: Client, user: User) -> None:
    user.remember("default_reminder", "5", "5 minutes before")

    browser.post("/tasks/add/", {"title": "Call Ann tomorrow 5pm"})

    assert [spec["before_minutes"] for spec in Task.objects.get().reminders] == [5]
