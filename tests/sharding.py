"""The tables of a migrated PostgreSQL made anew as tables that are partitioned by their owner.

As a distributed PostgreSQL spreads them: it, too, takes no key without the column by which it
spreads, so a schema that can be made so can be spread.
"""

from django.db import connection, transaction

from accounts.shards import distributed

PARTITIONS = 16
CONSTRAINTS = """
    SELECT conname, contype::text, confrelid::regclass::text,
           array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS key (number, place)
                   JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
           array(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS key (number, place)
                   JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place)
      FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f')
  ORDER BY contype DESC
"""
INDEXES = """
    SELECT pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid = %s::regclass
       AND indexrelid NOT IN (SELECT conindid FROM pg_constraint WHERE conrelid = indrelid)
"""
ALL_BUT_KEYS = "INCLUDING ALL EXCLUDING INDEXES"


def spread() -> None:
    """Partition the tables that are distributed, which are empty, and give them their keys."""
    tables = [model._meta.db_table for model in distributed()]
    keys = [line for table in tables for line in _keys_of(table, tables)]
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


def _keys_of(table: str, distributed: list[str]) -> list[str]:
    """What makes the indexes, unique and foreign keys of the table, those with its owner."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [table])
        made = [_carrying(definition) for (definition,) in cursor.fetchall()]
        cursor.execute(CONSTRAINTS, [table])
        for name, kind, other, own, their in cursor.fetchall():
            if kind == "f" and other in distributed and "user_id" not in own:
                own, their = ["user_id", *own], ["user_id", *their]
            if kind != "f" and "user_id" not in own:
                own = [*own, "user_id"] if kind == "p" else ["user_id", *own]
            columns = ", ".join(f'"{column}"' for column in own)
            start = f'ALTER TABLE {table} ADD CONSTRAINT "{name}"'
            if kind == "f":
                end = f"REFERENCES {other} ({', '.join(their)}) DEFERRABLE INITIALLY DEFERRED"
                made.append(f"{start} FOREIGN KEY ({columns}) {end}")
            else:
                made.append(f"{start} {'PRIMARY KEY' if kind == 'p' else 'UNIQUE'} ({columns})")
    return made


def _carrying(index: str) -> str:
    if index.startswith("CREATE UNIQUE") and "user_id" not in index:
        return index.replace(" USING btree (", " USING btree (user_id, ")
    return index
