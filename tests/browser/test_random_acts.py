"""Whatever is done in two tabs, and whatever becomes of it on the way: both show exactly the rows,
and no word is doubled or lost.

    make test-page-random SECONDS=600                    plays longer, with one seed after the other
    SEED=5 ACTS=1000 make test-page-random               plays one again
    WIDTH=375 make test-page-random DATABASE=postgresql  on a phone; on PostgreSQL

Among other tests it is short, and has always the same seed.
"""

import os
import time
from random import Random, SystemRandom

import pytest
from playwright.sync_api import ViewportSize, expect

from accounts.models import User
from tests.browser.conftest import Open
from tests.browser.person import Person, is_signed_out
from tests.browser.speech import PATIENCE
from tests.browser.talking import composer, look
from tests.browser.truth import faults_of
from tests.browser.viewports import PHONE, WIDE
from tests.browser.watch import Watch
from tests.factories import UserFactory

SECONDS = int(os.environ.get("SECONDS", "0"))
ACTS = int(os.environ.get("ACTS", "200" if SECONDS else "25"))
SEED = os.environ.get("SEED") or ("" if SECONDS else "10")
LEG = 25  # acts, after which it is looked whether all is right
LONGEST_PAUSE = 30  # seconds, after which a tab tries again to send what waits
LAST = 60  # acts, that are told when it is not


@pytest.fixture
def viewport() -> ViewportSize:
    return PHONE if os.environ.get("WIDTH") == "375" else WIDE


def test_both_tabs_show_the_rows_and_no_word_is_lost(open_page: Open, watch: Watch) -> None:
    watch.allow("net::ERR_", "status of 401", "status of 403", "status of 404")
    watch.allow("status of 409", "status of 412")
    until = time.monotonic() + SECONDS
    while True:
        seed = int(SEED or SystemRandom().randrange(10**6))
        live(UserFactory(), open_page, watch, seed)
        if time.monotonic() >= until:
            return


def live(user: User, open_page: Open, watch: Watch, seed: int) -> None:
    tab = open_page(user, service_workers="block")
    person = Person(user, [tab, tab.context.new_page()], Random(seed))
    for each in person.tabs:
        each.goto("/")
    for number in range(1, ACTS + 1):
        person.act()
        if watch.faults or number % LEG == 0 or number == ACTS:
            faults = watch.faults + faults_in_the_end(person)
            told = "\n".join(person.told[-LAST:])
            assert not faults, f"SEED={seed}, after {number} acts:\n{told}\n\n" + "\n".join(faults)
    tab.context.close()


def faults_in_the_end(person: Person) -> list[str]:
    """When all is well again: the line, the session; and all had its time."""
    person.weather.calm_down()
    person.sign_in_elsewhere(person.tabs[0])
    for tab in person.tabs:
        if is_signed_out(tab):
            person.sign_in(tab)
        expect(composer(tab)).to_be_visible()
        look(tab)
    give_up = time.monotonic() + LONGEST_PAUSE + PATIENCE
    while (faults := faults_of(person)) and time.monotonic() < give_up:
        person.tabs[0].wait_for_timeout(250)
    return faults
