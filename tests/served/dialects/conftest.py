"""Clients that know one dialect each, and the servers that only they need."""

from collections.abc import Iterator

import httpx2
import pytest
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from tests.factories import ConversationFactory
from tests.served.conftest import Pair, served
from tests.served.processes import Model, Mortal, client_of

POOL_MIN, POOL_MAX = 5, 15
TURNS_A_DAY = 3
SETTINGS = {
    "AGENT_CALL_DEADLINE": "2",
    "AGENT_HISTORY_MESSAGES": "500",
    "CHAT_RATE": f"{TURNS_A_DAY}/d",
    "DB_POOL_MIN": str(POOL_MIN),
    "DB_POOL_MAX": str(POOL_MAX),
    "EXTERNAL_SESSIONS": "1",
    "PGAPPNAME": "adjusted",
}


@pytest.fixture(scope="package")
def shared_adjusted(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    with served(shared_model, **SETTINGS) as server:
        yield server


@pytest.fixture
def adjusted(transactional_db: None, shared_adjusted: Mortal) -> Mortal:
    """One server for all that depends on settings; one may kill it."""
    if not shared_adjusted.running:
        shared_adjusted.start()
    return shared_adjusted


@pytest.fixture(scope="package")
def shared_offline(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    with served(shared_model, OPENAI_BASE_URL="") as server:
        yield server


@pytest.fixture
def http(pair: Pair, user: User) -> Iterator[httpx2.Client]:
    """Signed in as ``user``."""
    with client_of(pair[0], user) as client:
        yield client


@pytest.fixture
def elsewhere(pair: Pair, user: User) -> Iterator[httpx2.Client]:
    """Signed in as ``user`` too, and served by the other process."""
    with client_of(pair[1], user) as client:
        yield client


@pytest.fixture
def strangers(pair: Pair, stranger: User) -> Iterator[httpx2.Client]:
    """Signed in as ``stranger``."""
    with client_of(pair[1], stranger) as client:
        yield client


@pytest.fixture
def at_adjusted(adjusted: Mortal, user: User) -> Iterator[httpx2.Client]:
    """Signed in as ``user``, where the settings are others."""
    with client_of(adjusted, user) as client:
        yield client


@pytest.fixture
def offline(transactional_db: None, shared_offline: Mortal, user: User) -> Iterator[httpx2.Client]:
    """Signed in as ``user``, where the built-in assistant answers."""
    with client_of(shared_offline, user) as client:
        yield client


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def fill(conversation: Conversation, turns: int) -> None:
    """With so many whole turns, ``question 1``, ``answer 1`` and so on."""
    whose = {"user": conversation.user, "conversation": conversation}
    now = timezone.now()
    done = {"status": Turn.Status.COMPLETED, "lease_expires_at": now, "finished_at": now}
    rows = Turn.objects.bulk_create(Turn(**whose, **done) for _ in range(turns))
    Message.objects.bulk_create(
        Message(**whose, turn=turn, seq=2 * number + place, role=role, content=f"{word} {number}")
        for number, turn in enumerate(rows, 1)
        for place, role, word in ((-1, "user", "question"), (0, "assistant", "answer"))
    )
    Conversation.objects.filter(pk=conversation.pk).update(message_count=2 * turns)


def without_request_id(answer: httpx2.Response) -> dict[str, object]:
    """A problem, as it is told to everybody."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return {name: value for name, value in answer.json().items() if name != "request_id"}
