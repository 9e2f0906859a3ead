"""A dialogue with tools, failures, consent, a stop and a cut line leaves the same rows at each."""

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from tests.doors.dialogue import DIALOGUE, Exchange, expected, prepare, rows_of
from tests.doors.drivers import DRIVERS, Driver
from tests.served.processes import Model, Mortal

pytestmark = pytest.mark.only_on("sqlite")  # the doors are the same on any database


@pytest.mark.parametrize("door", DRIVERS)
def test_the_dialogue_leaves_the_same_rows_at_each_door(
    door: str, model: Model, server: Mortal, user: User
) -> None:
    ids = prepare(user)
    model.begin(*(answer for each in DIALOGUE for answer in each.script(ids)))

    with DRIVERS[door](server.url, str(AccessToken.for_user(user))) as driver:
        for each in DIALOGUE:
            take(driver, each)

    assert rows_of(user) == expected(DRIVERS[door].door)


def take(driver: Driver, each: Exchange) -> None:
    """What the client has heard of it is what happened, as far as its door tells."""
    heard = driver.ask(each.do, **each.how)
    happened = {
        "text": each.reply,
        "status": each.status,
        "tools": [name for name, _ in each.calls],
        "asked": each.asked,
    }
    told = {name: value for name, value in heard.items() if value is not None}
    assert told == {name: happened[name] for name in told}, each.words
