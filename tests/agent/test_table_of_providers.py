"""The same people talk to the servers of all makers, and the same rows come of it."""

import os
from contextlib import closing

import pytest

from tests.agent.dialogue import Dialogue, dialogues, play
from tests.factories import UserFactory
from tests.fakes import ScriptedServer
from tests.fakes.asking import remote
from tests.fakes.bends import BENDS
from tests.fakes.makers import Maker
from tests.fakes.table import TABLE

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
    pytest.mark.no_cover,
]

DIALOGUES = [each for each in dialogues() if 2 <= len(each.lines) <= 4]


@pytest.mark.parametrize(("place", "kind"), list(enumerate(TABLE)))
def test_dialogues_end_with_the_same_rows(place: int, kind: type[Maker]) -> None:
    """Each maker takes every sixth, the next maker the next ones: all three times in all."""
    talk(kind(), DIALOGUES if os.environ.get("EVERY_TEXT") else DIALOGUES[place % 6 :: 6])


@pytest.mark.parametrize("kind", BENDS)
def test_some_of_them_do_so_with_each_bend(kind: type[Maker]) -> None:
    talk(kind(), DIALOGUES[:: 1 if os.environ.get("EVERY_TEXT") else 12])


def talk(maker: Maker, with_it: list[Dialogue]) -> None:
    server = ScriptedServer(
        answer_of=lambda body: maker.answer(server.requests[-1]), fault_of=lambda messages: None
    )
    with server:
        base_url = maker.base_url.format(url=server.url)
        model = type(maker).__name__
        with closing(remote(base_url, model=model, max_tokens=1_500)) as llm:
            for dialogue in with_it:
                play(dialogue, UserFactory(time_zone=dialogue.zone), llm)

    assert maker.refusals in (None, len(maker.refused)), maker.refused


def test_there_are_forty_of_them() -> None:
    assert len(DIALOGUES) >= 40
