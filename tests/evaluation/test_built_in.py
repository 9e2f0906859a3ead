"""The built-in assistant as a contestant: it may be at a loss, but writes nothing unasked."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from agent.offline.assistant import OfflineLLM
from evaluation.trial import Trial, take
from tests.evaluation.test_cases import NAMES, cases_of

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.no_cover]


def trials(family: str) -> Iterator[Trial]:
    for case in cases_of(family):
        yield take(case, 1, OfflineLLM(settings.AGENT_CALL_DEADLINE))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("family", NAMES)
def test_it_writes_to_no_row_that_nobody_asked_it_to(family: str) -> None:
    done = list(trials(family))

    assert [trial.error for trial in done if trial.error] == []
    assert {trial.case: trial.why for trial in done if trial.wrong_write} == {}
