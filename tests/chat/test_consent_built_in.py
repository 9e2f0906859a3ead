"""The built-in assistant leaves the asking to the server, so that nobody is asked twice."""

import pytest

from accounts.models import User
from conversations.models import Conversation
from tests.agent.dialogue import rows, say
from todos.models import Origin, Task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talk(user: User) -> Conversation:
    for title in ("Buy milk", "Pay rent"):
        Task.add(user, Origin("import"), title=title)
    return Conversation(user=user)


def test_what_the_message_names_is_done_though_the_words_are_foreign(
    user: User, talk: Conversation
) -> None:
    assert "finished" in say(talk, user, "I bought the milk")
    say(talk, user, "move pay rent to 2030-01-05")

    assert rows(user) == ["Buy milk | done", "Pay rent | 2030-01-05"]


@pytest.mark.parametrize("request_", ["delete pay rent", "complete all", "delete rent"])
def test_what_takes_consent_is_asked_once_and_a_yes_does_it(
    user: User, talk: Conversation, request_: str
) -> None:
    before = rows(user)

    asked = say(talk, user, request_)
    assert asked.count("?") == asked.count("Say yes or no.") == 1
    assert rows(user) == before
    told = say(talk, user, "yes")

    assert "?" not in told
    assert rows(user) != before


def test_a_no_is_told_in_a_sentence(user: User, talk: Conversation) -> None:
    before = rows(user)
    say(talk, user, "delete pay rent")

    assert say(talk, user, "no, thanks") == "All right, I left everything as it is."
    assert rows(user) == before


def test_two_requests_in_one_message_are_one_question(user: User) -> None:
    for n in range(11):
        Task.add(user, Origin("page"), title=f"Thing {n}", completed=n < 4)
    talk = Conversation(user=user)

    asked = say(talk, user, "delete everything that is done. complete all")

    assert asked.count("Say yes or no.") == 1
    assert asked.count("?") == 1
