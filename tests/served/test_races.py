"""Many at once, over two server processes."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import cycle, islice
from threading import Barrier
from typing import Any

import httpx2
import pytest

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from tests.factories import ConversationFactory, UserFactory
from tests.fakes import Answer
from tests.fakes.answers import obliges, says
from tests.fakes.prompts import words_of
from tests.served.conftest import Pair, served
from tests.served.processes import Held, Model, Mortal, client_of, happens
from todos.models import Task

KEY = {"Idempotency-Key": "the-only-one"}


def say(
    server: Mortal,
    user: User,
    text: str,
    *,
    conversation: Conversation | None = None,
    together: Barrier | None = None,
    headers: dict[str, str] | None = None,
) -> httpx2.Response:
    """``together`` with others, once all of them are signed in."""
    where = {"conversation_id": str(conversation.pk)} if conversation else {}
    with client_of(server, user) as client:
        if together:
            together.wait(60)
        return client.post("/api/chat/", json={"message": text, **where}, headers=headers)


def assert_in_order(conversation: Conversation, texts: set[str]) -> None:
    """Each text once, its own answer right behind it, and no gap."""
    rows = list(conversation.messages.order_by("seq"))
    assert [row.seq for row in rows] == list(range(1, 2 * len(texts) + 1))
    assert {row.content for row in rows[::2]} == texts
    for question, reply in zip(rows[::2], rows[1::2], strict=True):
        assert (question.role, reply.role) == (Message.Role.USER, Message.Role.ASSISTANT)
        assert question.turn_id == reply.turn_id
        assert reply.content == f"You said: {question.content}"
    conversation.refresh_from_db()
    assert conversation.message_count == len(rows)


def echoes(body: dict[str, Any]) -> Answer:
    return says("You said: ", words_of(body["messages"][-1]))


def test_two_sends_at_the_same_instant_follow_one_another(
    pair: Pair, model: Model, threads: ThreadPoolExecutor
) -> None:
    model.begin(answer_of=echoes)
    conversations = [ConversationFactory() for _ in range(5)]
    rounds = 10  # in each conversation, so fifty in all

    def take_turns(server: Mortal, conversation: Conversation, together: Barrier) -> list[int]:
        said = {"conversation": conversation, "together": together}
        texts = [f"{server.port} {number}" for number in range(rounds)]
        return [say(server, conversation.user, text, **said).status_code for text in texts]

    sending = []
    for conversation in conversations:
        together = Barrier(2)
        sending += [threads.submit(take_turns, server, conversation, together) for server in pair]

    assert [sent.result() for sent in sending] == [[200] * rounds] * len(sending)
    texts = {f"{server.port} {number}" for server in pair for number in range(rounds)}
    for conversation in conversations:
        assert_in_order(conversation, texts)


def test_past_its_wait_a_send_is_refused_and_nothing_of_it_is_kept(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, user: User
) -> None:
    held = Held(says("You said: first"))
    model.begin(held, says("You said: second"))
    conversation = ConversationFactory(user=user)
    first = threads.submit(say, pair[0], user, "first", conversation=conversation)
    assert happens(held.asked)

    with served(model, TURN_WAIT_SECONDS="0.3") as hasty:
        refused = say(hasty, user, "second", conversation=conversation, headers=KEY)
        assert conversation.messages.count() == 2
        held.go_on.set()
        assert first.result().status_code == 200
        again = say(hasty, user, "second", conversation=conversation, headers=KEY)

    assert (refused.status_code, refused.json()["code"]) == (409, "conversation_busy")
    assert int(refused.headers["Retry-After"]) >= 1
    assert again.status_code == 200
    assert "Idempotency-Replayed" not in again.headers
    assert_in_order(conversation, {"first", "second"})


def test_of_fifty_sends_at_once_none_that_was_accepted_is_lost(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, user: User
) -> None:
    model.begin(answer_of=echoes)
    conversation = ConversationFactory(user=user)
    together = Barrier(50)
    texts = [f"Message {number}" for number in range(50)]

    def attempt(server: Mortal, text: str) -> httpx2.Response:
        return say(server, user, text, conversation=conversation, together=together)

    answers = list(zip(texts, threads.map(attempt, cycle(pair), texts), strict=True))

    accepted = {text for text, answer in answers if answer.status_code == 200}
    refused = [answer for _, answer in answers if answer.status_code != 200]
    assert accepted
    assert_in_order(conversation, accepted)
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (409, "conversation_busy")
        assert int(answer.headers["Retry-After"]) >= 1
    for text, answer in answers:
        if text in accepted:
            assert answer.json()["assistant_message"]["content"] == f"You said: {text}"


def test_fifty_conversations_at_once_are_all_answered(
    pair: Pair, model: Model, threads: ThreadPoolExecutor
) -> None:
    model.begin(answer_of=obliges)
    users = [UserFactory() for _ in range(50)]

    together = Barrier(50)

    def attempt(server: Mortal, user: User) -> httpx2.Response:
        return say(server, user, user.username, together=together)

    answers = list(threads.map(attempt, cycle(pair), users))

    for user, answer in zip(users, answers, strict=True):
        assert answer.status_code == 200, answer.text
        assert answer.json()["user_message"]["content"] == user.username
        [made] = answer.json()["assistant_message"]["tool_calls"]
        assert made["arguments"] == {"title": user.username}
        assert Task.objects.get(user=user).title == user.username
        assert Conversation.objects.get(user=user).message_count == 2


@pytest.mark.parametrize("new", [True, False], ids=["new conversation", "known conversation"])
def test_twenty_identical_sends_with_one_key_are_one_turn(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, user: User, new: bool
) -> None:
    model.begin(answer_of=obliges)
    conversation = None if new else ConversationFactory(user=user)
    together = Barrier(20)

    def insist(server: Mortal) -> tuple[httpx2.Response, set[str]]:
        refusals = set()
        together.wait(60)
        while True:
            answer = say(server, user, "Milk", conversation=conversation, headers=KEY)
            if answer.status_code == 200:
                return answer, refusals
            refusals.add(f"{answer.status_code} {answer.json()['code']}")

    results = list(threads.map(insist, islice(cycle(pair), 20)))

    assert Turn.objects.get().attempt == 1
    assert Task.objects.get().title == "Milk"
    assert Conversation.objects.get().message_count == 2
    assert model.hits == 2
    answers = [answer for answer, _ in results]
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert [a.headers.get("Idempotency-Replayed") for a in answers].count(None) == 1
    assert set().union(*(refusals for _, refusals in results)) <= {"409 turn_in_progress"}


def test_of_eight_turns_at_once_a_user_may_have_three(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, user: User
) -> None:
    held = Held(says("Done."))
    model.begin(answer_of=lambda body: held)
    together = Barrier(8)

    sending = [
        threads.submit(say, server, user, "Hello", together=together)
        for server in islice(cycle(pair), 8)
    ]
    refused = [done.result() for done in islice(as_completed(sending), 5)]

    assert [answer.status_code for answer in refused] == [429] * 5
    for answer in refused:
        assert answer.json()["code"] == "too_many_turns"
        assert int(answer.headers["Retry-After"]) >= 1
    assert happens(held.asked)
    held.go_on.set()
    assert sorted(sent.result().status_code for sent in sending) == [200] * 3 + [429] * 5
    assert Turn.objects.filter(status=Turn.Status.COMPLETED).count() == Turn.objects.count() == 3
    assert Conversation.objects.count() == 3


def test_a_fourth_turn_has_to_wait_for_one_of_three(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, user: User
) -> None:
    turns = [Held(says("Done.")) for _ in range(3)]
    model.begin(*turns, says("Done."))
    one, other = pair

    sending = []
    for turn in turns:
        sending.append(threads.submit(say, one, user, "Hello"))
        assert happens(turn.asked)
    assert say(other, user, "Hello").status_code == 429
    turns[1].go_on.set()
    assert sending[1].result().status_code == 200

    assert say(other, user, "Hello").status_code == 200
    for turn in turns:
        turn.go_on.set()
    assert [sent.result().status_code for sent in sending] == [200] * 3
