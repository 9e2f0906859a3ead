"""A turn that waits asks the database nothing: one thread looks after all of its process."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.keys import Key
from accounts.models import User
from agent.events import TextDelta
from agent.llm import Message, Response
from chat.processes import this_process
from chat.turns import answer
from chat.watch import watch
from conversations.models import Conversation, Turn, TurnLost
from tests.accounts.endings import deactivate, erase
from tests.factories import LEASE, ConversationFactory
from tests.served.processes import PATIENCE, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.watch.LOOK_SECONDS", 0.02)


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def begin(conversation: Conversation, **fields: Any) -> Turn:
    return conversation.begin_turn("Hello", LEASE, process=this_process(), **fields)


class Thinks:
    """A model that waits for long, says a word and waits again."""

    model = "thinking"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def stream(
        self, messages: list[Message], tools: list[dict[str, Any]], idle: Callable[[], None]
    ) -> Generator[TextDelta, None, Response]:
        for word in ("", "Hello", ", you."):
            if word:
                yield TextDelta(word)
            with CaptureQueriesContext(connection) as asked:
                for _second in range(60):
                    idle()
            self.asked += [query["sql"] for query in asked]
        return Response("Hello, you.")


def take(turn: Turn, llm: Any) -> None:
    for _event in answer(turn, turn.conversation.user, llm):
        pass


def test_a_turn_that_waits_asks_nothing(conversation: Conversation) -> None:
    turn, llm = begin(conversation), Thinks()

    take(turn, llm)

    assert llm.asked == []
    assert Turn.objects.get().reply.content == "Hello, you."


def test_its_text_is_saved_with_the_renewal_of_its_lease(
    conversation: Conversation, settings: Settings
) -> None:
    settings.AGENT_LEASE = 0.001

    with CaptureQueriesContext(connection) as asked:
        take(begin(conversation), Thinks())

    saved = [query["sql"] for query in asked if 'SET "content" = ' in query["sql"]]
    assert len(saved) == 3  # at each word, and at its end; not while there is nothing new


def test_one_statement_looks_at_all(
    user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tokens = {begin(ConversationFactory(user=user)).lease_token for _ in range(3)}

    with django_assert_num_queries(1):
        assert set(Turn.objects.in_hand(this_process())) == tokens
    assert Turn.objects.in_hand(uuid4()) == {}


ENDINGS: dict[str, Callable[[Turn], object]] = {
    "stopped": lambda turn: turn.conversation.cancel(),
    "its conversation deleted": lambda turn: turn.conversation.remove(),
    "its user deactivated": lambda turn: deactivate(turn.conversation.user),
    "its account erased": lambda turn: erase(turn.conversation.user),
    "its key revoked": lambda turn: Key.objects.for_user(turn.conversation.user).revoke(),
    "taken by another": lambda turn: Turn.objects.update(lease_token=uuid4()),
    "settled by another": lambda turn: Turn.objects.all().interrupt(),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_that_is_not_wanted_any_more_is_told(conversation: Conversation, ending: str) -> None:
    key = conversation.user.make_key("A client", ["ask"])
    turn = begin(conversation, key=key.pk)
    with watch.over(turn) as watched:
        watched.is_followed = True
        until(lambda: not watched.is_followed)  # it was looked at
        watched.live()
        ENDINGS[ending](turn)
        until(lambda: not watched.is_wanted)
        with pytest.raises(TurnLost):
            watched.live()


def test_who_follows_is_told_as_long_as_they_do(conversation: Conversation) -> None:
    turn = begin(conversation)
    with watch.over(turn) as watched:
        turn.follow()
        until(lambda: watched.is_followed)
        turn.reload()
        with CaptureQueriesContext(connection) as asked:
            turn.follow()
        Turn.objects.update(followed_at=timezone.now() - timedelta(minutes=1))
        until(lambda: not watched.is_followed)
    assert list(asked) == []


def test_the_leases_of_those_that_live_are_renewed(user: User, settings: Settings) -> None:
    alive, silent = (begin(ConversationFactory(user=user)) for _ in range(2))
    Turn.objects.update(lease_expires_at=timezone.now() - LEASE)
    settings.AGENT_LEASE = 2.0

    with watch.over(alive) as living, watch.over(silent) as hanging:
        hanging.alive_at -= 2
        until(lambda: living.live() or Turn.objects.live().exists())

    assert list(Turn.objects.live()) == [alive]


@pytest.mark.only_on("postgresql")
def test_whoever_holds_a_turn_is_not_waited_for(user: User) -> None:
    held, other = (begin(ConversationFactory(user=user)) for _ in range(2))
    Turn.objects.update(lease_expires_at=timezone.now() - LEASE)

    def renew() -> None:
        Turn.objects.renew([held.lease_token, other.lease_token], this_process(), LEASE)
        connection.close()

    with ThreadPoolExecutor() as threads, transaction.atomic():
        Turn.objects.select_for_update().just(held).get()
        threads.submit(renew).result(PATIENCE)

    assert list(Turn.objects.live()) == [other]
