"""What an operator sees of conversations and turns in the admin; and that nobody changes them."""

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversations import admin
from conversations.models import Conversation, Message, Turn
from tests.factories import LEASE, ConversationFactory, UserFactory, record_call, say

CONVERSATIONS = "/admin/conversations/conversation/"
TURNS = "/admin/conversations/turn/"

See = Callable[..., str]


@pytest.fixture
def operator(db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(username="operator", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def see(operator: Client) -> See:
    """The text of a page, as it was before it was escaped."""

    def page(path: str, **query: object) -> str:
        answer = operator.get(path, query)
        assert answer.status_code == 200, answer
        return answer.content.decode()

    return page


def page_of(row: Conversation | Turn) -> str:
    return f"{CONVERSATIONS if isinstance(row, Conversation) else TURNS}{row.pk}/change/"


def failed_turn(conversation: Conversation) -> Turn:
    turn = conversation.begin_turn("Add milk", LEASE, request_id="r-17")
    record_call(turn, status="failed", result={"error": "There is no such task."})
    turn.finish(
        Turn.Status.FAILED,
        "I tried",
        error_code="llm_timeout",
        error_detail="It took too long.",
        model="m-1",
        input_tokens=120,
        output_tokens=7,
    )
    conversation.refresh_from_db()
    return turn


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

    for fact in ("failed", "m-1", "120 + 7", f"{turn.duration_ms} ms", "r-17"):
        assert f">{fact}</" in page
    assert "llm_timeout: It took too long." in page
    assert "<dt>Attempt</dt><dd>1</dd>" in page


def test_a_tool_call_is_shown_with_readable_arguments_and_result(see: See) -> None:
    conversation = ConversationFactory()
    turn = conversation.begin_turn("Add milk", LEASE)
    arguments = {"title": "</pre><script>alert(1)</script>", "notes": "Bücher"}
    record_call(turn, arguments=arguments, result={"tasks": [{"id": 1}]}, duration_ms=42)

    page = see(page_of(conversation))

    assert "<script>alert" not in page
    text = unescape(page)
    assert "<code>create_task</code> succeeded · 42 ms" in text
    for value in (arguments, {"tasks": [{"id": 1}]}):
        assert f"{json.dumps(value, indent=2, ensure_ascii=False)}</pre>" in text


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


# Turns


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 3),
        ({"status__exact": "failed"}, 1),
        ({"error_code": "llm_timeout"}, 1),
        ({"model": "m-1"}, 1),
        ({"created_at__gte": "2999-01-01 00:00:00+00:00"}, 0),
        ({"q": "ada"}, 1),
        ({"q": "r-17"}, 1),
        ({"q": "turn"}, 1),
        ({"q": "conversation"}, 1),
        ({"q": "request"}, 1),
    ],
)
def test_failures_are_found(see: See, query: dict[str, str], found: int) -> None:
    for _ in range(2):
        say(ConversationFactory(), "Hello")
    turn = failed_turn(ConversationFactory(user=UserFactory(username="ada"), title="Milk"))
    if query.get("q") == "request":
        Turn.objects.filter(pk=turn.pk).update(request_id="0123456789abcdef0123456789abcdef")
    words = {
        "turn": str(turn.pk),
        "conversation": str(turn.conversation_id),
        "request": "0123456789abcdef0123456789abcdef",
    }
    if "q" in query:
        query = {"q": words.get(query["q"], query["q"])}

    page = see(TURNS, **query)

    assert page.count('class="field-state') == found


def test_a_turn_leads_to_its_place_in_the_conversation(see: See) -> None:
    conversation = ConversationFactory(title="Milk")
    turn = failed_turn(conversation)

    for page in (see(TURNS), see(page_of(turn))):
        assert f'<a href="{page_of(conversation)}#turn-{turn.pk}"><bdi>Milk</bdi></a>' in page
    assert f'id="turn-{turn.pk}"' in see(page_of(conversation))


def test_a_turn_keeps_its_lock_to_itself(see: See) -> None:
    turn = failed_turn(ConversationFactory())

    assert str(turn.lease_token) not in see(page_of(turn))


# Nobody changes anything, and who may not look does not see


def everything() -> list[Any]:
    return [list(model.objects.values_list()) for model in (Conversation, Turn, Message)]


def test_not_even_a_superuser_changes_what_was_said(operator: Client) -> None:
    conversation = ConversationFactory(title="Milk")
    turn = failed_turn(conversation)
    before = everything()

    for row in (conversation, turn):
        url = page_of(row)
        assert operator.post(url, {"title": "x", "status": "completed"}).status_code == 403
        assert operator.get(url.replace("change", "delete")).status_code == 403
        assert operator.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403
        assert 'name="_save"' not in operator.get(url).content.decode()
    for path in (CONVERSATIONS, TURNS):
        assert operator.get(f"{path}add/").status_code == 403
        assert operator.post(f"{path}add/", {"title": "x"}).status_code == 403
        form = {"action": "delete_selected", "post": "yes"}
        operator.post(path, {**form, "_selected_action": [conversation.pk, turn.pk]})

    assert everything() == before


@pytest.mark.parametrize(
    ("is_staff", "permissions", "status"),
    [
        (True, ["view_conversation", "view_turn"], 200),
        (True, [], 403),
        (False, ["view_conversation", "view_turn"], 302),
    ],
)
def test_only_staff_who_may_look_see(
    db: None, is_staff: bool, permissions: list[str], status: int
) -> None:
    user: User = UserFactory(is_staff=is_staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    conversation = ConversationFactory()
    turn = failed_turn(conversation)

    for path in (CONVERSATIONS, TURNS, page_of(conversation), page_of(turn)):
        assert client.get(path).status_code == status


def test_a_row_that_is_not_there_leads_back_to_the_list(operator: Client) -> None:
    for path in (CONVERSATIONS, TURNS):
        for key in ("0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55", "x"):
            assert operator.get(f"{path}{key}/change/").status_code == 302


def test_the_pages_have_neither_styles_nor_scripts_in_them(see: See) -> None:
    conversation = ConversationFactory()
    turn = failed_turn(conversation)

    for path in (CONVERSATIONS, TURNS, page_of(conversation), page_of(turn)):
        page = see(path)
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
    assert "conversations/admin.css" in see(page_of(conversation))
