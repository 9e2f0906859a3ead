"""Rows can be spread by their owner: every key of a table that is distributed carries it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from accounts.owner_keys import OWNER
from accounts.shards import WHOLE, distributed
from tests.servers import ROOT

KEYS = """
    SELECT name, columns, other FROM (
        SELECT indexrelid::regclass::text, indrelid, NULL, array(
                   SELECT attname::text FROM pg_attribute WHERE attrelid = indexrelid)
          FROM pg_index WHERE indisunique
        UNION ALL
        SELECT conname, conrelid, confrelid::regclass::text, array(
                   SELECT attname::text FROM pg_attribute
                    WHERE attrelid = conrelid AND attnum = ANY (conkey))
          FROM pg_constraint WHERE contype = 'f'
    ) AS key (name, of, other, columns) WHERE of = %s::regclass
"""
NULLABLE = """
    SELECT attrelid::regclass::text FROM pg_attribute
     WHERE attrelid = ANY (%s::regclass[]) AND attname = 'user_id' AND NOT attnotnull
"""


def uniques(model: type[models.Model]) -> Iterator[tuple[str, set[str]]]:
    for field in model._meta.local_fields:
        if field.unique and not field.primary_key:
            yield field.name, {field.name}
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield constraint.name, set(constraint.fields)


@pytest.mark.only_on("sqlite")
def test_every_unique_constraint_of_a_model_that_is_distributed_names_its_owner() -> None:
    """Where one does not, put ``user`` first: only the rows of one owner are in one shard."""
    forgotten = [
        (model._meta.label, name)
        for model in distributed()
        for name, fields in uniques(model)
        if "user" not in fields
    ]

    assert forgotten == []


@pytest.mark.only_on("sqlite")
def test_what_is_whole_is_there_and_refers_to_nothing_that_is_distributed() -> None:
    spread = {*distributed()}
    whole = {apps.get_model(label) for label in WHOLE}

    assert spread & whole == set()
    assert [
        str(field)
        for model in apps.get_models(include_auto_created=True)
        if model not in spread
        for field in model._meta.local_fields
        if field.related_model in spread
    ] == []


@pytest.mark.only_on("sqlite")
def test_the_lines_for_a_distributed_postgresql_name_each_table() -> None:
    """What they make whole is what tables that are distributed refer to, or are read with."""
    lines = (ROOT / "docs" / "scaling.md").read_text()
    spread = {model._meta.db_table for model in distributed()}
    whole = {apps.get_model(label)._meta.db_table for label in WHOLE}
    of_all = set(re.findall(r"create_reference_table\('(\w+)'\)", lines))
    referred = {
        field.related_model._meta.db_table
        for model in distributed()
        for field in model._meta.local_fields
        if field.related_model
    }

    assert set(re.findall(r"'([a-z]+_[a-z]+)'[,)\n]", lines)) - {"user_id"} == spread | of_all
    assert referred - spread <= of_all <= whole


@pytest.mark.django_db
@pytest.mark.only_on("postgresql")
def test_every_key_of_a_table_that_is_distributed_carries_its_owner() -> None:
    """Where one does not, its migration goes on with ``accounts.owner_keys``."""
    tables = [model._meta.db_table for model in distributed()]
    forgotten = [
        name
        for table in tables
        for name, columns, other in answers(KEYS, [table])
        if OWNER not in columns and (other is None or other in tables)
    ]

    assert forgotten == []
    assert answers(NULLABLE, [tables]) == []


def answers(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
