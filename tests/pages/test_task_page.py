"""A task on a page of its own: edited there without a script, and with its history."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from tests.pages.markup import Node, notice, read, submit
from todos.models import Origin, Task, TaskList

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
SESSION_AND_USER = 1


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def page_of(browser: Client, task: Task) -> Node:
    return read(browser.get(f"/tasks/{task.pk}/"))


def send(browser: Client, task: Task, **changed: str) -> Any:
    """Type into the form and press Enter."""
    form = page_of(browser, task).one("form", **{"class": "edit-task"})
    fields = form.fields() | {
        "notes": form.one("textarea").text,
        **{each.attributes["name"]: _selected(each) for each in form.all("select")},
    }
    return browser.post(form.attributes["action"], fields | changed)


def _selected(field: Node) -> str:
    return next(o.attributes["value"] for o in field.all("option") if "selected" in o.attributes)


def lines(page: Node) -> list[str]:
    return [line.text for line in page.one("ol", **{"class": "history"}).all("li")]


def test_all_of_it_is_edited_at_once_and_the_notice_undoes_it(browser: Client, user: User) -> None:
    home = TaskList.add(user, Origin("api"), name="Home")
    task = TaskFactory(user=user, title="Milk", due_date=date(2026, 11, 21), due_time=time(9))

    answer = send(
        browser,
        task,
        title="Oat milk",
        notes="one\r\ntwo",
        due_date="2026-11-23",
        due_time="17:30",
        priority="high",
        list=str(home.pk),
        tags="#Shop, now",
        duration_minutes="20",
    )

    assert answer["Location"] == f"/tasks/{task.pk}/"
    task.refresh_from_db()
    assert (task.title, task.notes, task.priority) == ("Oat milk", "one\ntwo", "high")
    assert (task.due_date, task.due_time) == (date(2026, 11, 23), time(17, 30))
    assert (task.list_id, task.tags, task.duration_minutes) == (home.pk, ("now", "shop"), 20)
    saved = page_of(browser, task)
    assert notice(saved) == "Saved Oat milk Undo"
    submit(browser, saved.one(id="notices").button("Undo"))
    task.refresh_from_db()
    assert (task.title, task.list_id, task.version) == ("Milk", None, 3)


def test_nothing_typed_changes_nothing(browser: Client, user: User) -> None:
    task = TaskFactory(user=user, notes="\n first\n", due_date=NOW.date(), tags=["a"])

    send(browser, task, notes="\r\n first\r\n")

    assert Task.objects.get().version == 1
    assert notice(page_of(browser, task)) == ""


def test_a_day_is_chosen_by_one_click_and_its_time_goes_with_it(
    browser: Client, user: User
) -> None:
    task = TaskFactory(user=user, due_date=NOW.date(), due_time=time(9))
    days = page_of(browser, task).one("div", **{"class": "days wide"}).all("button")
    assert [(day.text, day.attributes["value"]) for day in days] == [
        ("Today", "2026-11-20"),
        ("Tomorrow", "2026-11-21"),
        ("Next week", "2026-11-23"),
        ("No date", ""),
    ]

    send(browser, task, due_date="")

    task.refresh_from_db()
    assert (task.due_date, task.due_time) == (None, None)


def test_next_week_begins_when_theirs_does(browser: Client, user: User) -> None:
    user.remember("week_starts", "sunday", "my week starts on Sunday")

    days = page_of(browser, TaskFactory(user=user)).one("div", **{"class": "days wide"})

    assert days.all("button")[2].attributes["value"] == "2026-11-22"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("title", "x" * 201, "no more than 200 characters"),
        ("title", "", "may not be blank"),
        ("due_time", "17:30", "needs a due_date"),
        ("due_date", "someday", "YYYY-MM-DD"),
        ("duration_minutes", "many", "valid integer"),
        ("tags", "x" * 51, "at most 50 characters"),
        ("list", "01a1fe2f-cc43-73a9-be26-8961669a83c1", "no such list"),
    ],
)
def test_what_cannot_be_saved_stands_in_the_form_again(
    browser: Client, user: User, name: str, value: str, words: str
) -> None:
    task = TaskFactory(user=user, title="Milk")

    answer = send(browser, task, **{"notes": "kept words", name: value})

    page = read(answer, 400)
    assert words in notice(page)
    assert page.one("textarea").text == "kept words"
    assert Task.objects.get().version == 1


def test_what_was_changed_elsewhere_is_told_and_no_word_is_lost(
    browser: Client, user: User
) -> None:
    task = TaskFactory(user=user, title="Milk")
    form = page_of(browser, task).one("form", **{"class": "edit-task"})
    task.edit(Origin("api"), title="Oat milk")

    typed = form.fields() | {"title": "Soy milk"}
    page = read(browser.post(form.attributes["action"], typed), 412)

    assert "has changed since" in notice(page)
    again = page.one("form", **{"class": "edit-task"}).fields()
    assert again["title"] == "Soy milk"
    assert page.one("h1").text == "Oat milk"
    browser.post(form.attributes["action"], again)
    assert Task.objects.get().title == "Soy milk"


def test_it_is_deleted_and_brought_back(browser: Client, user: User) -> None:
    task = TaskFactory(user=user, title="Milk")

    answer = browser.post(f"/tasks/{task.pk}/delete/", {"version": "1"})

    assert answer["Location"] == "/"
    home = read(browser.get("/"))
    assert notice(home) == "Deleted Milk Undo"
    page = page_of(browser, task)
    assert not page.has("form", **{"class": "edit-task"})
    assert lines(page)[0].startswith("Deleted 20 Nov 2026 12:00 by you, on this page Undo")
    submit(browser, page.button("Undo"))
    assert Task.objects.for_user(user).get() == task


def test_the_history_tells_each_change_in_words(
    browser: Client, user: User, time_machine: Any
) -> None:
    home = TaskList.add(user, Origin("api"), name="Home")
    task = TaskFactory(user=user, title="Milk", due_date=NOW.date())
    task.edit(Origin("page"), title="Oat milk", due_time=time(17), priority="high", list=home)
    task.edit(Origin("admin"), due_date=None, tags=["a", "b"], duration_minutes=90, notes="Cold")
    task.complete(Origin("page"))

    assert lines(page_of(browser, task)) == [
        "Completed 20 Nov 2026 12:00 by you, on this page Undo",
        "Changed 20 Nov 2026 12:00 Day: today → nothing Time: 17:00 → nothing Tags: nothing → #a #b"
        " Length: nothing → 1 h 30 min Notes: nothing → “Cold” by an administrator Undo",
        "Changed 20 Nov 2026 12:00 Title: “Milk” → “Oat milk” Time: nothing → 17:00"
        " Priority: nothing → high List: nothing → “Home” by you, on this page",
        "Added 20 Nov 2026 12:00 Title: “Milk” Day: today over the API",
    ]

    submit(browser, page_of(browser, task).all("li")[0].one("form"))

    undone, completed = lines(page_of(browser, task))[:2]
    assert undone == "Undone 20 Nov 2026 12:00 It is open by you, on this page Undo"
    assert completed == "Completed undone 20 Nov 2026 12:00 by you, on this page"


def test_the_history_leads_to_the_words_that_made_it(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Add milk", LEASE)
    call = record_call(turn)
    task = Task.add(user, Origin("chat", call.pk, conversation.pk), title="Milk")
    task.edit(Origin("chat", None, conversation.pk), title="Oat milk")

    found = page_of(browser, task).one("ol", **{"class": "history"}).all("a")

    assert [link.attributes["href"] for link in found] == [
        f"/c/{conversation.pk}/",
        f"/c/{conversation.pk}/#message-{turn.user_message.pk}",
    ]
    conversation.remove()
    page = page_of(browser, task)
    assert not page.one("ol", **{"class": "history"}).all("a")
    assert "by the assistant" in lines(page)[0]


@pytest.mark.parametrize("many", [1, 20])
def test_it_costs_always_the_same(browser: Client, user: User, many: int) -> None:
    conversation = ConversationFactory(user=user)
    task = TaskFactory(user=user)
    turn = conversation.begin_turn("Move it", LEASE)
    for number in range(many):
        parent = TaskFactory(user=user)
        home = TaskList.add(user, Origin("api"), name=f"Home {number}")
        origin = Origin("chat", record_call(turn).pk, conversation.pk)
        task.edit(origin, list=home)
        task.edit(Origin("page"), list=None, parent=parent)
        task.edit(Origin("page"), parent=None)

    with CaptureQueriesContext(connection) as queries:
        page_of(browser, task)

    assert len(queries) == SESSION_AND_USER + 8


@pytest.mark.parametrize("path", ["", "edit/", "delete/"])
def test_a_stranger_finds_none_and_who_is_not_signed_in_is_asked_to(
    browser: Client, client: Client, stranger: User, path: str
) -> None:
    address = f"/tasks/{TaskFactory(user=stranger).pk}/{path}"
    method = "post" if path else "get"

    assert getattr(browser, method)(address).status_code == 404
    assert getattr(Client(), method)(address)["Location"].startswith("/accounts/login/")
    assert Task.objects.for_user(stranger).count() == 1


def test_all_that_is_overdue_moves_to_today_as_one_act(browser: Client, user: User) -> None:
    early, late = time(9), time(18)
    due = [(date(2026, 11, 1), None), (date(2026, 11, 2), late), (NOW.date(), early)]
    moved = [TaskFactory(user=user, due_date=day, due_time=at) for day, at in due]
    other = TaskFactory(user=user, due_date=date(2026, 11, 30))

    page = read(browser.get("/"))
    submit(browser, page.button("Move all to today"))

    for task in [*moved, other]:
        task.refresh_from_db()
    assert [(task.due_date, task.due_time) for task in moved] == [
        (NOW.date(), None),
        (NOW.date(), late),
        (NOW.date(), None),
    ]
    assert other.version == 1
    page = read(browser.get("/"))
    assert notice(page) == "3 tasks are due today. Undo"
    assert not page.button("Move all to today")
    submit(browser, page.one(id="notices").button("Undo"))
    moved[0].refresh_from_db()
    assert moved[0].due_date == date(2026, 11, 1)


def test_only_what_is_shown_moves(browser: Client, user: User) -> None:
    day = date(2026, 11, 1)
    TaskFactory(user=user, title="a", due_date=day, tags=["a"])
    TaskFactory(user=user, title="b", due_date=day)

    submit(browser, read(browser.get("/tasks/?tag=a")).button("Move all to today"))

    assert [task.due_date == day for task in Task.objects.order_by("title")] == [False, True]


def test_its_reminders_are_chips_that_go_and_words_that_come(browser: Client, user: User) -> None:
    asks = [{"before_minutes": 10}, {"days_before": 1, "time": "18:00"}]
    task = Task.add(
        user, Origin("api"), title="Call", due_date=date(2026, 11, 21), due_time=time(9),
        reminders=asks,
    )  # fmt: skip
    first, second = (spec["id"] for spec in task.reminders)
    form = page_of(browser, task).one("form", **{"class": "edit-task"})
    chips = form.one("ul", **{"aria-label": "Reminders"})
    assert [chip.text for chip in chips.all("button")] == [
        "10 minutes before ×",
        "the day before at 18:00 ×",
    ]

    kept = {"reminders": [first, second], "remind": "an hour before", "forget": second}
    browser.post(form.attributes["action"], form.fields() | kept)
    task.refresh_from_db()
    assert [{**spec, "id": ""} for spec in task.reminders] == [
        {"id": "", "before_minutes": 10},
        {"id": "", "before_minutes": 60},
    ]
    assert task.reminders[0]["id"] == first

    form = page_of(browser, task).one("form", **{"class": "edit-task"})
    again = read(
        browser.post(
            form.attributes["action"],
            {
                **form.fields(),
                "reminders": [spec["id"] for spec in task.reminders],
                "remind": "when it is blue",
            },
        ),
        400,
    )
    assert notice(again)
    assert again.one("input", name="remind").attributes["value"] == "when it is blue"
    assert len(again.all("input", name="reminders")) == len(task.reminders)
