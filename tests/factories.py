from datetime import timedelta
from functools import cache
from typing import Any

import factory
from django.contrib.auth.hashers import get_hasher, make_password
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation, ToolCall, Turn
from todos.models import Origin, Task

PASSWORD = "correct horse battery"
LEASE = timedelta(seconds=45)


@cache
def hashed_password(algorithm: str) -> str:
    """PASSWORD as it is stored; made once, because a good hash takes its time."""
    return make_password(PASSWORD, hasher=algorithm)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.LazyFunction(lambda: hashed_password(get_hasher().algorithm))


class TaskFactory(factory.django.DjangoModelFactory[Task]):
    class Meta:
        model = Task

    user = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda n: f"task {n}")

    @classmethod
    def _create(cls, model_class: type[Task], *args: Any, **fields: Any) -> Task:
        return model_class.add(fields.pop("user"), Origin("api"), **fields)


class ConversationFactory(factory.django.DjangoModelFactory[Conversation]):
    class Meta:
        model = Conversation

    user = factory.SubFactory(UserFactory)


def say(conversation: Conversation, text: str, reply: str = "Fine.") -> Turn:
    """One whole turn, as if the assistant had answered; the conversation is up to date after it."""
    turn = conversation.begin_turn(text, LEASE)
    turn.finish(Turn.Status.COMPLETED, reply)
    conversation.refresh_from_db()
    return turn


def record_call(turn: Turn, **fields: Any) -> ToolCall:
    """A tool call of an open turn, made at its next step."""
    call = {
        "step": len(turn.calls),
        "position": 0,
        "name": "create_task",
        "arguments": {"title": "Milk"},
        "result": {"id": "1", "title": "Milk"},
        "status": ToolCall.Status.SUCCEEDED,
        "started_at": timezone.now(),
        "duration_ms": 7,
    }
    with turn.fenced(LEASE):
        return turn.record(**call | fields)
