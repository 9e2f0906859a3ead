"""What people say, kind by kind, with other names in each run; ``make phrases`` shows the table.

A run takes a third of them, ``EVERY_PHRASE=1`` takes all. The seed of the names and of the third is
told, and PHRASES_SEED gives it again.
"""

import os
from collections import Counter
from itertools import groupby
from random import SystemRandom

import pytest

from tests.agent.phrasebook import ZONE, Verdict, judge, phrases
from tests.factories import UserFactory

SEED = int(os.environ.get("PHRASES_SEED") or SystemRandom().randrange(10_000))
PHRASES = phrases(0)  # pytest's processes must collect alike; the names are drawn in the test
KINDS = {kind: len(list(group)) for kind, group in groupby(PHRASES, lambda phrase: phrase.kind)}
SHARE = 1 if os.environ.get("EVERY_PHRASE") else 3
JUDGEMENTS = ("right", "honest", "misread", "wrong", "unasked")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_phrases_touches_no_wrong_task_and_is_nearly_always_right(kind: str) -> None:
    every = [phrase for phrase in phrases(SEED) if phrase.kind == kind]
    said = every[SEED % SHARE :: SHARE]

    verdicts = [judge(phrase, UserFactory(time_zone=ZONE)) for phrase in said]

    counts = Counter(verdict.judgement for verdict in verdicts)
    row = " ".join(f"{counts[name]:4} {name}" for name in JUDGEMENTS)
    others = [_told(verdict) for verdict in verdicts if verdict.judgement != "right"]
    print(f"{kind:20}{row}   seed {SEED}", *others, sep="\n")  # noqa: T201
    assert not counts["wrong"] + counts["unasked"] + counts["misread"]
    assert len(said) - counts["right"] <= 0.08 * len(every)


def test_there_are_enough_of_them() -> None:
    assert len(PHRASES) >= 600


def _told(verdict: Verdict) -> str:
    became = {
        verdict.before.get(id, "nothing"): row
        for id, row in verdict.after.items()
        if verdict.before.get(id) != row
    }
    return (
        f"  {verdict.judgement}: {verdict.phrase.said!r} {verdict.phrase.outcomes}\n"
        f"      {became}\n      {verdict.answer!r}"
    )
