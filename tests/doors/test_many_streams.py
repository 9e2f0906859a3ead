"""More streams than there are connections to the database, through all doors that stream."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.models import User
from tests.doors.rows.row import Row
from tests.doors.through import DOORS
from tests.factories import UserFactory
from tests.fakes.answers import says
from tests.served.processes import Held, Model, Mortal, client_of, until
from tests.served.test_streams import POOL, ready, server_of, watched

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]
STREAMS = 3 * POOL
STREAMING = [row for row in DOORS if True in row.modes]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(STREAMS) as pool:
        yield pool


def reply(server: Mortal, user: User, door: Row) -> str:
    with client_of(server, user) as http:
        return door.reply(door.said("Hello", stream=True).over(http))


def test_streams_through_all_doors_wait_without_a_connection(
    model: Model, threads: ThreadPoolExecutor
) -> None:
    held = Held(says("At ", "last."))
    model.begin(answer_of=lambda body: held)
    users = [UserFactory() for _ in range(STREAMS)]

    with server_of(model) as server, watched() as seen:
        streams = [
            threads.submit(reply, server, user, STREAMING[place % len(STREAMING)])
            for place, user in enumerate(users)
        ]
        until(lambda: model.hits == STREAMS)
        healths = {ready(server) for _ in range(3)}
        held.go_on.set()
        replies = {stream.result() for stream in streams}

    assert (replies, healths) == ({"At last."}, {200})
    assert max(one.total() for one in seen) <= POOL
