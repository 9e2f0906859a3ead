"""Tasks beside the talk: in lists, with tags, steps and lengths, and how the panel is narrowed."""

from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlencode

from accounts.models import User
from tests.factories import ConversationFactory, TaskFactory
from tests.pages.markup import Node, read
from todos.models import Origin, Task, TaskList

pytestmark = pytest.mark.django_db

EVIL = "<b>&amp;\"'{{x}}"


@pytest.fixture
def groceries(user: User) -> TaskList:
    return TaskList.add(user, Origin("api"), name="Groceries")


def panel(browser: Client, **choice: Any) -> Node:
    return read(browser.get(f"/tasks/?{urlencode(choice)}"))


def titles(page: Node) -> list[str]:
    return [title.text for title in page.all("bdi", **{"class": "title"})]


def switcher(page: Node) -> dict[str, str]:
    return {link.text: link.attributes["href"] for link in lists(page).all("a")}


def lists(page: Node) -> Node:
    return page.one("nav", **{"aria-label": "Lists"})


def chosen(page: Node) -> list[str]:
    return [link.text for link in lists(page).all("a", **{"aria-current": "true"})]


def test_who_has_no_lists_is_shown_none(browser: Client, user: User) -> None:
    TaskFactory(user=user)

    assert not panel(browser).has("nav", **{"aria-label": "Lists"})


def test_each_list_is_a_link_with_what_is_open_in_it(
    browser: Client, user: User, stranger: User, groceries: TaskList
) -> None:
    TaskList.add(user, Origin("api"), name="art")
    TaskList.add(user, Origin("api"), name="Gone").remove(Origin("api"))
    TaskList.add(stranger, Origin("api"), name="Theirs")
    milk = TaskFactory(user=user, list=groceries)
    TaskFactory(user=user, parent=milk)
    TaskFactory(user=user, list=groceries, completed=True)
    TaskFactory(user=user, list=groceries).remove(Origin("api"))
    TaskFactory(user=user)

    page = panel(browser)

    assert switcher(page) == {
        "All lists 3 open": "?",
        "Inbox 1 open": "?list=inbox",
        "art 0 open": f"?list={TaskList.objects.get(name='art').pk}",
        "Groceries 2 open": f"?list={groceries.pk}",
    }
    assert chosen(page) == ["All lists 3 open"]
    told = browser.get(f"/api/lists/{groceries.pk}/").json()
    assert told["tasks"]["open"] == 2


def test_a_list_is_chosen_by_the_address(browser: Client, user: User, groceries: TaskList) -> None:
    TaskFactory(user=user, title="Milk", list=groceries)
    TaskFactory(user=user, title="Piano")

    assert titles(panel(browser)) == ["Milk", "Piano"]
    page = panel(browser, list=groceries.pk)
    assert (titles(page), chosen(page)) == (["Milk"], ["Groceries 1 open"])
    page = panel(browser, list="inbox")
    assert (titles(page), chosen(page)) == (["Piano"], ["Inbox 1 open"])


@pytest.mark.parametrize(
    "odd", ["", "x", "\0", "x\0", "1" * 9999, "00000000-0000-7000-8000-000000000000"]
)
def test_what_is_no_list_and_no_tag_is_not_chosen(
    browser: Client, user: User, groceries: TaskList, odd: str
) -> None:
    TaskFactory(user=user)

    assert chosen(panel(browser, list=odd)) == ["All lists 1 open"]
    assert browser.get(f"/tasks/?{urlencode({'tag': odd})}").status_code == 200


def test_the_list_of_a_stranger_or_a_deleted_one_is_not_chosen(
    browser: Client, user: User, stranger: User, groceries: TaskList
) -> None:
    theirs = TaskList.add(stranger, Origin("api"), name="Theirs")
    gone = TaskList.add(user, Origin("api"), name="Gone")
    gone.remove(Origin("api"))

    for task_list in (theirs, gone):
        assert chosen(panel(browser, list=task_list.pk)) == ["All lists 0 open"]


def test_a_task_names_its_list_where_others_are_shown_too(
    browser: Client, user: User, groceries: TaskList
) -> None:
    TaskFactory(user=user, title="Milk", list=groceries)

    assert panel(browser).one("li", **{"class": "task none"}).text == "Milk in Groceries"
    here = panel(browser, list=groceries.pk)
    assert here.one("li", **{"class": "task none"}).text == "Milk"


def test_a_tag_is_a_link_that_narrows_and_another_leads_back(
    browser: Client, user: User, groceries: TaskList
) -> None:
    TaskFactory(user=user, title="Milk", tags=["shop", "now"], list=groceries)
    TaskFactory(user=user, title="Piano", tags=["shop"])
    TaskFactory(user=user, title="Call")
    TaskFactory(user=user, title="Old", tags=["shop"], completed=True)
    page = panel(browser, list=groceries.pk)
    links = {link.text: link.attributes["href"] for link in page.all("a", **{"class": "chip"})}
    assert links == {
        "#now": f"?list={groceries.pk}&tag=now",
        "#shop": f"?list={groceries.pk}&tag=shop",
    }

    page = panel(browser, tag="#Shop")

    assert titles(page) == ["Milk", "Piano", "Old"]
    (back,) = page.one("p", **{"class": "chosen-tag"}).all("a")
    assert (back.text, back.attributes["href"]) == ("#shop ×", "?")
    assert titles(panel(browser, tag="sho")) == []


def test_a_length_is_told(browser: Client, user: User) -> None:
    TaskFactory(user=user, title="Call", duration_minutes=90)

    assert panel(browser).one("li", **{"class": "task none"}).text == "Call 1 h 30 min"


@pytest.fixture
def kitchen(user: User) -> Task:
    kitchen = TaskFactory(user=user, title="Kitchen")
    for title, done in [("Buy paint", True), ("Floor", False), ("Coat", False)]:
        TaskFactory(user=user, title=title, parent=kitchen, completed=done)
    return kitchen


def test_steps_stand_under_their_task(browser: Client, user: User, kitchen: Task) -> None:
    TaskFactory(user=user, title="gone", parent=kitchen).remove(Origin("api"))
    page = panel(browser)

    row = page.one("li", id=f"task-{kitchen.pk}")
    assert titles(page) == ["Kitchen", "Buy paint", "Floor", "Coat"]
    assert "1 of 3" in row.text
    steps = row.one("ul", **{"aria-label": "Steps of Kitchen"})
    ticks = steps.all("form", **{"class": "tick"})
    buttons = [tick.one("button").attributes["aria-label"] for tick in ticks]
    assert buttons == ["Reopen Buy paint", "Complete Floor", "Complete Coat"]


def test_a_task_that_is_done_tells_its_steps_in_a_number(browser: Client, kitchen: Task) -> None:
    kitchen.complete(Origin("api"))

    page = panel(browser)

    assert titles(page) == ["Kitchen"]
    assert "3 of 3" in page.one("li", **{"class": "task none"}).text


def test_a_tag_of_a_step_that_is_to_be_done_shows_its_task(
    browser: Client, user: User, kitchen: Task
) -> None:
    coat, paint = (Task.objects.get(title=title) for title in ("Coat", "Buy paint"))
    coat.edit(Origin("api"), tags=["fun"])
    paint.edit(Origin("api"), tags=["shop"])
    TaskFactory(user=user, title="Other")

    assert titles(panel(browser, tag="fun")) == ["Kitchen", "Buy paint", "Floor", "Coat"]
    assert titles(panel(browser, tag="shop")) == []


def test_names_of_lists_and_tags_are_words_and_never_markup(browser: Client, user: User) -> None:
    evil = TaskList.add(user, Origin("api"), name=EVIL)
    TaskFactory(user=user, list=evil, tags=[EVIL])

    for page in (panel(browser), panel(browser, tag=EVIL), panel(browser, list=evil.pk)):
        assert not page.has("b")
        assert EVIL in lists(page).text
        assert f"#{EVIL}" in [link.text for link in page.all("a", **{"class": "chip"})]
    page = panel(browser, tag=EVIL)
    assert page.one("input", name="tags").attributes["value"] == EVIL


def test_the_choice_holds_on_other_pages(browser: Client, user: User, groceries: TaskList) -> None:
    conversation = ConversationFactory(user=user)
    choice = f"?list={groceries.pk}&tag=shop"

    page = read(browser.get(f"/{choice}"))

    assert page.one("a", id="new-conversation").attributes["href"] == f"/{choice}"
    assert page.has("a", href=f"/c/{conversation.pk}/{choice}")
    assert page.one("form", role="search").fields() == {
        "search": "",
        "list": str(groceries.pk),
        "tag": "shop",
    }
    answer = browser.post(page.one("form", id="composer").attributes["action"], {"message": "Hi"})
    where, _, place = answer["Location"].partition("#")
    assert where.endswith(choice)
    assert place.startswith("message-")
