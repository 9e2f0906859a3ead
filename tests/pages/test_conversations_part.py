"""The list of conversations, as the page and its script ask for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.factories import ConversationFactory, say
from tests.pages.markup import Node, read

pytestmark = pytest.mark.django_db

PATH = "/c/"


def titles(page: Node) -> list[str]:
    return [link.all("bdi")[0].text for link in listed(page)]


def listed(page: Node) -> list[Node]:
    return [link for link in page.all("a") if link.attributes["href"].startswith("/c/")]


def older(page: Node) -> str | None:
    """Where the link to the next page leads."""
    links = [a.attributes["href"] for a in page.all("a") if a.text == "Older conversations"]
    return links[0] if links else None


def some(user: User, count: int, **fields: Any) -> list[str]:
    """Their titles, the latest first."""
    now = timezone.now()
    for number in range(count):
        moment = now - timedelta(minutes=number)
        ConversationFactory(user=user, title=f"talk {number}", updated_at=moment, **fields)
    return [f"talk {number}" for number in range(count)]


def test_30_are_listed_and_a_link_leads_to_the_next(browser: Client, user: User) -> None:
    made = some(user, 65)

    seen, where, sizes = [], "", []
    while where is not None:
        page = read(browser.get(f"{PATH}{where}"))
        seen += titles(page)
        sizes.append(len(titles(page)))
        where = older(page)

    assert seen == made
    assert sizes == [30, 30, 5]


def test_30_are_all_there_is(browser: Client, user: User) -> None:
    some(user, 30)

    page = read(browser.get(PATH))

    assert len(titles(page)) == 30
    assert older(page) is None


@pytest.mark.parametrize("page_of", ["/", "/c/{id}/"])
def test_the_links_work_on_whole_pages_too(browser: Client, user: User, page_of: str) -> None:
    shown = ConversationFactory(user=user, title="shown")
    made = some(user, 40)
    path = page_of.format(id=shown.pk)

    first = read(browser.get(path)).one(id="conversations")
    second = read(browser.get(f"{path}{older(first)}")).one(id="conversations")

    assert sorted(titles(first) + titles(second)) == sorted(["shown", *made])


def test_a_row_tells_title_time_and_last_words(
    browser: Client, user: User, time_machine: Any
) -> None:
    user.time_zone = "Asia/Tokyo"
    user.save()
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    time_machine.move_to(noon, tick=False)
    conversation = ConversationFactory(user=user, title="Groceries")
    say(conversation, "Add milk", "It is on\nthe list.")

    (row,) = listed(read(browser.get(PATH)))

    assert row.attributes["href"] == f"/c/{conversation.pk}/"
    assert row.text == "Groceries 21:00 It is on the list."


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(hours=11), "00:30"),
        (timedelta(hours=12), "19 Nov"),
        (timedelta(days=320), "4 Jan"),
        (timedelta(days=330), "25 Dec 2025"),
    ],
)
def test_a_time_of_another_day_is_its_day(
    browser: Client, user: User, time_machine: Any, ago: timedelta, words: str
) -> None:
    noon = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
    time_machine.move_to(noon, tick=False)
    ConversationFactory(user=user, updated_at=noon - ago)

    (row,) = listed(read(browser.get(PATH)))

    assert row.one("time").text == words


def test_one_without_a_title_has_a_name_all_the_same(browser: Client, user: User) -> None:
    ConversationFactory(user=user, created_at=datetime(2026, 11, 20, 16, 4, 11, tzinfo=UTC))

    assert titles(read(browser.get(PATH))) == ["Chat - 2026-11-20 16:04"]


# Searching


def test_a_search_finds_titles_and_messages(browser: Client, user: User) -> None:
    ConversationFactory(user=user, title="About milk")
    say(ConversationFactory(user=user, title="Shopping"), "Buy MILK")
    ConversationFactory(user=user, title="Else")

    page = read(browser.get(PATH, {"search": "Milk"}))

    assert set(titles(page)) == {"About milk", "Shopping"}


def test_what_is_not_found_is_said(browser: Client, user: User) -> None:
    some(user, 2)

    assert read(browser.get(PATH, {"search": "nowhere"})).text == "Nothing found."


def test_the_pages_of_a_search_stay_in_it(browser: Client, user: User) -> None:
    made = some(user, 35)
    ConversationFactory(user=user, title="Else", updated_at=timezone.now() - timedelta(minutes=40))

    page = read(browser.get(PATH, {"search": "talk "}))
    rest = read(browser.get(f"{PATH}{older(page)}"))

    assert titles(page) + titles(rest) == made


def test_the_search_of_a_whole_page_narrows_its_list(browser: Client, user: User) -> None:
    some(user, 12)

    page = read(browser.get("/", {"search": "talk 11"}))

    assert titles(page.one(id="conversations")) == ["talk 11"]
    assert page.one("input", id="search").attributes["value"] == "talk 11"


@pytest.mark.parametrize("search", ["", "  ", "%", "_", "\\", "'", '"; --', "x" * 200])
def test_odd_searches_are_answered(browser: Client, user: User, search: str) -> None:
    some(user, 1)

    read(browser.get(PATH, {"search": search}))


# What is not valid

CURSORS = ["x", "\0", "bnVsbA", "é", "W" * 5000]


@pytest.mark.parametrize("path", ["/", PATH, "/c/{id}/"])
@pytest.mark.parametrize("cursor", CURSORS)
def test_a_bad_cursor_is_a_page_that_says_so(
    browser: Client, user: User, path: str, cursor: str
) -> None:
    path = path.format(id=ConversationFactory(user=user).pk)

    page = read(browser.get(path, {"cursor": cursor}), 400)

    assert page.one("h1").text == "This is not a cursor of this list."
    assert page.has("a", href="/")


@pytest.mark.parametrize("path", ["/", PATH])
@pytest.mark.parametrize(
    ("search", "says"),
    [("a\0b", "Null characters are not allowed."), ("x" * 201, "no more than 200 characters")],
)
def test_a_search_for_what_cannot_be_is_a_page_that_says_so(
    browser: Client, path: str, search: str, says: str
) -> None:
    page = read(browser.get(path, {"search": search}), 400)

    assert says in page.one("h1").text


def test_deleted_conversations_and_those_of_strangers_are_not_listed(
    browser: Client, user: User, stranger: User
) -> None:
    ConversationFactory(user=stranger, title="theirs")
    ConversationFactory(user=user, title="gone").remove()
    ConversationFactory(user=user, title="mine")

    assert titles(read(browser.get(PATH))) == ["mine"]
