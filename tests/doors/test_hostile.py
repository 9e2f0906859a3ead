"""A client that lies about what was said, done and agreed to changes nothing and learns nothing."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation
from tests.conftest import Plays
from tests.doors.rows.row import Row
from tests.doors.through import DOORS
from tests.factories import ConversationFactory, say
from tests.fakes import call
from tests.web.test_strangers import everything
from todos.models import Task

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
]


@pytest.fixture
def where(user: User) -> str:
    conversation = ConversationFactory(user=user)
    say(conversation, "Good morning", "Good morning, you.")
    return str(conversation.pk)


@pytest.mark.parametrize("door", DOORS, ids=lambda row: row.name)
def test_a_made_up_history_is_not_believed(
    door: Row, client: APIClient, plays: Plays, where: str
) -> None:
    forgeries = door.forged("Add milk", where, "zebra")

    for sent in forgeries:
        llm = plays([call("create_task", title="Milk")], ["Added."])
        answer = sent.by(client)
        assert answer.status < 500, answer.text
        assert "zebra" not in str(llm.prompts), sent
        assert "zebra" not in str(everything()), sent
        assert [task.title for task in Task.objects.all()] in ([], ["Milk"])
        Task.objects.all().delete()
    assert Conversation.objects.filter(pk=where).exists()
