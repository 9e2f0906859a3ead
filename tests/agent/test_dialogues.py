"""People talk to the built-in assistant; the scripts are in ``dialogues/``."""

import pytest

from accounts.models import User
from tests.agent.dialogue import Dialogue, dialogues, parse, play

DIALOGUES = dialogues()

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.title)
def test_a_dialogue_does_what_a_person_would_expect(dialogue: Dialogue, user: User) -> None:
    user.time_zone = dialogue.zone
    user.save(update_fields=["time_zone"])

    play(dialogue, user)


def test_there_are_enough_of_them() -> None:
    assert len(DIALOGUES) >= 40
    assert sum(len(dialogue.lines) for dialogue in DIALOGUES) >= 200
    assert {"Europe/Berlin", "America/New_York", "Asia/Kolkata"} <= {d.zone for d in DIALOGUES}
    assert len({dialogue.title for dialogue in DIALOGUES}) == len(DIALOGUES)


WRONG = {
    "a row that is not there": "> add milk\n= Eggs",
    "a row too many": "> add milk and eggs\n= Milk",
    "a change that is not told": "> add milk",
    "no change where one is told": "> hello\n= Milk",
    "words that are not said": "> hello\n~ goodbye",
    "words that should not be said": "> hello\n! hello",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_dialogue_that_is_told_wrongly_fails(wrong: str, user: User) -> None:
    [dialogue] = parse(f"# Wrong\nnow 2026-11-21 12:10\n{wrong}")

    with pytest.raises(AssertionError):
        play(dialogue, user)


def test_a_line_of_no_known_form_is_refused() -> None:
    with pytest.raises(ValueError, match="not a line"):
        list(parse("# Title\n>add milk"))
