"""Every line of the chapter on backups, as it stands there; in the place of systemd, sudo and paths
of a machine are some of the test's."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.servers import ROOT, Postgres

AS_ROOT = os.geteuid() == 0
SHIM = """#!/bin/bash
set -e
case "$(basename "$0") $1 $2" in
  "sudo -u"*) shift 2; exec {nobody} "$@" ;;
  "systemctl stop todo-chat" | "systemctl start todo-chat") ;;
  "systemctl "*" postgresql") exec {nobody} pg_ctl "$1" -D "$PGDATA" -l "$PGDATA.log" -w -s ;;
  *) echo "no such: $*" >&2; exit 1 ;;
esac
"""
SHELL = """set -eu
manage() {{ {python} {root}/manage.py "$@"; }}
{lines}"""
MAKE_ROWS = """
from tests.factories import ConversationFactory, TaskFactory, say
say(ConversationFactory(), "Hello")
TaskFactory()
"""


def chapter() -> list[str]:
    page = (ROOT / "docs" / "operations.md").read_text()
    text = page.split("\n## Backups\n")[1].split("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)


def lines_with(word: str) -> str:
    [found] = [block for block in chapter() if word in block]
    return found


class Machine:
    """With a PostgreSQL that is started and stopped as a service, and a folder as its root."""

    def __init__(self, postgres: Postgres) -> None:
        binaries = postgres._find_binaries()  # whose folder is that of its account then
        self.folder, self.data = postgres.folder / "machine", postgres.folder / "data"
        postgres._create_cluster(binaries)
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(f"port = {postgres.port}\nlisten_addresses = '127.0.0.1'\n")
            settings.write("unix_socket_directories = ''\nfsync = off\nlog_timezone = UTC\n")
        programs = self.folder / "programs"
        programs.mkdir(parents=True)
        nobody = "setpriv --reuid=nobody --regid=nogroup --clear-groups" if AS_ROOT else ""
        for name in ("sudo", "systemctl"):
            (programs / name).write_text(SHIM.format(nobody=nobody))
            (programs / name).chmod(0o755)
        self.url = f"postgres://postgres@127.0.0.1:{postgres.port}/todo-chat"
        self.environment = os.environ | {
            "PATH": f"{programs}:{binaries}:{os.environ['PATH']}",
            "PGDATA": str(self.data),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PGUSER": "postgres",
            "DATABASE_URL": self.url,
        }
        backups = self.folder / "backups"
        for name in ("todo-chat", "postgresql"):
            (backups / name).mkdir(parents=True)
            if AS_ROOT:
                shutil.chown(backups / name, "nobody", "nogroup")
        self.backups = str(backups)

    def run(self, lines: str) -> str:
        lines = lines.replace("/var/backups", self.backups)
        owner = "-o nobody -g nogroup" if AS_ROOT else ""
        lines = lines.replace("-o postgres -g postgres", owner)
        script = SHELL.format(python=sys.executable, root=ROOT, lines=lines)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            done = connection.execute(query)
            return done.fetchall() if done.description else []


@pytest.fixture
def machine() -> Iterator[Machine]:
    postgres = Postgres()
    machine = Machine(postgres)
    try:
        machine.run("systemctl start postgresql; createuser todo-chat; createdb todo-chat")
        machine.run(f"manage migrate -v 0; cd {ROOT}; manage shell --no-imports -c '{MAKE_ROWS}'")
        machine.ask('GRANT ALL ON ALL TABLES IN SCHEMA public TO "todo-chat"')
        yield machine
        machine.run("systemctl stop postgresql")
    finally:
        postgres.close()


MESSAGES = "SELECT content FROM conversations_message ORDER BY seq"


@pytest.mark.only_on("postgresql")
def test_postgresql_goes_back_to_a_dump_and_to_any_moment(machine: Machine) -> None:
    before = machine.ask(MESSAGES)

    machine.run(lines_with("pg_dump"))
    machine.ask("DELETE FROM conversations_message")
    drill = machine.run(lines_with("todo-chat-drill"))
    machine.run(lines_with("dropdb todo-chat\n"))

    assert len(re.findall(r"^ +2 \| +1 \| +1 \| 20", drill, re.M)) == 2
    assert machine.ask(MESSAGES) == before == [("Hello",), ("Fine.",)]

    machine.run(lines_with("archive_mode"))
    machine.run(lines_with("pg_basebackup"))
    machine.ask("UPDATE conversations_message SET content = 'after the copy'")
    moment = datetime.now(UTC).isoformat(" ")
    machine.ask("UPDATE conversations_message SET content = 'too late'")
    machine.ask("SELECT pg_switch_wal()")
    back = lines_with("recovery_target_time")
    machine.run(re.sub(r'MOMENT=".*?"', f'MOMENT="{moment}"', back))

    assert machine.ask(MESSAGES) == [("after the copy",), ("after the copy",)]
    machine.ask("UPDATE conversations_message SET content = 'it is written to again'")


@pytest.mark.only_on("sqlite")
@pytest.mark.skipif(not shutil.which("sqlite3"), reason="there is no sqlite3 on this machine")
def test_sqlite_is_copied_while_somebody_writes_and_gone_back_to(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    file = tmp_path / "var" / "db.sqlite3"

    def run(lines: str) -> None:
        subprocess.run(["bash", "-euc", lines], cwd=tmp_path, check=True)

    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE said (words text)")
        writer.execute("INSERT INTO said VALUES ('kept')")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO said VALUES ('not yet')")
        run(lines_with("VACUUM INTO"))
        writer.execute("COMMIT")
    run(lines_with("db.sqlite3-wal"))

    assert (tmp_path / "todo-chat-backup.sqlite3").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(file)) as reader:
        assert reader.execute("SELECT words FROM said").fetchall() == [("kept",)]
