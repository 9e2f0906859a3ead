"""Compiled statements that PostgreSQL has prepared, on connections that live on."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import DataError, OperationalError, connection, transaction
from psycopg import RawCursor

from accounts.models import User
from conversations.models import Conversation, conversation_of
from conversations.models.shown import Range, messages
from conversations.models.told import history
from tests.conftest import database_url
from tests.factories import ConversationFactory, UserFactory, say

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]

LEASE = timedelta(seconds=45)


def prepared(beginning: str = "") -> int:
    with connection.cursor() as cursor:
        like = [f"{beginning}%"]
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", like)
        return int(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def anew() -> None:
    """A connection that has prepared nothing."""
    connection.close()
    connection.close_pool()


@pytest.fixture
def kept(user: User) -> Conversation:
    """A conversation that has been read so often that it is read by a prepared statement."""
    conversation = ConversationFactory(user=user)
    for _ in range(10):
        assert conversation_of(user.pk, conversation.pk) == [conversation]
    assert prepared('SELECT "conversations_conversation"') == 1
    return conversation


def test_a_statement_is_one_whatever_values_it_is_told(user: User) -> None:
    for key in (None, "key-1", None):
        begun = ConversationFactory(user=user).begin_turn("Hello", LEASE, idempotency_key=key)
        begun.finish(begun.Status.COMPLETED, "Hello", input_tokens=None if key else 70_000)

    assert prepared('WITH w0 AS (INSERT INTO "conversations_turn"') == 1
    assert prepared('WITH w0 AS (UPDATE "conversations_turn"') == 1


def test_behind_a_pooler_none_is(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)

    for _ in range(3):
        assert conversation_of(user.pk, uuid4()) == []

    assert prepared() == 0


def test_the_first_few_of_many_rows_are_read_with_a_plan_of_their_own(user: User) -> None:
    conversation = say(ConversationFactory(user=user), "Hello").conversation

    for _ in range(3):
        found, _kept = messages(user.pk, conversation.pk, Range(50, latest=True))
        assert len(found) == 2

    assert prepared('SELECT "conversations_message"') == 0


def test_a_history_is_read_by_its_places_with_one_plan(user: User) -> None:
    turn = say(say(ConversationFactory(user=user), "Hello").conversation, "Hello again")

    for _ in range(3):
        assert len(history(turn, 50)) == 4

    assert prepared('SELECT "conversations_message"') == 1


@pytest.mark.parametrize("many", [0, 25])
def test_a_plan_that_is_kept_serves_however_many_rows_there_will_be(user: User, many: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE conversations_conversation CASCADE"
        )  # also what others rolled back
    talks = [ConversationFactory(user=each) for each in (user, UserFactory())]
    turn = [say(talk, "Hello") for _ in range(1 + many) for talk in talks][-1]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # of few rows the best way is to read all, or all of a user

    for _ in range(10):
        turn = say(turn.conversation, "Hello again")
        history(turn, 50)

    plans = plans_of_prepared()
    assert len(plans) == 3  # beginning, history and end of a turn
    all_of_user = "Cond: (user_id = conversations_message.user_id)"
    assert [plan for plan in plans if "Seq Scan" in plan or all_of_user in plan] == []


def plans_of_prepared() -> list[str]:
    """As they would be made for all values."""
    database = connection.connection
    told = database.execute("SELECT statement FROM pg_prepared_statements").fetchall()
    return [
        "\n".join(line for (line,) in RawCursor(database).execute(f"EXPLAIN (GENERIC_PLAN) {each}"))
        for (each,) in told
    ]


def test_also_after_a_transaction_that_was_rolled_back(user: User) -> None:
    with transaction.atomic():
        conversation_of(user.pk, uuid4())
        transaction.set_rollback(True)

    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("off",)


def test_a_connection_that_could_not_be_looked_at_is_none(user: User) -> None:
    database = psycopg.connect(database_url(), autocommit=True)
    path = f"ALTER DATABASE {database.info.dbname} {{}} search_path"
    database.execute(path.format("SET") + " = public, pg_catalog")
    database.execute("CREATE FUNCTION pg_backend_pid() RETURNS int RETURN 1 / 0")
    connection.close()
    connection.close_pool()
    try:
        with pytest.raises(DataError):
            connection.ensure_connection()
    finally:
        database.execute("DROP FUNCTION public.pg_backend_pid; " + path.format("RESET"))
        database.close()

    assert conversation_of(user.pk, uuid4()) == []


@pytest.mark.parametrize(
    ("change", "back"),
    [
        ("ALTER title TYPE varchar(300)", "ALTER title TYPE varchar(200)"),
        ("ADD later integer", "DROP later"),
    ],
)
def test_a_table_may_be_changed_meanwhile(kept: Conversation, change: str, back: str) -> None:
    with psycopg.connect(database_url(), autocommit=True) as migrating:
        for each in (change, back):
            migrating.execute(f"ALTER TABLE conversations_conversation {each}")
            assert conversation_of(kept.user_id, kept.pk) == [kept]


def test_within_a_transaction_too(kept: Conversation) -> None:
    with psycopg.connect(database_url(), autocommit=True) as migrating:
        for length in (300, 200):
            to = f"ALTER title TYPE varchar({length})"
            migrating.execute(f"ALTER TABLE conversations_conversation {to}")
            with transaction.atomic():
                assert conversation_of(kept.user_id, kept.pk) == [kept]


def test_what_was_prepared_may_be_thrown_away(kept: Conversation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    assert conversation_of(kept.user_id, kept.pk) == [kept]


def test_a_new_connection_that_is_cut_fails_as_any_other(user: User) -> None:
    connection.ensure_connection()
    with psycopg.connect(database_url(), autocommit=True) as operator:
        ours = connection.connection.info.backend_pid
        operator.execute("SELECT pg_terminate_backend(%s, 5000)", [ours])

    with pytest.raises(OperationalError):
        conversation_of(user.pk, uuid4())
    connection.close()


def test_a_text_that_is_too_long_is_refused_and_not_cut(kept: Conversation) -> None:
    with pytest.raises(DataError):
        kept.begin_turn("Hello", LEASE, request_id="x" * 300)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_no_row_has_a_number_that_is_too_large(kept: Conversation, number: int) -> None:
    with pytest.raises(OverflowError):
        conversation_of(number, kept.pk)


def test_the_least_number_that_a_row_may_have_finds_none(kept: Conversation) -> None:
    assert conversation_of(-(2**63), kept.pk) == []
