"""The longest message there may be, in scripts of which each counts, and weighs, in its own way."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message
from tests.conftest import Plays
from tests.factories import ConversationFactory
from tests.pages.markup import notice, read

pytestmark = pytest.mark.django_db(transaction=True)

LONGEST = 10_000
UNITS = {
    "ASCII": "x",
    "CJK": "字",
    "astral": "🥛",  # 10,000 of them weigh 120,000 bytes as \uXXXX, and percent-encoded as well
    "family": "👨\u200d👩\u200d👧\u200d👦",  # 7 code points, seen as one
    "combining": "e" + "\u0301" * LONGEST,
}
in_every_script = pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)


def of_length(unit: str, length: int) -> str:
    """In code points."""
    return (unit * length)[:length]


@pytest.fixture(params=["chat", "messages"])
def door(request: pytest.FixtureRequest, user: User) -> tuple[str, str]:
    """Where a message goes, and its field."""
    if request.param == "chat":
        return "/api/chat/", "message"
    return f"/api/conversations/{ConversationFactory(user=user).pk}/messages/", "content"


def post(client: APIClient, door: tuple[str, str], text: str, *, escaped: bool) -> Any:
    path, field = door
    body = json.dumps({field: text}, ensure_ascii=escaped).encode()
    return client.generic("POST", path, body, content_type="application/json")


@in_every_script
@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "as it is"])
def test_ten_thousand_code_points_are_kept_to_the_letter(
    client: APIClient, plays: Plays, door: tuple[str, str], unit: str, escaped: bool
) -> None:
    plays(["Hm."])
    text = of_length(unit, LONGEST)

    answer = post(client, door, text, escaped=escaped)

    assert answer.status_code in (200, 201)
    assert answer.json()["user_message"]["content"] == text
    assert Message.objects.get(role="user").content == text


@in_every_script
def test_one_more_is_400_and_leaves_nothing(
    client: APIClient, plays: Plays, door: tuple[str, str], unit: str
) -> None:
    llm = plays()

    answer = post(client, door, of_length(unit, LONGEST + 1), escaped=True)

    assert answer.status_code == 400
    [fault] = answer.json()["errors"]
    assert (fault["field"], fault["code"]) == (door[1], "max_length")
    assert not Message.objects.exists()
    assert llm.prompts == []


@in_every_script
def test_the_form_of_the_page_counts_alike(user: User, plays: Plays, unit: str) -> None:
    plays(["Hm."])
    browser = Client()
    browser.force_login(user)

    def say(length: int) -> Any:
        body = urlencode({"message": of_length(unit, length)})
        return browser.post("/say/", body, "application/x-www-form-urlencoded")

    too_long, longest = say(LONGEST + 1), say(LONGEST)

    assert "no more than 10000 characters" in notice(read(browser.get(too_long["Location"])))
    assert longest.status_code == 302
    assert Conversation.objects.count() == 1
    assert Message.objects.get(role="user").content == of_length(unit, LONGEST)
