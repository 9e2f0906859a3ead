"""What a search shows: the passage with its words marked, and the way to it."""

import pytest
from django.test import Client

from accounts.models import User
from chat.pages.passages import passage
from conversations.models import Conversation
from tests.factories import ConversationFactory, say
from tests.pages.markup import Node, read
from todos.models import Origin, TaskList

pytestmark = pytest.mark.django_db


def rows(page: Node) -> list[Node]:
    return [a for a in page.all("a") if a.attributes["href"].startswith("/c/")]


def marks(node: Node) -> list[str]:
    return [mark.text for mark in node.all("mark")]


def long_one(user: User, exchanges: int = 60) -> Conversation:
    conversation = ConversationFactory(user=user, title="Long")
    for number in range(1, exchanges + 1):
        say(conversation, f"Question {number}", f"Answer {number}")
    return conversation


def ways(page: Node) -> list[str]:
    return [a.text for a in page.all("a") if a.text in ("Earlier messages", "Later messages")]


def numbers(page: Node) -> list[int]:
    return [int(each.attributes["data-seq"]) for each in page.messages()]


def test_a_row_has_the_passage_its_marks_and_the_number_of_messages(
    browser: Client, user: User
) -> None:
    conversation = ConversationFactory(user=user, title="Journey")
    say(conversation, "Hello", "Hello, what is it?")
    found = say(conversation, "Where is the <b>CAFÉ</b> of which you told?", "The cafe is closed.")

    (row,) = rows(read(browser.get("/c/", {"search": "cafe"})))

    (message,) = found.messages.filter(role="user")
    assert row.attributes["href"] == (
        f"/c/{conversation.pk}/?search=cafe&around=3#message-{message.pk}"
    )
    assert "Where is the <b>CAFÉ</b> of which you told?" in row.text
    assert "2 messages" in row.text
    assert marks(row) == ["CAFÉ"]
    assert not row.has("b")


def test_a_title_is_marked_and_leads_to_the_end(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user, title="Straße & Co")
    say(conversation, "Hello", "What is it?")

    (row,) = rows(read(browser.get("/c/", {"search": "strasse &"})))

    assert row.attributes["href"] == f"/c/{conversation.pk}/?search=strasse+%26"
    assert marks(row) == ["Straße", "&"]
    assert row.text.endswith("What is it?")


def test_words_are_in_one_message_in_any_order(browser: Client, user: User) -> None:
    apart = ConversationFactory(user=user, title="Apart")
    say(apart, "The milk is sour", "Buy oats")
    say(ConversationFactory(user=user, title="Together"), "Oats need milk", "Yes")

    def found(text: str) -> list[str]:
        page = read(browser.get("/c/", {"search": text}))
        return [row.all("bdi")[0].text for row in rows(page)]

    assert found("milk oats") == ["Together"]
    assert found('"need milk"') == ["Together"]
    assert found('"milk need"') == []


def test_a_page_of_a_search_keeps_it_and_the_list_that_is_chosen(
    browser: Client, user: User
) -> None:
    chosen = TaskList.add(user, Origin("api"), name="Home")
    conversation = long_one(user, 2)

    page = read(browser.get(f"/?search=question&list={chosen.pk}"))

    (row,) = rows(page.one(id="conversations"))
    address = row.attributes["href"].partition("#")[0]
    assert address == f"/c/{conversation.pk}/?search=question&around=1&list={chosen.pk}"
    landed = read(browser.get(address))
    assert landed.one(id="search").attributes["value"] == "question"
    assert len(rows(landed.one(id="conversations"))) == 1


def test_a_message_is_shown_with_what_stands_around_it(browser: Client, user: User) -> None:
    path = f"/c/{long_one(user).pk}/"

    page = read(browser.get(f"{path}?around=60&search=x"))

    assert numbers(page) == [*range(35, 85)]
    (earlier,) = [a for a in page.all("a") if a.text == "Earlier messages"]
    (later,) = [a for a in page.all("a") if a.text == "Later messages"]
    above = read(browser.get(path + earlier.attributes["href"]))
    below = read(browser.get(path + later.attributes["href"]))
    assert (numbers(above), ways(above)) == ([*range(1, 35)], ["Later messages"])
    assert (numbers(below), ways(below)) == ([*range(85, 121)], ["Earlier messages"])


@pytest.mark.parametrize("asked", ["around=9999", "around=x", "around=", "around=-3", "around=²"])
def test_a_place_that_is_none_shows_the_end(browser: Client, user: User, asked: str) -> None:
    page = read(browser.get(f"/c/{long_one(user, 30).pk}/?{asked}"))

    assert numbers(page) == [*range(11, 61)]
    assert "Later messages" not in page.text


def test_what_stands_above_does_not_lead_down_again(browser: Client, user: User) -> None:
    part = f"/c/{long_one(user).pk}/messages/"

    assert "Later messages" not in read(browser.get(f"{part}?before=60")).text
    assert "Later messages" in read(browser.get(f"{part}?since=2")).text


def test_nobody_comes_to_what_another_has_said(browser: Client, stranger: User) -> None:
    conversation = long_one(stranger, 2)

    assert browser.get(f"/c/{conversation.pk}/?around=1").status_code == 404
    assert rows(read(browser.get("/c/?search=question"))) == []


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("", ["x"], ""),
        ("short", ["x"], "short"),
        ("A  milk\nday", ["milk"], "A [milk] day"),
        ("word " * 30 + "milk " + "more " * 40, ["milk"], f"… {'word ' * 8}[milk]{' more' * 20} …"),
        ("x" * 300 + "milk" + "y" * 300, ["milk"], f"… {'x' * 40}[milk]{'y' * 100} …"),
        ("milk " + "word " * 40 + "eggs", ["eggs", "milk"], f"[milk]{' word' * 20} …"),
        ("a“b” milk’s", ["milk's"], "a“b” [milk’s]"),
    ],
)
def test_a_passage(text: str, words: list[str], expected: str) -> None:
    pieces = passage(text, words)
    assert "".join(f"[{each.text}]" if each.marked else each.text for each in pieces) == expected
