"""The sessions of an outside login, in tables as better-auth and its adapters make them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation
from tests.accounts.tokens import ME, assert_not_signed_in, use

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "Zk3vQ9sT1xW5yB7nC2mD4fG6hJ8kL0pR"
SOMEBODY = "Qm4TzW8cXv1B6nYk2LpR9sHd3JfG7eUa"
TABLE = """
    CREATE TABLE user_sessions (
        "id" {key} NOT NULL PRIMARY KEY, "expiresAt" {time} NOT NULL, "token" text NOT NULL UNIQUE,
        "userId" {key} NOT NULL, "createdAt" {time}, "updatedAt" {time}, "ipAddress" text
    )
"""


def iso(moment: datetime) -> str:
    """As JavaScript's toISOString() has it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "milliseconds")


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def seconds(moment: datetime) -> int:
    return round(moment.timestamp())


def itself(moment: datetime) -> datetime:
    return moment


def sqlite(*kind: Any) -> Any:
    return pytest.param(*kind, marks=pytest.mark.only_on("sqlite"))


def postgresql(*kind: Any) -> Any:
    return pytest.param(*kind, marks=pytest.mark.only_on("postgresql"))


# The type of "expiresAt", and how a time is written into it.
KINDS = [
    sqlite("date", iso),  # better-auth itself
    sqlite("date", milliseconds),
    sqlite("DATETIME", milliseconds),  # Prisma
    sqlite("DATETIME", iso),
    sqlite("timestamp", utc),
    sqlite("integer", milliseconds),  # Drizzle
    sqlite("integer", seconds),
    sqlite("TEXT", iso),
    postgresql("timestamptz", itself),  # better-auth itself
    postgresql("timestamp", utc),  # and before
    postgresql("TIMESTAMP(3)", utc),  # Prisma
    postgresql("timestamp with time zone", iso),
    postgresql("bigint", milliseconds),
]


@pytest.fixture(autouse=True)
def on(settings: LazySettings) -> None:
    settings.EXTERNAL_SESSIONS = True


@pytest.fixture
def no_table() -> Iterator[None]:
    yield
    run("DROP TABLE IF EXISTS user_sessions")


def run(statement: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def in_tokyo(db: None) -> Iterator[None]:
    """As a server may be set; put back, since the connection goes on to other tests."""
    run("SET TIME ZONE 'Asia/Tokyo'")
    yield
    run("SET TIME ZONE 'UTC'")


def plain_time() -> str:
    return "date" if connection.vendor == "sqlite" else "timestamptz"


@pytest.fixture
def table(no_table: None) -> None:
    run(TABLE.format(key="text", time=plain_time()))


def begin_session(
    user_id: Any = SOMEBODY, token: str = TOKEN, written: Any = iso, hours: float = 1
) -> None:
    moment = datetime.now(UTC) + timedelta(hours=hours)
    run(
        'INSERT INTO user_sessions ("id", "expiresAt", "token", "userId") VALUES (%s, %s, %s, %s)',
        [user_id, written(moment), token, user_id],
    )


# Who comes in


@pytest.mark.parametrize(("time", "written"), KINDS)
def test_a_session_is_good_until_it_expires(
    anonymous: APIClient, no_table: None, time: str, written: Any
) -> None:
    run(TABLE.format(key="text", time=time))
    begin_session("new", "a-new-token", written, 0.02)
    begin_session("old", "an-old-token", written, -0.02)

    assert use(anonymous, "a-new-token").status_code == 200
    assert_not_signed_in(use(anonymous, "an-old-token"))
    assert [user.external_id for user in User.objects.all()] == ["new"]


@pytest.mark.only_on("postgresql")
def test_a_time_without_a_zone_is_utc_whatever_the_servers_zone(
    anonymous: APIClient, no_table: None, in_tokyo: None
) -> None:
    run(TABLE.format(key="text", time="timestamp"))
    begin_session("new", "a-new-token", utc, 0.02)
    begin_session("old", "an-old-token", utc, -0.02)

    assert use(anonymous, "a-new-token").status_code == 200
    assert_not_signed_in(use(anonymous, "an-old-token"))


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    ("key", "user_id"), [("uuid", "0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55"), ("integer", 17)]
)
def test_ids_may_be_uuids_or_numbers(
    anonymous: APIClient, no_table: None, key: str, user_id: Any
) -> None:
    run(TABLE.format(key=key, time="timestamptz"))
    begin_session(user_id)

    assert use(anonymous, TOKEN).status_code == 200
    assert User.objects.get().external_id == str(user_id)


def test_the_first_sight_makes_an_account_that_has_no_password(
    anonymous: APIClient, table: None
) -> None:
    begin_session()

    me = use(anonymous, TOKEN).json()

    user = User.objects.get()
    assert (user.external_id, user.pk) == (SOMEBODY, me["id"])
    assert not user.has_usable_password()
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    assert me["username"].startswith("outside-")
    assert SOMEBODY not in me["username"]


def test_who_comes_again_has_the_same_account(anonymous: APIClient, table: None) -> None:
    begin_session()
    begin_session("another", "another-token")

    first, second = (use(anonymous, TOKEN).json() for _ in range(2))
    other = use(anonymous, "another-token").json()

    assert first == second
    assert other["id"] != first["id"]
    assert User.objects.count() == 2


def test_ten_first_requests_at_once_make_one_account(table: None) -> None:
    begin_session()

    def come(_: int) -> int:
        try:
            return use(APIClient(), TOKEN).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(come, range(10))) == [200] * 10
    assert User.objects.count() == 1


def test_who_is_made_between_a_look_and_the_making_is_the_one(
    anonymous: APIClient, table: None
) -> None:
    begin_session()
    made: list[User] = []

    def make() -> User:
        try:
            return User.objects.create(username="first", external_id=SOMEBODY)
        finally:
            connection.close()

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if SOMEBODY in (params or ()) and not made:  # nobody was found
            with ThreadPoolExecutor(1) as elsewhere:
                made.append(elsewhere.submit(make).result(30))
        return result

    with connection.execute_wrapper(meanwhile):
        answer = use(anonymous, TOKEN)

    assert (answer.status_code, answer.json()["username"]) == (200, "first")
    assert User.objects.count() == 1


def test_they_have_rows_as_anybody(anonymous: APIClient, table: None) -> None:
    begin_session()
    begin_session("another", "another-token")
    mine = {"Authorization": f"Bearer {TOKEN}"}

    made = anonymous.post("/api/conversations/", {"title": "Mine"}, headers=mine).json()
    path = f"/api/conversations/{made['id']}/"

    assert Conversation.objects.get().user.external_id == SOMEBODY
    assert anonymous.get(path, headers=mine).status_code == 200
    other = anonymous.get(path, headers={"Authorization": "Bearer another-token"})
    assert other.status_code == 404


def test_a_session_costs_two_queries_and_a_token_of_ours_one(
    anonymous: APIClient, client: APIClient, table: None, django_assert_num_queries: Any
) -> None:
    begin_session()
    use(anonymous, TOKEN)

    with django_assert_num_queries(2):
        use(anonymous, TOKEN)
    with django_assert_num_queries(1):
        client.get(ME)


def test_they_erase_their_account_without_a_password(anonymous: APIClient, table: None) -> None:
    begin_session()
    mine = {"Authorization": f"Bearer {TOKEN}"}
    anonymous.post("/api/conversations/", {"title": "Mine"}, headers=mine)

    assert anonymous.delete(ME, headers=mine).status_code == 204

    assert not User.objects.exists()
    assert not Conversation.objects.exists()


# Who does not


@pytest.mark.parametrize(
    "token",
    [
        "unknown",
        TOKEN.lower(),
        TOKEN[:-1],
        f"{TOKEN}.signature",
        "%",
        "'--",
        "x" * 100_000,
        "a.b.c",
        "\xe9\xff",
        "null",
        "a\0b",
    ],
)
def test_another_token_opens_nothing(anonymous: APIClient, table: None, token: str) -> None:
    begin_session()

    assert_not_signed_in(
        anonymous.get(ME, HTTP_AUTHORIZATION=f"Bearer {token}"),
    )
    assert not User.objects.exists()


def test_a_session_that_was_ended_opens_nothing(anonymous: APIClient, table: None) -> None:
    begin_session()
    assert use(anonymous, TOKEN).status_code == 200

    run("DELETE FROM user_sessions")

    assert_not_signed_in(use(anonymous, TOKEN))


def test_a_deactivated_account_opens_nothing(anonymous: APIClient, table: None) -> None:
    begin_session()
    use(anonymous, TOKEN)
    User.objects.update(is_active=False)

    assert_not_signed_in(use(anonymous, TOKEN))


def test_a_session_of_nobody_opens_nothing(anonymous: APIClient, table: None) -> None:
    begin_session("")

    assert_not_signed_in(use(anonymous, TOKEN))
    assert not User.objects.exists()


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("text", ["", "soon", "nan", "2026-13-45"])
def test_a_time_that_cannot_be_read_is_over(anonymous: APIClient, table: None, text: str) -> None:
    begin_session(written=lambda _: text)

    assert_not_signed_in(use(anonymous, TOKEN))


def test_a_session_opens_nothing_while_the_setting_is_off(
    anonymous: APIClient, table: None, settings: LazySettings, django_assert_num_queries: Any
) -> None:
    settings.EXTERNAL_SESSIONS = False
    begin_session()

    with django_assert_num_queries(0):
        assert_not_signed_in(use(anonymous, TOKEN))


# A table that is not there


def test_without_the_table_its_tokens_are_401_and_the_log_says_why(
    anonymous: APIClient, client: APIClient, no_table: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert_not_signed_in(use(anonymous, TOKEN))

    assert client.get(ME).status_code == 200
    (record,) = [record for record in caplog.records if record.name == "accounts.outside"]
    assert record.levelname == "ERROR"
    assert "EXTERNAL_SESSIONS is on, but user_sessions cannot be read" in record.getMessage()
    assert TOKEN[:4] not in caplog.text
    assert TOKEN not in record.getMessage()


@pytest.mark.parametrize("column", ["userId", "expiresAt", "token"])
def test_nor_is_a_column_that_is_missing_taken_for_its_name(
    anonymous: APIClient, no_table: None, column: str
) -> None:
    named = ["id", *({"userId", "expiresAt", "token"} - {column})]
    columns = ", ".join(f'"{name}" text' for name in named)
    run(f"CREATE TABLE user_sessions ({columns})")
    values = {"id": "1", "userId": SOMEBODY, "expiresAt": "2999-01-01", "token": TOKEN}
    places = ", ".join("%s" for _ in named)
    run(f"INSERT INTO user_sessions VALUES ({places})", [values[name] for name in named])

    assert_not_signed_in(use(anonymous, TOKEN))
    assert not User.objects.exists()
