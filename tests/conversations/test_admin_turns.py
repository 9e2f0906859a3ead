"""Turns in the admin: how an operator finds failures."""

from uuid import uuid4

import pytest

from conversations.models import Turn
from tests.conversations.conftest import TURNS, See, failed_turn, page_of
from tests.factories import LEASE, ConversationFactory, UserFactory, say


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
        ({"q": "trace"}, 1),
    ],
)
def test_failures_are_found(see: See, query: dict[str, str], found: int) -> None:
    for _ in range(2):
        say(ConversationFactory(), "Hello")
    turn = failed_turn(ConversationFactory(user=UserFactory(username="ada"), title="Milk"))
    Turn.objects.filter(pk=turn.pk).update(trace_id="4bf92f3577b34da6a3ce929d0e0e4736")
    if query.get("q") == "request":
        Turn.objects.filter(pk=turn.pk).update(request_id="0123456789abcdef0123456789abcdef")
    words = {
        "turn": str(turn.pk),
        "conversation": str(turn.conversation_id),
        "request": "0123456789abcdef0123456789abcdef",
        "trace": "4bf92f3577b34da6a3ce929d0e0e4736",
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


def test_a_turn_tells_by_which_door_and_key_it_came(see: See) -> None:
    key = uuid4()
    turn = ConversationFactory().begin_turn("Hello", LEASE, door="mcp", key=key)

    assert "mcp" in see(page_of(turn))
    assert str(key) in see(page_of(turn))
    assert "By door" in see(TURNS)


def test_a_turn_keeps_its_lock_to_itself(see: See) -> None:
    turn = failed_turn(ConversationFactory())

    assert str(turn.lease_token) not in see(page_of(turn))
