"""What was asked is answered by a click, once, and nothing else is."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation
from tests.conftest import Plays
from tests.doors.rows.row import Row
from tests.doors.through import DOORS
from tests.factories import ConversationFactory, TaskFactory, say
from tests.fakes import call
from tests.web.test_strangers import everything
from todos.models import Proposal, Task

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
    pytest.mark.parametrize("door", [row for row in DOORS if row.asks], ids=lambda row: row.name),
]


@pytest.fixture
def where(user: User) -> str:
    conversation = ConversationFactory(user=user)
    say(conversation, "Good morning", "Good morning, you.")
    return str(conversation.pk)


def asked(client: APIClient, plays: Plays, user: User, where: str) -> Proposal:
    """The assistant has asked whether four tasks of ``user`` may go."""
    tasks = [str(TaskFactory(user=user).pk) for _ in range(4)]
    plays([call("delete_task", task_ids=tasks)], ["I can do that."])
    client.post("/api/chat/", {"message": "Clear up", "conversation_id": where})
    return Proposal.objects.filter(user=user).latest("created_at")


def test_what_was_asked_is_answered(
    door: Row, client: APIClient, plays: Plays, user: User, where: str
) -> None:
    for yes, status, left in ((True, "approved", 0), (False, "rejected", 4)):
        proposal = asked(client, plays, user, where)
        plays(["Fine."])

        answer = door.answers(where, {str(proposal.pk): yes}).by(client)

        assert answer.status == 200, answer.text
        proposal.refresh_from_db()
        assert proposal.status == status
        assert Task.objects.filter(user=user, deleted_at=None).count() == left


def test_only_what_was_asked_just_now_is_answered(
    door: Row,
    client: APIClient,
    plays: Plays,
    user: User,
    stranger: User,
    stranger_client: APIClient,
    where: str,
) -> None:
    """Never asked, of somebody else, answered before, asked earlier: all are refused alike."""
    theirs = ConversationFactory(user=stranger)
    of_a_stranger = asked(stranger_client, plays, stranger, str(theirs.pk))
    asked_earlier = asked(client, plays, user, where)
    say(Conversation.objects.get(pk=where), "Something else")
    ids = [str(uuid4()), str(of_a_stranger.pk), str(asked_earlier.pk), "1", "'", "x" * 300]
    llm = plays()
    before = everything()

    answers = [door.answers(where, {id: True}).by(client) for id in ids]

    assert {each.status for each in answers} <= {400, 404, 409}, [each.text for each in answers]
    assert len({door.refusal(each) for each in answers[:3]}) == 1
    assert everything() == before
    assert llm.prompts == []


def test_an_answer_counts_once(
    door: Row, client: APIClient, plays: Plays, user: User, where: str
) -> None:
    proposal = asked(client, plays, user, where)
    sent = door.answers(where, {str(proposal.pk): True})
    plays()
    sent.by(client)
    task = Task.objects.filter(user=user).first()
    assert task
    client.post(f"/api/tasks/{task.pk}/restore/")

    again = sent.by(client)

    assert again.status < 500
    assert Task.objects.filter(user=user, deleted_at=None).count() == 1
