"""The other forms of the page, sent without any script."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.factories import LEASE, ConversationFactory, TaskFactory, say
from tests.pages.markup import Node, notice, read, submit
from todos.models import Origin, Task, TaskList
from todos.repeating import Repeat

pytestmark = pytest.mark.django_db

SITE = "http://testserver"


@pytest.fixture
def conversation(user: User) -> Conversation:
    conversation = ConversationFactory(user=user, title="Groceries")
    say(conversation, "Hello")
    return conversation


def post(browser: Client, path: str, where: str = "/", **fields: str) -> Any:
    """A form of the page ``where``."""
    return browser.post(path, fields, headers={"Referer": SITE + where})


def after(browser: Client, answer: Any) -> Node:
    assert answer.status_code == 302
    return read(browser.get(answer["Location"]))


# Conversations


def test_stopping_asks_the_open_turn_to_stop(browser: Client, conversation: Conversation) -> None:
    turn = conversation.begin_turn("Wait", LEASE)
    here = f"/c/{conversation.pk}/"
    form = read(browser.get(here)).messages()[-1].button("Stop")
    assert form

    answer = post(browser, form.attributes["action"], here)

    assert answer["Location"] == SITE + here
    turn.refresh_from_db()
    assert turn.cancel_requested_at is not None


def test_stopping_what_is_over_does_nothing(browser: Client, conversation: Conversation) -> None:
    page = after(browser, post(browser, f"/c/{conversation.pk}/stop/"))

    assert not notice(page)
    assert Turn.objects.get().status == Turn.Status.COMPLETED


def test_a_new_title_is_kept(browser: Client, conversation: Conversation) -> None:
    here = f"/c/{conversation.pk}/"
    form = read(browser.get(here)).one("form", id="rename")
    assert form.fields() == {"title": "Groceries"}

    page = after(browser, post(browser, form.attributes["action"], here, title=" Food "))

    assert page.one("h1").text == "Food"


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("", "may not be blank"),
        ("  ", "may not be blank"),
        ("x" * 201, "no more than 200 characters"),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_a_title_that_cannot_be_is_a_notice(
    browser: Client, conversation: Conversation, title: str, says: str
) -> None:
    here = f"/c/{conversation.pk}/"

    page = after(browser, post(browser, f"{here}rename/", here, title=title))

    assert says in notice(page)
    assert page.one("h1").text == "Groceries"


def test_deleting_leads_home_where_it_can_be_undone(
    browser: Client, conversation: Conversation
) -> None:
    here = f"/c/{conversation.pk}/"
    form = read(browser.get(here)).one("form", action=f"{here}delete/")

    answer = submit(browser, form)

    assert answer["Location"] == "/"
    assert browser.get(here).status_code == 404
    home = after(browser, answer)
    assert "The conversation is deleted." in notice(home)
    assert not home.has("a", href=here)
    undo = home.one(id="notices").button("Undo")

    answer = submit(browser, undo)

    assert answer["Location"] == here
    page = after(browser, answer)
    assert page.one("h1").text == "Groceries"
    assert "Restored: Groceries" in notice(page)


def test_the_offer_to_undo_a_deletion_is_made_once(
    browser: Client, conversation: Conversation
) -> None:
    after(browser, post(browser, f"/c/{conversation.pk}/delete/"))

    assert read(browser.get("/")).button("Undo") is None


def test_deleting_twice_is_404_and_restoring_twice_is_restoring_once(
    browser: Client, conversation: Conversation
) -> None:
    paths = [f"/c/{conversation.pk}/{word}/" for word in ("delete", "delete", "restore", "restore")]

    answers = [browser.post(path).status_code for path in paths]

    assert answers == [302, 404, 302, 302]
    assert Conversation.objects.get().deleted_at is None


# Tasks


def journal(task: Task) -> list[tuple[str, str]]:
    return list(task.changes.newest_first().values_list("kind", "source"))


def test_a_task_is_added(browser: Client, user: User) -> None:
    form = read(browser.get("/")).one("form", id="add-task")

    page = after(browser, post(browser, form.attributes["action"], title=" Buy milk "))

    assert "Buy milk" in page.one(id="tasks").text
    task = Task.objects.for_user(user).get()
    assert task.title == "Buy milk"
    assert journal(task) == [("created", "page")]


def test_the_words_of_a_new_task_are_read(browser: Client, user: User) -> None:
    groceries = TaskList.add(user, Origin("api"), name="Groceries")
    work = TaskList.add(user, Origin("api"), name="Work")
    said = {"title": "Milk tomorrow 5pm !high #dairy in Groceries", "tags": "shop"}

    after(browser, post(browser, "/tasks/add/", list=str(work.pk), **said))

    task = Task.objects.for_user(user).get()
    assert (task.title, task.list, task.tags) == ("Milk", groceries, ("dairy", "shop"))
    assert (task.due_date, task.due_time) == (
        user.local_now().date() + timedelta(days=1),
        time(17),
    )
    assert task.priority == "high"


def test_a_task_is_added_where_the_panel_is_narrowed_to(
    browser: Client, user: User, stranger: User
) -> None:
    groceries = TaskList.add(user, Origin("api"), name="Groceries")
    theirs = TaskList.add(stranger, Origin("api"), name="Theirs")
    here = f"/?list={groceries.pk}&tag=shop"
    fields = {
        field.attributes["name"]: field.attributes["value"]
        for field in read(browser.get(here)).all("input", form="add-task")
    }

    page = after(browser, post(browser, "/tasks/add/", here, title="Milk", **fields))

    assert "Milk" in page.one(id="tasks").text
    task = Task.objects.get()
    assert (task.list, task.tags) == (groceries, ("shop",))
    page = after(browser, post(browser, "/tasks/add/", title="Tea", list=str(theirs.pk)))
    assert "There is no such list." in notice(page)
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("", "may not be blank"),
        ("\u200b", "may not be blank"),
        ("x" * 201, "no more than 200 characters"),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_a_task_that_cannot_be_is_a_notice(browser: Client, title: str, says: str) -> None:
    page = after(browser, post(browser, "/tasks/add/", title=title))

    assert says in notice(page)
    assert not Task.objects.exists()


def test_a_form_adds_nothing_but_a_title(browser: Client, stranger: User, user: User) -> None:
    post(browser, "/tasks/add/", title="x", user=str(stranger.pk), completed="true", notes="y")

    task = Task.objects.get()
    assert (task.user, task.completed, task.notes) == (user, False, "")


def test_a_tick_completes_a_task_and_another_reopens_it(browser: Client, user: User) -> None:
    task = TaskFactory(user=user)

    def tick() -> Any:
        form = read(browser.get("/tasks/")).one("form", **{"class": "tick"})
        return after(browser, submit(browser, form))

    assert notice(tick()) == f"Completed {task.title} Undo"
    task.refresh_from_db()
    assert task.completed

    assert notice(tick()) == f"Reopened {task.title} Undo"
    task.refresh_from_db()
    assert not task.completed
    assert journal(task) == [("reopened", "page"), ("completed", "page"), ("created", "api")]


@pytest.fixture
def watering(user: User, time_machine: Any) -> Task:
    time_machine.move_to(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), tick=False)
    rule = Repeat.read({"words": "every monday"})
    day = date(2026, 11, 23)
    return TaskFactory(user=user, title="Water the plants", due_date=day, repeats=rule)


def test_a_task_that_repeats_is_skipped(browser: Client, watering: Task) -> None:
    form = read(browser.get("/tasks/")).button("Skip")

    page = after(browser, submit(browser, form))

    assert notice(page) == "Skipped Water the plants Undo"
    watering.refresh_from_db()
    assert watering.due_date == date(2026, 11, 30)
    assert journal(watering) == [("updated", "page"), ("created", "api")]


def test_skipping_what_does_not_repeat_is_a_notice(browser: Client, user: User) -> None:
    task = TaskFactory(user=user)

    page = after(browser, post(browser, f"/tasks/{task.pk}/skip/"))

    assert notice(page) == "It does not repeat."


def test_completing_tells_when_it_comes_again(browser: Client, watering: Task) -> None:
    page = after(browser, post(browser, f"/tasks/{watering.pk}/complete/"))

    assert notice(page) == "Completed Water the plants · next: Monday, 30 November Undo"


def test_a_tick_of_an_old_page_changes_nothing_twice(browser: Client, user: User) -> None:
    task = TaskFactory(user=user, completed=True)

    answer = post(browser, f"/tasks/{task.pk}/complete/")

    assert not notice(after(browser, answer))
    assert journal(task) == [("completed", "api"), ("created", "api")]


def test_a_tick_of_a_deleted_task_is_404(browser: Client, user: User) -> None:
    task = TaskFactory(user=user)
    task.remove(Origin("api"))

    assert post(browser, f"/tasks/{task.pk}/complete/").status_code == 404


# The script of the page asks the API, with the session.

Ask = Callable[[Client, Task], Any]


@pytest.mark.parametrize(
    "ask",
    [
        lambda browser, task: browser.post(f"/api/tasks/{task.pk}/complete/"),
        lambda browser, task: browser.patch(
            f"/api/tasks/{task.pk}/", {"title": "x"}, content_type="application/json"
        ),
        lambda browser, task: browser.delete(f"/api/tasks/{task.pk}/"),
        lambda browser, task: browser.post(f"/api/changes/{task.changes.get().pk}/undo/"),
    ],
)
def test_what_is_changed_with_a_session_comes_from_the_page(
    browser: Client, client: Client, user: User, ask: Ask
) -> None:
    task, by_token = TaskFactory(user=user), TaskFactory(user=user)

    for caller, changed in ((browser, task), (client, by_token)):
        assert ask(caller, changed).status_code in (200, 204)

    assert journal(task)[0][1] == "page"
    assert journal(by_token)[0][1] == "api"
