"""The addresses at which the server can be reached: this machine's own, unless others are named."""

import httpx2
import pytest

from tests.config.test_settings import NAMES
from tests.conftest import Serves

pytestmark = pytest.mark.only_on("sqlite")  # it is about what stands in front of any

HERE, BESIDE, IN_SIX = "127.0.0.1", "127.0.0.2", "[::1]"  # all of them this machine


@pytest.mark.parametrize(
    ("bind", "reached"),
    [
        (None, {HERE}),
        ("0.0.0.0", {HERE, BESIDE}),
        ("::", {HERE, BESIDE, IN_SIX}),
        ("[::]", {HERE, BESIDE, IN_SIX}),
    ],
)
def test_it_is_reached_where_it_is_bound(
    serves: Serves, bind: str | None, reached: set[str]
) -> None:
    server = serves(**({"BIND": bind} if bind else {}))

    def reaches(address: str) -> bool:
        try:
            return httpx2.get(f"http://{address}:{server.port}/health/").status_code == 200
        except httpx2.ConnectError:
            return False

    assert {address for address in (HERE, BESIDE, IN_SIX) if reaches(address)} == reached


def test_a_server_whose_variables_are_all_empty_starts_with_the_defaults(serves: Serves) -> None:
    empty = dict.fromkeys({*NAMES} - {"DATA_DIR", "PORT", "STATIC_ROOT"}, "")

    assert {"WEB_CONCURRENCY", "WEB_THREADS", "BIND", "DATABASE_URL"} <= empty.keys()
    assert httpx2.get(f"{serves(**empty).url}/health/").json() == {"status": "ok"}


def test_a_connection_is_kept_however_many_threads_there_are(serves: Serves) -> None:
    server = serves(WEB_THREADS="1000")

    with httpx2.Client(base_url=server.url) as client:
        answers = [client.get("/api/schema/") for _ in range(2)]

    assert [answer.headers.get("Connection") for answer in answers] == ["keep-alive"] * 2
