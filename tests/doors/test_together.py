"""Two doors on one conversation: one turn after the other, and each knows of the other's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from time import sleep

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import Message
from conversations import models
from tests.conftest import Plays
from tests.doors.rows.row import Answer, Row, Sent
from tests.doors.through import DOORS, EACH
from tests.factories import ConversationFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def answered(sent: Sent, client: APIClient) -> Answer:
    with closing(connection):  # of this thread
        return sent.by(client)


@pytest.mark.parametrize("door", DOORS, ids=lambda row: row.name)
def test_what_comes_by_two_doors_at_once_is_said_one_after_the_other(
    door: Row, client: APIClient, plays: Plays, user: User, threads: ThreadPoolExecutor
) -> None:
    where = str(ConversationFactory(user=user).pk)
    asked, go_on = Event(), Event()

    def waits(prompt: list[Message]) -> list[str]:
        asked.set()
        go_on.wait(20)
        return ["The first answer."]

    llm = plays(waits, ["The second answer."], ["The third answer."])
    first = threads.submit(answered, EACH["api"].said("The first", where), client)
    assert asked.wait(20)
    second = threads.submit(answered, door.said("The second", where), client)
    sleep(0.2)  # so that it waits
    go_on.set()
    third = EACH["api"].said("The third", where)

    assert EACH["api"].reply(first.result()) == "The first answer."
    assert door.reply(second.result()) == "The second answer."
    assert EACH["api"].reply(third.by(client)) == "The third answer."
    said = [f"The {each}{end}" for each in ("first", "second", "third") for end in ("", " answer.")]
    assert list(models.Message.objects.order_by("seq").values_list("content", flat=True)) == said
    for number, prompt in enumerate(llm.prompts):
        told = [each["content"] for each in prompt if each["role"] != "system"]
        assert [words for words in said if words in str(told)] == said[: 2 * number + 1]
