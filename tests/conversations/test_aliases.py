"""A client's own name for a conversation, which is begun with it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from chat.errors import DailyTurnsUsedUp
from chat.send import Asker, send
from chat.turns import take
from conversations.models import Alias, Conversation, Name, Turn
from tests.conftest import Plays

pytestmark = pytest.mark.django_db(transaction=True)

NAME = Name("openai", "Ünüsual ".ljust(3_000, "x"))


def say(user: User, name: Name, text: str = "hi") -> Turn:
    turn, _replayed = send(Asker(user, "openai"), name, text, None)
    for _event in take(turn, user):
        pass
    connection.close()
    return turn


def test_a_name_leads_to_the_conversation_that_was_begun_with_it(
    user: User, stranger: User, plays: Plays
) -> None:
    plays(*[["Hi."]] * 4)

    first, second = say(user, NAME), say(user, NAME)
    of_another_door, of_a_stranger = say(user, Name("ag-ui", NAME.text)), say(stranger, NAME)

    assert first.conversation_id == second.conversation_id
    assert second.door == "openai"
    assert len({first.conversation_id, of_another_door.conversation_id}) == 2
    assert of_a_stranger.conversation.user == stranger


@pytest.mark.parametrize("how", ["deleted", "anew"])
def test_a_name_moves_on_to_a_conversation_that_is_begun_in_its_place(
    user: User, plays: Plays, how: str
) -> None:
    plays(["Hi."], ["Hi again."], ["And again."])
    first = say(user, NAME)
    if how == "deleted":
        first.conversation.remove()

    second = say(user, Name(*(NAME.door, NAME.text), anew=how == "anew"))

    assert second.conversation_id != first.conversation_id
    assert say(user, NAME).conversation_id == second.conversation_id
    assert Alias.objects.count() == 1


def test_nothing_has_the_name_where_the_turn_is_refused(
    user: User, plays: Plays, settings: Settings
) -> None:
    settings.AGENT_DAILY_TURNS = 1
    plays(["Hi."])
    say(user, Name("ag-ui", "first"))

    with pytest.raises(DailyTurnsUsedUp):
        say(user, NAME)

    assert (Alias.objects.count(), Conversation.objects.count()) == (1, 1)


def test_two_who_begin_it_at_once_begin_one(user: User, plays: Plays) -> None:
    plays(*[["Hi."]] * 4)

    with ThreadPoolExecutor(4) as threads:
        turns = list(threads.map(lambda _: say(user, NAME), range(3)))

    assert len({turn.conversation_id for turn in turns}) == 1
    assert (Conversation.objects.count(), Alias.objects.count()) == (1, 1)
