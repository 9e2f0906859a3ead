"""What dialect B promised to many users at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx2

from conversations.models import Conversation
from tests.factories import ConversationFactory, UserFactory
from tests.fakes import Answer, call
from tests.fakes.answers import asks, says
from tests.served.conftest import Pair
from tests.served.dialects.test_b import LIST, contents, messages, path, send
from tests.served.processes import Model, Mortal, client_of
from tests.served.test_races import assert_in_order, echoes


def test_of_all_that_was_accepted_nothing_is_lost_and_it_is_in_order(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, conversation: Conversation
) -> None:
    model.begin(answer_of=echoes)
    writers, rounds = 4, 4
    together = Barrier(writers)

    def write(server: Mortal, writer: int) -> list[str]:
        """What was accepted; a full queue may refuse."""
        texts = [f"{writer}: {number}" for number in range(rounds)]
        with client_of(server, conversation.user) as client:
            together.wait(60)
            answers = {text: send(client, conversation, text).status_code for text in texts}
        assert set(answers.values()) <= {201, 409}
        return [text for text in texts if answers[text] == 201]

    accepted = list(threads.map(write, cycle(pair), range(writers)))

    with client_of(pair[0], conversation.user) as client:
        said = contents(messages(client, conversation, limit=100))[::2]
    assert len(said) >= writers
    assert_in_order(conversation, {text for texts in accepted for text in texts})
    for writer, texts in enumerate(accepted):
        assert [text for text in said if text.startswith(f"{writer}:")] == texts


def test_fifty_conversations_at_once_each_get_their_own_answer(
    pair: Pair, model: Model, threads: ThreadPoolExecutor
) -> None:
    model.begin(answer_of=echoes)
    conversations = [ConversationFactory() for _ in range(50)]
    together = Barrier(50)

    def attempt(server: Mortal, conversation: Conversation) -> httpx2.Response:
        with client_of(server, conversation.user) as client:
            together.wait(60)
            return send(client, conversation, f"I am {conversation.user.username}")

    answers = list(threads.map(attempt, cycle(pair), conversations))

    for conversation, answer in zip(conversations, answers, strict=True):
        assert answer.status_code == 201, answer.text
        assert answer.json()["conversation_id"] == str(conversation.pk)
        assert_in_order(conversation, {f"I am {conversation.user.username}"})


def test_nothing_of_one_user_reaches_another(
    pair: Pair, model: Model, threads: ThreadPoolExecutor
) -> None:
    users = {f"secret-{uuid4().hex}": UserFactory() for _ in range(8)}
    together = Barrier(len(users))

    def lists_first(body: dict[str, Any]) -> Answer:
        last = body["messages"][-1]
        return asks(call("list_tasks")) if last["role"] == "user" else says(last["content"])

    model.begin(answer_of=lists_first)

    def use(server: Mortal, secret: str) -> str:
        """All that this user was ever shown."""
        with client_of(server, users[secret]) as client:
            made = client.post(LIST, json={"title": f"Title {secret}"}).json()
            conversation = Conversation(pk=made["id"])
            client.post("/api/tasks", json={"title": f"Task {secret}"}).raise_for_status()
            together.wait(60)
            sent = [send(client, conversation, f"{n} {secret}").text for n in range(2)]
            read = [client.get(url).text for url in (LIST, path(conversation))]
        return "".join([*sent, *read])

    shown = dict(zip(users, threads.map(use, cycle(pair), users), strict=True))
    prompts = [str(request.body["messages"]) for request in model.requests]

    assert len(prompts) == 4 * len(users)
    for secret, texts in shown.items():
        assert f"Task {secret}" in texts
        assert [other for other in users if other in texts] == [secret]
    for prompt in prompts:
        assert sum(secret in prompt for secret in users) == 1
