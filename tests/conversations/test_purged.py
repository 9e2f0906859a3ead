"""What is left of a conversation that was purged."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, ToolCall, Turn
from tests.conversations.cleaning import clean_up, set_back, spoken
from tests.factories import LEASE, ConversationFactory, record_call
from todos.models import Origin, Task, TaskChange


def test_a_task_keeps_its_history_and_its_undo(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Add milk", LEASE)
    call = record_call(turn)
    task = Task.add(user, Origin("chat", call.pk, conversation.pk), title="Milk")
    turn.finish(Turn.Status.COMPLETED, "Added.")
    set_back(conversation, deleted=40)
    history = client.get(f"/api/tasks/{task.pk}/history/").json()
    assert history["results"][0]["conversation_id"] == str(conversation.pk)

    clean_up()

    assert ToolCall.objects.count() == 0
    assert client.get(f"/api/tasks/{task.pk}/history/").json() == history
    change = TaskChange.objects.get()
    assert client.post(f"/api/changes/{change.pk}/undo/").status_code == 200
    assert client.get(f"/api/tasks/{task.pk}/").status_code == 404
    assert client.get("/api/auth/me/export/").status_code == 200


def test_it_cannot_be_restored(client: APIClient, user: User) -> None:
    gone = spoken(user, deleted=40)
    clean_up()

    assert client.post(f"/api/conversations/{gone.pk}/restore/").status_code == 404
    with pytest.raises(Conversation.DoesNotExist):
        gone.restore()  # which was read before
