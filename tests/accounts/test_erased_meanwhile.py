"""An account that is deleted while its turns are at work goes whole, and none waits in a circle."""

from contextlib import suppress
from functools import partial

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError

from accounts.models import User
from agent.offline.assistant import OfflineLLM
from chat import turns
from chat.errors import TooManyOpenTurns
from conversations.models import Conversation, TurnLost
from tests.factories import TaskFactory, UserFactory
from tests.todos.at_once import at_once
from todos.models import Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

ROUNDS = 3


def test_an_account_goes_while_its_turns_add_tasks() -> None:
    for _ in range(ROUNDS):
        user = UserFactory()
        TaskFactory.create_batch(20, user=user)

        def act(number: int, user: User = user) -> None:
            mine = User.objects.get(pk=user.pk)
            if number == 3:
                mine.erase()
                return
            conversation = Conversation(user=mine)
            with suppress(TurnLost, ObjectDoesNotExist, IntegrityError, TooManyOpenTurns):
                begin = partial(conversation.begin_turn, f"add milk {number}")
                for _event in turns.answer(
                    turns.open_turn(conversation, begin), mine, OfflineLLM()
                ):
                    pass

        at_once(act)

        assert not User.objects.filter(pk=user.pk).exists()
        assert not Task.objects.filter(user_id=user.pk).exists()
