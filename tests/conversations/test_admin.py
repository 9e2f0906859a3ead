"""Conversations in the admin: found, and read as they were said."""

import json
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import admin
from conversations.models import Feedback, Message, Turn
from tests.conversations.conftest import CONVERSATIONS, TURNS, See, failed_turn, page_of
from tests.factories import LEASE, ConversationFactory, UserFactory, record_call, say

# The lists


def fill(count: int) -> None:
    for number in range(count):
        failed_turn(ConversationFactory(user=UserFactory(), title=f"Talk {number}"))


@pytest.mark.parametrize("path", [CONVERSATIONS, TURNS])
def test_a_list_asks_the_same_for_one_row_and_for_fifty_and_never_for_what_was_said(
    operator: Client, path: str
) -> None:
    asked = []
    for count in (1, 49):
        fill(count)
        with CaptureQueriesContext(connection) as queries:
            assert operator.get(path).status_code == 200
        asked.append([query["sql"] for query in queries])

    assert [len(some) for some in asked] == [len(asked[0])] * 2
    for sql in asked[0] + asked[1]:
        assert "conversations_message" not in sql
        assert "conversations_toolcall" not in sql
        assert "last_message_preview" not in sql


def test_a_title_is_shown_as_text_of_its_own_direction(see: See) -> None:
    ConversationFactory(title="<script>alert(1)</script> ‮evil")

    page = see(CONVERSATIONS)

    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt; ‮evil</bdi>" in page


@pytest.mark.parametrize("text", ["garden", "ADA", "id", "hex id"])
def test_a_conversation_is_found_by_title_user_and_id(see: See, text: str) -> None:
    garden = ConversationFactory(title="Garden", user=UserFactory(username="ada"))
    ConversationFactory(title="Work")
    text = {"id": str(garden.pk), "hex id": garden.pk.hex}.get(text, text)

    page = see(CONVERSATIONS, q=text)

    assert "Garden" in page
    assert "Work" not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"Fresh", "Old", "Gone", "Failed"}),
        ({"deleted_at__isempty": "0"}, {"Gone"}),
        ({"deleted_at__isempty": "1"}, {"Fresh", "Old", "Failed"}),
        ({"turns__status__exact": "failed"}, {"Failed"}),
        ({"updated_at__lt": "2026-01-01 00:00:00+00:00"}, {"Old"}),
        ({"q": "nothing like this"}, set()),
        ({"q": "\0"}, {"Fresh", "Old", "Gone", "Failed"}),
    ],
)
def test_the_list_is_narrowed(see: See, query: dict[str, str], expected: set[str]) -> None:
    say(ConversationFactory(title="Fresh"), "Hello")
    ConversationFactory(title="Old", updated_at="2025-12-31T00:00:00Z")
    ConversationFactory(title="Gone").remove()
    twice = ConversationFactory(title="Failed")
    failed_turn(twice)
    failed_turn(twice)

    page = see(CONVERSATIONS, **query)

    names = ("Fresh", "Old", "Gone", "Failed")
    found = [name for name in names for _ in range(page.count(f"<bdi>{name}</bdi>"))]
    assert sorted(found) == sorted(expected)


# A conversation, read as it was said


def test_a_conversation_reads_as_it_was_said(see: See) -> None:
    conversation = ConversationFactory()
    said = "  <b>two</b>\n\tlines & “é” ‮"
    say(conversation, said, "  Of course.\n  - one")

    page = see(page_of(conversation))

    assert "<b>two</b>" not in page
    question, answer = page.split('<div class="text" dir="auto">')[1:]
    assert unescape(question).startswith(f"{said}</div>")
    assert answer.startswith("  Of course.\n  - one</div>")
    first = Message.objects.get(seq=1)
    assert "1 · user · <time" in page
    assert f"{first.created_at:%Y-%m-%d %H:%M:%S} UTC" in page


def test_under_a_reply_stands_how_it_came_about(see: See) -> None:
    conversation = ConversationFactory()
    turn = failed_turn(conversation)

    page = unescape(see(page_of(conversation)))

    for fact in ("failed", "m-1", "120 + 7 (96 of them cached)", f"{turn.duration_ms} ms", "r-17"):
        assert f">{fact}</" in page
    assert "llm_timeout: It took too long." in page
    assert "<dt>Attempt</dt><dd>1</dd>" in page


def test_a_tool_call_is_shown_with_readable_arguments_and_result(see: See) -> None:
    conversation = ConversationFactory()
    turn = conversation.begin_turn("Add milk", LEASE)
    arguments = {"title": "</pre><script>alert(1)</script> Bücher"}
    record_call(turn, arguments=arguments, result={"tasks": [{"id": 1}]}, duration_ms=42)

    page = see(page_of(conversation))

    assert "<script>alert" not in page
    text = unescape(page)
    assert "<code>create_task</code> succeeded · 42 ms" in text
    for value in (arguments, {"tasks": [{"id": 1}]}):
        assert f"{json.dumps(value, indent=2, ensure_ascii=False)}</pre>" in text


def test_what_a_model_thought_is_shown_folded(see: See) -> None:
    conversation = ConversationFactory()
    turn = conversation.begin_turn("Add milk", LEASE)
    turn.finish(Turn.Status.COMPLETED, "Added.", thinking="<b>They want milk.</b>")

    page = see(page_of(conversation))

    assert "<summary>Thinking</summary>" in page
    assert "&lt;b&gt;They want milk.&lt;/b&gt;</div>" in page


def test_what_a_person_thinks_of_a_reply_stands_beside_it(see: See) -> None:
    conversation = ConversationFactory()
    liked, other = say(conversation, "Hello").reply, say(conversation, "Ho").reply
    for kind in ("negative", "positive"):
        Feedback.objects.give(liked, kind)

    page = see(page_of(conversation))

    assert page.count("<dt>Feedback</dt><dd>positive, ") == 1
    assert "negative" not in page
    assert page.index("<dt>Feedback</dt>") < page.index(f'id="turn-{other.turn_id}"')


def test_a_turn_whose_process_died_is_told_from_one_at_work(see: See) -> None:
    dead, alive = ConversationFactory(), ConversationFactory()
    dead.begin_turn("Hello", -LEASE)
    alive.begin_turn("Hello", LEASE)

    assert ">incomplete</a>" in see(page_of(dead))
    assert ">in_progress</a>" in see(page_of(alive))
    assert see(TURNS).count("in progress, but its process died") == 1


def test_a_conversation_asks_the_same_for_one_turn_and_for_fifty(operator: Client) -> None:
    conversation, asked = ConversationFactory(), []
    for count in (1, 49):
        for _ in range(count):
            failed_turn(conversation)
        with CaptureQueriesContext(connection) as queries:
            assert operator.get(page_of(conversation)).status_code == 200
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_a_long_conversation_is_read_in_parts(see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "LATEST", 4)
    conversation = ConversationFactory()
    for number in range(1, 6):
        say(conversation, f"question {number}", f"answer {number}")

    latest = see(page_of(conversation))
    middle = see(page_of(conversation), before=7)
    first = see(page_of(conversation), before=3)

    assert "Messages 7 to 10 of 10." in latest
    assert 'href="?before=7">Earlier ones' in latest
    assert "Later ones" not in latest
    assert "question 4" in latest
    assert "question 3" not in latest
    assert "Messages 3 to 6 of 10." in middle
    assert 'href="?before=11">Later ones' in middle
    assert "Messages 1 to 2 of 10." in first
    assert "Earlier ones" not in first


@pytest.mark.parametrize("before", ["abc", "-1", "9" * 30, "٣", "\0"])
def test_a_place_that_is_none_shows_the_latest(see: See, before: str) -> None:
    conversation = ConversationFactory()
    say(conversation, "Hello")

    assert "Hello" in see(page_of(conversation), before=before)


def test_an_empty_and_a_deleted_conversation_are_shown_too(see: See) -> None:
    conversation = ConversationFactory(title="Gone")
    conversation.remove()

    page = see(page_of(conversation))

    assert "Nothing yet." in page
    assert "Gone" in page
