"""Whatever somebody wrote, it is words on the page and never markup."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, ToolCall, Turn
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call, say
from tests.pages.markup import Node, read

pytestmark = pytest.mark.django_db

EVIL = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{ 7|add:7 }}%(n)s"""


@pytest.fixture
def conversation(user: User) -> Conversation:
    """Evil in every place that anybody can write in."""
    conversation = ConversationFactory(user=user, title=EVIL)
    say(conversation, EVIL, EVIL)
    turn = conversation.begin_turn(EVIL, LEASE, idempotency_key=EVIL)
    task = {"title": EVIL, "due_date": "2026-11-20"}
    for name in ("create_task", "delete_task", "list_tasks", EVIL[:64]):
        result = {"task": task, "deleted": task, "total": EVIL}
        record_call(turn, name=name, arguments={EVIL: [EVIL]}, result=result)
    failure = ToolCall.Status.FAILED
    record_call(turn, name=EVIL[:64], result={"error": EVIL}, status=failure)
    turn.finish(
        Turn.Status.FAILED,
        EVIL,
        error_code="x",
        error_detail=EVIL,
        warning=EVIL,
        model=EVIL,
        thinking=EVIL,
    )
    conversation.refresh_from_db()
    conversation.begin_turn(EVIL, LEASE).reply.refresh_from_db()
    conversation.messages.filter(seq=6).update(content=EVIL)
    TaskFactory(user=user, title=EVIL, priority="high", due_date=date(2020, 1, 1))
    TaskFactory(user=user, title=EVIL, completed=True)
    return conversation


def assert_harmless(answer: Any) -> Node:
    words = answer.content.decode()
    assert "alert(1)" in words
    assert "14%" not in words
    assert "<script>" not in words
    assert "<img src=x" not in words
    page = read(answer)
    for node in page.walk():
        assert not [name for name in node.attributes if name.startswith("on")]
        assert node.tag != "script" or node.attributes["src"].startswith("/static/")
    return page


@pytest.mark.parametrize("path", ["", "c/", "tasks/", "c/{id}/", "c/{id}/messages/"])
def test_it_does_nothing_in_any_page_or_part(
    browser: Client, conversation: Conversation, path: str
) -> None:
    assert_harmless(browser.get("/" + path.format(id=conversation.pk)))


def test_it_does_nothing_in_any_card(browser: Client, conversation: Conversation) -> None:
    for call in ToolCall.objects.all():
        assert_harmless(browser.get(f"/calls/{call.pk}/"))


def test_it_is_shown_to_the_letter(browser: Client, conversation: Conversation) -> None:
    page = assert_harmless(browser.get(f"/c/{conversation.pk}/"))

    assert page.one("h1").text == EVIL
    assert page.one("input", id="title").attributes["value"] == EVIL
    assert page.one(id="conversations").all("bdi")[0].text == EVIL
    questions = [question.one("div", dir="auto") for question in page.messages()[::2]]
    assert [question.text for question in questions] == [EVIL] * 3
    failed = page.messages()[3]
    form = failed.button("Try again")
    assert form
    assert form.fields() == {"message": EVIL, "idempotency_key": EVIL}
    assert [p.text for p in failed.all("p") if p.text == EVIL] == [EVIL] * 4
    assert EVIL in failed.all("details")[1].one("summary").text
    assert EVIL in page.messages()[5].text
    tasks = page.one(id="tasks")
    assert EVIL in tasks.text
    assert tasks.has("button", **{"aria-label": f"Complete {EVIL}"})
    assert tasks.has("button", **{"aria-label": f"Reopen {EVIL}"})


def test_it_does_nothing_in_the_field_of_the_search(browser: Client, user: User) -> None:
    page = assert_harmless(browser.get("/", {"search": EVIL}))

    assert page.one("input", id="search").attributes["value"] == EVIL


def test_it_does_nothing_in_a_link_to_older_conversations(browser: Client, user: User) -> None:
    for _ in range(31):
        ConversationFactory(user=user, title=EVIL)

    page = assert_harmless(browser.get("/c/", {"search": EVIL}))

    (link,) = [a for a in page.all("a") if a.text == "Older conversations"]
    older = read(browser.get(f"/c/{link.attributes['href']}"))
    assert len(older.all("li")) == 1


def test_it_does_nothing_in_a_notice(browser: Client, user: User) -> None:
    browser.post("/say/", {"message": "Hi", "idempotency_key": EVIL})

    assert "<script>" not in browser.get("/").content.decode()
