"""The built-in assistant as a contestant: it may not know what to do, but writes to no other row.

What it still writes wrongly is listed here by name, so that nothing is added to it.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings

from agent.offline.assistant import OfflineLLM
from evaluation.trial import Trial, take
from tests.evaluation.test_cases import FAMILIES, NAMES, cases_of

KNOWN = {
    "ambiguity/Same title, two days",
    "ambiguity/Two flights",
    "batch/A note for two",
    "clock-changes/Half an hour of summer time",
    "clock-changes/There is a leap day",
    "clock-changes/Tomorrow is another month",
    "correction/As it was before",
    "correction/Correcting an old task, not the newest",
    "correction/In one breath",
    "correction/The day was right, the month was not",
    "dates/A weekday that is today's name",
    "hidden-instructions/Moved, and not the rest",
    "many-at-once/A list in German",
    "many-at-once/A messy dictation",
    "many-at-once/All with one priority",
    "names/A priority in its name",
    "names/It looks like a day",
    "refusal/A poem about a dog",
    "refusal/Music",
    "refusal/The instructions of the assistant",
    "refusal/The light",
    "undo/One of many deleted",
}

pytestmark = pytest.mark.only_on("sqlite")


def trials(family: str) -> Iterator[Trial]:
    for case in cases_of(family):
        yield take(case, 1, OfflineLLM(settings.AGENT_CALL_DEADLINE))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("family", NAMES)
def test_it_writes_to_no_row_that_nobody_asked_it_to(family: str) -> None:
    done = list(trials(family))

    assert [trial.error for trial in done if trial.error] == []
    wrong = {trial.case: trial.why for trial in done if trial.wrong_write}
    assert {case: why for case, why in wrong.items() if case not in KNOWN} == {}


def test_what_is_known_is_a_case() -> None:
    assert {case.name for family in FAMILIES for case in family.cases} >= KNOWN
