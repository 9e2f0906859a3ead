"""What was deleted lately, and how it comes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversations.models import Conversation
from tests.factories import ConversationFactory, TaskFactory, say
from tests.pages.markup import Node, read
from todos.models import Origin, Task, TaskChange, TaskList

pytestmark = pytest.mark.django_db

PATH = "/deleted/"


def names(page: Node) -> list[str]:
    return [each.all("bdi")[0].text for each in page.one(id="main").all("li")]


def restore(browser: Client, number: int = 0) -> Any:
    page = read(browser.get(PATH))
    form = page.one(id="main").all("form")[number]
    return browser.post(form.attributes["action"])


def test_the_newest_is_first_with_when_and_by_which_door(
    browser: Client, user: User, time_machine: Any
) -> None:
    task = TaskFactory(user=user, title="Milk & eggs")
    task_list = TaskList.add(user, Origin("api"), name="Home")
    conversation = ConversationFactory(user=user, title="Journey")
    moment = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    for minute, delete in enumerate(
        [
            lambda: task.remove(Origin("chat")),
            conversation.remove,
            lambda: task_list.remove(Origin("page")),
        ]
    ):
        time_machine.move_to(moment + timedelta(minutes=minute), tick=False)
        delete()

    page = read(browser.get(PATH))

    assert [each.all("span")[0].text for each in page.one(id="main").all("li")] == [
        "Home List · deleted Today, 12:02 on this page · kept until 18 February 2027",
        "Journey Conversation · deleted Today, 12:01 · kept until 20 December 2026",
        "Milk & eggs Task · deleted Today, 12:00 by the assistant · kept until 18 February 2027",
    ]


def test_without_a_purge_no_day_is_told(browser: Client, user: User, settings: Any) -> None:
    settings.CLEANUP_PURGE_DELETED_DAYS = settings.CLEANUP_TASKS_DAYS = 0
    ConversationFactory(user=user).remove()
    TaskFactory(user=user).remove(Origin("api"))

    assert "kept until" not in read(browser.get(PATH)).text


def test_a_task_comes_back_and_that_can_be_undone(browser: Client, user: User) -> None:
    task = TaskFactory(user=user, title="Milk")
    step = TaskFactory(user=user, title="Go", parent=task)
    task.remove(Origin("api"))
    assert names(read(browser.get(PATH))) == ["Milk"]

    answer = restore(browser)

    assert answer["Location"] == f"/#task-{task.pk}"
    page = read(browser.get("/"))
    assert "Restored: Milk" in page.one(id="notices").text
    assert page.has(id=f"task-{step.pk}")
    change = TaskChange.objects.filter(task=task.pk).newest_first()[0]
    assert (change.kind, change.source) == ("restored", "page")
    browser.post(f"/acts/{change.act}/undo/")
    assert not Task.objects.for_user(user).exists()
    assert names(read(browser.get(PATH))) == ["Milk"]


def test_a_list_comes_back_with_its_tasks(browser: Client, user: User) -> None:
    task_list = TaskList.add(user, Origin("api"), name="Home")
    TaskFactory(user=user, title="Sweep", list=task_list)
    task_list.remove(Origin("api"), "delete")
    assert names(read(browser.get(PATH))) == ["Home"]

    answer = restore(browser)

    assert answer["Location"] == f"/?list={task_list.pk}"
    page = read(browser.get(answer["Location"]))
    assert "Restored: Home" in page.one(id="notices").text
    assert "Sweep" in page.one(id="tasks").text


def test_a_list_whose_name_is_taken_says_so(browser: Client, user: User) -> None:
    TaskList.add(user, Origin("api"), name="Home").remove(Origin("api"))
    TaskList.add(user, Origin("api"), name="home")

    restore(browser)

    assert "Another list has this name" in read(browser.get(PATH)).one(id="notices").text
    assert names(read(browser.get(PATH))) == ["Home"]


def test_a_conversation_comes_back_and_one_is_led_to_it(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user, title="Journey")
    say(conversation, "Hello")
    conversation.remove()

    answer = restore(browser)

    assert answer["Location"] == f"/c/{conversation.pk}/"
    page = read(browser.get(answer["Location"]))
    assert "Restored: Journey" in page.one(id="notices").text
    assert names(read(browser.get(PATH))) == []


def test_pages_lose_and_repeat_nothing(browser: Client, user: User) -> None:
    for number in range(35):
        ConversationFactory(user=user, title=f"talk {number}").remove()
        TaskFactory(user=user, title=f"task {number}").remove(Origin("api"))
    same = Conversation.objects.all()[0].deleted_at
    Conversation.objects.update(deleted_at=same)

    seen, where, sizes = [], PATH, []
    while where:
        page = read(browser.get(where))
        seen += names(page)
        sizes.append(len(names(page)))
        older = [a.attributes["href"] for a in page.all("a") if a.text == "Deleted before"]
        where = older and PATH + older[0]

    assert sizes == [30, 30, 10]
    assert len({*seen}) == 70


def test_nobody_sees_or_restores_what_is_anothers(
    browser: Client, user: User, stranger: User
) -> None:
    conversation = ConversationFactory(user=stranger)
    task = TaskFactory(user=stranger)
    task_list = TaskList.add(stranger, Origin("api"), name="Home")
    conversation.remove()
    task.remove(Origin("api"))
    task_list.remove(Origin("api"))

    assert names(read(browser.get(PATH))) == []
    for path in (f"/c/{conversation.pk}", f"/tasks/{task.pk}", f"/lists/{task_list.pk}"):
        assert browser.post(f"{path}/restore/").status_code == 404
    assert not Task.objects.for_user(stranger).exists()


@pytest.mark.parametrize("many", [1, 12])
def test_it_costs_always_the_same(browser: Client, user: User, many: int) -> None:
    for _ in range(many):
        ConversationFactory(user=user).remove()
        TaskFactory(user=user).remove(Origin("api"))

    with CaptureQueriesContext(connection) as queries:
        browser.get(PATH)

    assert len(queries) == 1 + 4


def test_a_bad_cursor_is_400(browser: Client) -> None:
    assert browser.get(f"{PATH}?cursor=x").status_code == 400
