"""A click in some client that answers what the latest reply asks."""

from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from chat.answering import NotAsked, words_for
from chat.send import Asker, send
from conversations.models import Conversation
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.fakes import call
from todos.models import Proposal, Task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(client: APIClient, user: User, plays: Plays) -> Conversation:
    """A reply that asks for two things."""
    tasks = [str(TaskFactory(user=user).pk) for _ in range(50)]
    plays(
        [
            call("delete_task", task_ids=tasks[:20]),
            call("complete_task", task_ids=tasks[20:]),
        ],
        ["See below."],
    )
    client.post("/api/chat/", {"message": "tidy up"})
    return Conversation.objects.get()


def ids() -> list[str]:
    deletes, completes = Proposal.objects.order_by("created_at")
    return [str(deletes.pk), str(completes.pk)]


def test_a_yes_to_all_of_it_is_a_message_and_decides_nothing_itself(
    asked: Conversation, user: User
) -> None:
    assert words_for(user, asked, dict.fromkeys(ids(), True)) == "Yes."
    assert Proposal.objects.filter(status="open").count() == 2


def test_of_a_yes_and_a_no_the_no_is_left_at_once(
    asked: Conversation, user: User, client: APIClient
) -> None:
    deletes, completes = ids()

    said = words_for(user, asked, {deletes: False, completes: True})
    again = words_for(user, asked, {deletes: False, completes: True})
    client.post("/api/chat/", {"message": said, "conversation_id": str(asked.pk)})

    assert said == again == "Yes."
    assert Task.objects.filter(deleted_at=None).count() == 50
    assert Task.objects.exclude(completed_at=None).count() == 30


def test_a_yes_to_a_part_of_it_is_refused_for_the_message_would_be_to_all(
    asked: Conversation, user: User
) -> None:
    with pytest.raises(NotAsked):
        words_for(user, asked, {ids()[0]: True})


@pytest.mark.parametrize("said", [True, False])
def test_what_the_latest_reply_does_not_ask_is_refused(
    asked: Conversation, user: User, stranger: User, said: bool
) -> None:
    asked_for = dict.fromkeys(ids(), True)
    theirs = Proposal.objects.create(user=stranger, summary="x", operation={}, tasks=[])

    for answers in ({}, {str(uuid4()): said}, {str(theirs.pk): said}, {"x": said}):
        with pytest.raises(NotAsked):
            words_for(user, asked, asked_for | answers if answers else {})
    assert Proposal.objects.filter(status="open").count() == 3


def test_what_nobody_has_decided_in_time_takes_a_no_alone(asked: Conversation, user: User) -> None:
    Proposal.objects.update(expires_at=timezone.now())

    with pytest.raises(NotAsked):
        words_for(user, asked, dict.fromkeys(ids(), True))
    assert words_for(user, asked, dict.fromkeys(ids(), False)) == "No."


def test_an_answer_that_was_given_is_not_asked_any_more(
    asked: Conversation, user: User, client: APIClient
) -> None:
    answers = dict.fromkeys(ids(), False)
    said = words_for(user, asked, answers)
    client.post("/api/chat/", {"message": said, "conversation_id": str(asked.pk)})

    with pytest.raises(NotAsked):
        words_for(user, asked, answers)


@pytest.mark.only_on("sqlite")
def test_nothing_is_asked_before_the_reply_has_ended(asked: Conversation, user: User) -> None:
    """It may ask for more by then, and a yes is to all of it."""
    asked.turns.update(status="in_progress")

    with pytest.raises(NotAsked):
        words_for(user, asked, dict.fromkeys(ids(), True))


@pytest.mark.only_on("sqlite")
def test_an_answer_comes_to_nothing_once_something_else_was_said(
    asked: Conversation, user: User, client: APIClient, plays: Plays
) -> None:
    words = words_for(user, asked, dict.fromkeys(ids(), True))
    everything = [str(task.pk) for task in Task.objects.all()]
    plays([call("delete_task", task_ids=everything)], ["All of them?"])
    client.post("/api/chat/", {"message": "No, all of them", "conversation_id": str(asked.pk)})

    with pytest.raises(NotAsked):
        send(Asker(user, "ai-sdk"), asked, words, None)

    assert Conversation.objects.get().message_count == 4
