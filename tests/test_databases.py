"""The suite runs on the database that was asked for, set up as the product needs it."""

import sqlite3
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts.shards import distributed
from tests.databases import vendor
from tests.sharding import PARTITIONS

pytestmark = pytest.mark.django_db


def answer(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_the_tests_run_on_the_requested_database(request: pytest.FixtureRequest) -> None:
    assert connection.vendor == vendor(request.config)


def test_the_tests_see_neither_the_data_nor_the_keys_of_a_developer(settings: LazySettings) -> None:
    assert settings.DATA_DIR != settings.BASE_DIR / "var"
    assert (settings.OPENAI_API_KEY, settings.OPENROUTER_API_KEY) == ("", "")


@pytest.mark.only_on("sqlite")
def test_readers_and_the_writer_of_the_file_do_not_wait_for_each_other() -> None:
    assert answer("PRAGMA journal_mode") == "wal"
    assert answer("PRAGMA synchronous") == 1  # NORMAL: no wait for the disk at each commit


@pytest.mark.only_on("sqlite")
def test_a_transaction_has_the_write_lock_before_its_first_statement() -> None:
    with (  # the test itself is a transaction that has written nothing
        sqlite3.connect(connection.settings_dict["NAME"], timeout=0) as another,
        pytest.raises(sqlite3.OperationalError, match="database is locked"),
    ):
        another.execute("BEGIN IMMEDIATE")
    another.close()


@pytest.mark.only_on("postgresql")
def test_letters_beyond_ascii_have_an_upper_case() -> None:
    assert answer("SELECT upper('é')") == "É"


@pytest.mark.only_on("sharded")
def test_the_rows_of_an_owner_are_in_one_partition_of_each_table() -> None:
    parents = "SELECT count(*) FROM pg_partitioned_table"
    partitions = "SELECT count(*) FROM pg_class WHERE relispartition AND relkind = 'r'"
    assert answer(parents) == len([*distributed()])
    assert answer(partitions) == PARTITIONS * len([*distributed()])
