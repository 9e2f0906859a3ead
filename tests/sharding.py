"""The tables of a migrated PostgreSQL made anew as tables that are partitioned by their owner.

As a distributed PostgreSQL spreads them: like that, it takes no primary or unique key without the
column by which it spreads, so keys that can be made so can be spread.
"""

from django.db import connection, transaction

from accounts.shards import distributed

PARTITIONS = 16
INDEXES = """
    SELECT pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid = %s::regclass
       AND indexrelid NOT IN (SELECT conindid FROM pg_constraint WHERE conrelid = indrelid)
"""
CONSTRAINTS = """
    SELECT format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid))
      FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f')
"""
ALL_BUT_KEYS = "INCLUDING ALL EXCLUDING INDEXES"


def spread() -> None:
    """Partition the tables that are distributed, which are empty; their keys stay as they are."""
    tables = [model._meta.db_table for model in distributed()]
    keys = [line for table in tables for line in _keys_of(table)]
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"CREATE TABLE anew (LIKE {table} {ALL_BUT_KEYS}) PARTITION BY HASH (user_id);"
                f"DROP TABLE {table} CASCADE; ALTER TABLE anew RENAME TO {table}"
            )
            cursor.execute(";".join(_partition(table, number) for number in range(PARTITIONS)))
        for line in sorted(keys, key=lambda line: "FOREIGN KEY" in line):
            cursor.execute(line)


def _partition(table: str, number: int) -> str:
    values = f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
    return f"CREATE TABLE {table}_p{number} PARTITION OF {table} {values}"


def _keys_of(table: str) -> list[str]:
    """What makes the indexes, the primary, unique and foreign keys of the table."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [table])
        indexes = cursor.fetchall()
        cursor.execute(CONSTRAINTS, [table])
        return [line for (line,) in indexes + cursor.fetchall()]
