"""The page of a conversation: what was said, in order, on the clock of its reader."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Message, ToolCall, Turn
from tests.factories import LEASE, ConversationFactory, record_call, say
from tests.pages.markup import Node, read

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def page_of(browser: Client, conversation: Conversation, **query: Any) -> Node:
    return read(browser.get(f"/c/{conversation.pk}/", query))


def texts(page: Node) -> list[str]:
    return [message.one("div", **{"class": "said"}).text for message in page.messages()]


def said_at(conversation: Conversation, *moments: datetime) -> None:
    """A message and its reply at each of these."""
    for moment in moments:
        turn = say(conversation, "Hello")
        turn.messages.update(created_at=moment)


def days(page: Node) -> list[tuple[str, str]]:
    marks = [mark.one("time") for mark in page.all("p", **{"class": "day"})]
    return [(mark.text, mark.attributes["datetime"]) for mark in marks]


def test_a_conversation_shows_what_was_said(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user, title="Groceries")
    turn = say(conversation, "Add milk", "Added.")

    page = page_of(browser, conversation)

    assert page.one("title").text == "Groceries · Todo Chat"
    assert page.one("h1").text == "Groceries"
    ids = [f"message-{message.pk}" for message in (turn.user_message, turn.reply)]
    assert [message.attributes["id"] for message in page.messages()] == ids
    assert [message.attributes["data-seq"] for message in page.messages()] == ["1", "2"]
    assert texts(page) == ["Add milk", "Added."]
    assert page.one("main").attributes["data-conversation"] == str(conversation.pk)
    action = page.one("form", id="composer").attributes["action"]
    assert action == f"/c/{conversation.pk}/say/"


def test_the_list_beside_it_shows_which_one_is_open(browser: Client, user: User) -> None:
    shown, other = ConversationFactory(user=user), ConversationFactory(user=user)

    listed = page_of(browser, shown).one(id="conversations")

    assert listed.one("a", href=f"/c/{shown.pk}/").attributes["aria-current"] == "page"
    assert "aria-current" not in listed.one("a", href=f"/c/{other.pk}/").attributes


def test_an_empty_conversation_has_examples_that_go_on_with_it(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)

    forms = page_of(browser, conversation).one(id="welcome").all("form")

    assert {form.attributes["action"] for form in forms} == {f"/c/{conversation.pk}/say/"}


# Long ones


def test_a_long_one_begins_with_its_latest_50_messages(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    for number in range(60):
        say(conversation, f"question {number}", f"answer {number}")

    page = page_of(browser, conversation)

    assert texts(page) == [f"{w} {n}" for n in range(35, 60) for w in ("question", "answer")]
    assert page.one("a", href="?before=71").text == "Earlier messages"

    earlier = page_of(browser, conversation, before="71")
    assert texts(earlier) == [f"{w} {n}" for n in range(10, 35) for w in ("question", "answer")]

    first = page_of(browser, conversation, before="21")
    assert texts(first) == [f"{w} {n}" for n in range(10) for w in ("question", "answer")]
    assert "Earlier messages" not in first.text


def test_50_messages_are_all_there_is(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    for _ in range(25):
        say(conversation, "Hello")

    page = page_of(browser, conversation)

    assert len(page.messages()) == 50
    assert "Earlier messages" not in page.text


# Days and times


def test_days_are_told_apart(browser: Client, user: User, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    conversation = ConversationFactory(user=user)
    ago = [timedelta(days=400), timedelta(days=2), timedelta(days=1), timedelta(0), timedelta(0)]
    said_at(conversation, *[NOON - time for time in ago])

    page = page_of(browser, conversation)

    assert days(page) == [
        ("Thursday, 16 October 2025", "2025-10-16"),
        ("Wednesday, 18 November 2026", "2026-11-18"),
        ("Yesterday", "2026-11-19"),
        ("Today", "2026-11-20"),
    ]


@pytest.mark.parametrize(
    ("zone", "clock", "date", "name"),
    [
        ("UTC", "12:00", "2026-11-20", "Today"),
        ("Pacific/Kiritimati", "02:00", "2026-11-21", "Today"),
        ("Pacific/Pago_Pago", "01:00", "2026-11-20", "Today"),
        ("Asia/Kathmandu", "17:45", "2026-11-20", "Yesterday"),
    ],
)
def test_days_and_times_are_on_the_clock_of_the_user(
    browser: Client, user: User, time_machine: Any, zone: str, clock: str, date: str, name: str
) -> None:
    user.time_zone = zone
    user.save()
    time_machine.move_to(NOON + timedelta(hours=11), tick=False)
    conversation = ConversationFactory(user=user)
    said_at(conversation, NOON)

    page = page_of(browser, conversation)

    assert days(page) == [(name, date)]
    assert {message.one("footer").one("time").text for message in page.messages()} == {clock}


def test_midnight_is_that_of_the_user(browser: Client, user: User, time_machine: Any) -> None:
    user.time_zone = "Pacific/Kiritimati"  # 14 hours ahead: midnight is at 10:00 UTC
    user.save()
    time_machine.move_to(NOON, tick=False)
    conversation = ConversationFactory(user=user)
    midnight = NOON.replace(hour=10)
    said_at(conversation, midnight - timedelta(seconds=1), midnight)

    page = page_of(browser, conversation)

    assert days(page) == [("Yesterday", "2026-11-20"), ("Today", "2026-11-21")]
    clocks = [message.one("footer").one("time").text for message in page.messages()]
    assert clocks == ["23:59", "23:59", "00:00", "00:00"]


def test_what_a_model_thought_is_folded_ahead_of_what_it_said(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    for thinking in ("They want **milk**.", ""):
        turn = conversation.begin_turn("Milk", LEASE)
        turn.finish(Turn.Status.COMPLETED, "Added.", thinking=thinking)
        conversation.refresh_from_db()

    messages = page_of(browser, conversation).messages()

    folded = messages[1].one("details", **{"class": "thinking"})
    assert "open" not in folded.attributes
    assert (folded.one("summary").text, folded.one("strong").text) == ("Thinking", "milk")
    assert messages[1].one("div", **{"class": "said"}).text == "ThinkingThey want milk. Added."
    assert [message.has("details") for message in messages] == [False, True, False, False]


# What was done


def card_ids(page: Node) -> list[str]:
    return [card.attributes["id"] for card in page.all("details")]


def a_reply(conversation: Conversation, text: str, *places: int) -> list[ToolCall]:
    """With a tool call behind so many characters each."""
    turn = conversation.begin_turn("Go on", LEASE)
    calls = [record_call(turn, text_before=place) for place in places]
    turn.finish(Turn.Status.COMPLETED, text)
    return calls


def test_what_was_done_stands_at_its_place_in_the_text(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    text = "I look. I add. Done."
    calls = a_reply(conversation, text, 8, 15, 15)

    page = page_of(browser, conversation)

    said = page.messages()[1].one("div", **{"class": "said"})
    parts = [child for child in said.children if isinstance(child, Node)]
    assert [part.attributes.get("id") or part.text for part in parts] == [
        "I look.",
        f"call-{calls[0].pk}",
        "I add.",
        f"call-{calls[1].pk}",
        f"call-{calls[2].pk}",
        "Done.",
    ]


@pytest.mark.parametrize("places", [(0, 0), (7, 7), (3, 2), (1000, 2000)])
def test_every_card_and_every_word_is_there_once_wherever_the_cards_stand(
    browser: Client, user: User, places: tuple[int, ...]
) -> None:
    conversation = ConversationFactory(user=user)
    calls = a_reply(conversation, "abcdefg", *places)

    page = page_of(browser, conversation)

    assert card_ids(page) == [f"call-{call.pk}" for call in calls]
    words = [part.text for part in page.messages()[1].all("div", dir="auto")]
    assert "".join(words) == "abcdefg"


def test_a_reply_is_markdown_rendered_once_and_a_message_is_not(
    browser: Client, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    say(conversation, "**loud** & <b>bold</b>", "**loud** & &amp; `a < b`\n\n- one\n- two")

    question, reply = page_of(browser, conversation).messages()

    assert question.one("div", dir="auto").text == "**loud** & <b>bold</b>"
    assert not question.has("strong")
    assert not question.has("b")
    assert reply.one("strong").text == "loud"
    assert reply.one("code").text == "a < b"
    assert reply.one("p").text == "loud & & a < b"
    assert [item.text for item in reply.all("li")] == ["one", "two"]


def test_a_message_that_somebody_deleted_by_hand_leaves_the_rest_readable(
    browser: Client, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    say(conversation, "one", "two")
    say(conversation, "three", "four")
    Message.objects.filter(seq__in=(1, 3)).delete()

    assert texts(page_of(browser, conversation)) == ["two", "four"]


def test_on_paper_all_of_it_stands_but_what_was_taken_back(
    browser: Client, user: User, django_assert_max_num_queries: Any
) -> None:
    conversation = ConversationFactory(user=user, title="Groceries")
    turns = [say(conversation, f"Message {number}", "Noted.") for number in range(60)]
    Turn.objects.filter(pk=turns[-1].pk).update(withdrawn_at=NOON)

    with django_assert_max_num_queries(9):
        page = read(browser.get(f"/c/{conversation.pk}/print/"))

    assert page.one("h1").text == "Groceries"
    said = [text for text in texts(page) if text != "Noted."]
    assert said == [f"Message {number}" for number in range(59)]


def test_a_stranger_prints_nothing(browser: Client) -> None:
    assert browser.get(f"/c/{ConversationFactory().pk}/print/").status_code == 404
