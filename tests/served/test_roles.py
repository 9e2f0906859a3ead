"""PostgreSQL as it is run for others: over TLS alone, with one role that owns the tables and one
that the server has (deploy/roles.sql).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import httpx2
import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from tests.fakes import call
from tests.fakes.answers import asks, says
from tests.served.conftest import served
from tests.served.processes import Model, Mortal
from tests.servers import NEUTRAL, ROOT, Postgres

pytestmark = pytest.mark.only_on("postgresql")

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
"""That of a package of Python's was built without TLS."""

OWNER, SERVER = "todo-chat-owner", "todo-chat"
CONNECT = """
from django.db import connection
connection.settings_dict["OPTIONS"].pop("pool")  # which would try again for five seconds
with connection.cursor() as cursor:
    cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    print(cursor.fetchone())
"""
CHANGES = [
    "CREATE TABLE mine ()",
    "CREATE TEMPORARY TABLE mine ()",
    "CREATE SCHEMA mine",
    "DROP TABLE todos_task",
    "ALTER TABLE todos_task ADD COLUMN mine text",
    "CREATE INDEX ON todos_task (title)",
    "TRUNCATE todos_task CASCADE",
    'SET ROLE "todo-chat-owner"',
    'ALTER ROLE "todo-chat" SUPERUSER',
]


def certificate(folder: Path, name: str) -> Path:
    """Of 127.0.0.1, signed by itself, so that it is its own authority."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-subj", "/CN=database", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", f"{name}.key", "-out", f"{name}.crt"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / f"{name}.crt"


class Encrypted(Postgres):
    """Debian's, which takes nobody without TLS."""

    @property
    def url(self) -> str:
        return f"{super().url}?sslmode=require"

    def url_of(self, role: str, authority: Path | None = None, host: str = "127.0.0.1") -> str:
        verified = f"sslmode=verify-full&sslrootcert={authority or self.certificate}"
        return f"postgresql://{role}@{host}:{self.port}/todo-chat?{verified}"

    @property
    def certificate(self) -> Path:
        return self.folder / "server.crt"

    def options(self) -> dict[str, object]:
        key = self.certificate.with_suffix(".key")
        tls = {"ssl": "on", "ssl_cert_file": self.certificate, "ssl_key_file": key}
        return super().options() | tls

    def psql(self, *words: str, database: str = "todo-chat") -> None:
        assert self._binaries is not None
        command = [self._binaries / "psql", "--quiet", "--set=ON_ERROR_STOP=1", *words]
        place = self.url.replace("/postgres?", f"/{database}?")
        subprocess.run([*command, place], cwd=ROOT, env=NEUTRAL, check=True)

    def _find_binaries(self) -> Path:
        self._own(self.folder)
        return INSTALLED[-1]

    def _create_cluster(self, binaries: Path) -> None:
        place = ["--pgdata", self._data, "--no-sync"]
        words = ["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._check([binaries / "initdb", *place, *words])
        certificate(self.folder, "server")
        for path in self.folder.glob("server.*"):
            self._own(path)
        (self._data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")


@pytest.fixture(scope="module")
def database() -> Iterator[Encrypted]:
    """With the two roles, and the tables, which the owner has made."""
    if not INSTALLED or which("openssl") is None:
        pytest.skip("TLS to PostgreSQL needs Debian's. Try: apt install postgresql openssl")
    with Encrypted() as postgres:
        postgres.psql("--command", 'CREATE DATABASE "todo-chat"', database="postgres")
        postgres.psql("--file", "deploy/roles.sql")
        assert manage(postgres.url_of(OWNER), "migrate", "--verbosity", "0") == ""
        yield postgres


def manage(url: str, *words: str) -> str:
    done = run(url, [sys.executable, "manage.py", *words])
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(url: str, command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def server(database: Encrypted, shared_model: Model) -> Iterator[Mortal]:
    with served(shared_model, DATABASE_URL=database.url_of(SERVER)) as server:
        yield server


def test_the_least_role_serves_and_cleans_up(
    server: Mortal, model: Model, database: Encrypted
) -> None:
    model.begin(asks(call("create_task", title="Milk")), says("Added."))
    ada = {"username": "ada", "password": "a quiet long secret"}
    with httpx2.Client(base_url=server.url) as client:
        assert client.get("/health/ready/").json()["status"] == "ok"
        client.post("/api/auth/register/", json=ada).raise_for_status()
        access = client.post("/api/auth/token/", json=ada).json()["access"]
        client.headers["Authorization"] = f"Bearer {access}"
        turn = client.post("/api/chat/", json={"message": "Milk, please"}).json()
        (task,) = client.get("/api/tasks/").json()["results"]

    assert turn["assistant_message"]["status"] == "completed"
    assert task["title"] == "Milk"
    manage(database.url_of(SERVER), "cleanup_conversations")
    manage(database.url_of(SERVER), "erase_user", "ada", "--yes")


@pytest.mark.parametrize("statement", CHANGES)
def test_the_least_role_changes_no_table(database: Encrypted, statement: str) -> None:
    connecting = psycopg.connect(database.url_of(SERVER))
    with connecting as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement)


def test_a_table_that_is_made_later_is_the_servers_to_use(database: Encrypted) -> None:
    database.psql("--file", "deploy/roles.sql")  # as often as one likes
    with psycopg.connect(database.url_of(OWNER)) as owner:
        owner.execute("CREATE TABLE later (id bigserial, word text)")
    with psycopg.connect(database.url_of(SERVER)) as connection:
        connection.execute("INSERT INTO later (word) VALUES ('new')")
        connection.execute("UPDATE later SET word = 'newer'")
        assert connection.execute("SELECT id, word FROM later").fetchall() == [(1, "newer")]
        connection.execute("DELETE FROM later")


def test_of_one_role_two_are_made(database: Encrypted) -> None:
    database.psql("--command", 'CREATE DATABASE one OWNER "todo-chat"', database="postgres")
    place = database.url_of(SERVER).replace("/todo-chat?", "/one?")
    with psycopg.connect(place) as single:
        single.execute("CREATE SCHEMA IF NOT EXISTS public")
        single.execute("CREATE TABLE old (id bigint GENERATED ALWAYS AS IDENTITY, word text)")

    database.psql("--file", "deploy/roles.sql", database="one")

    with psycopg.connect(place) as single:
        single.execute("INSERT INTO old (word) VALUES ('kept')")
        with pytest.raises(InsufficientPrivilege):
            single.execute("DROP TABLE old")


def test_a_server_that_another_authority_vouches_for_is_refused(
    database: Encrypted, tmp_path: Path
) -> None:
    python = [sys.executable, "-c", CONNECT]
    right = run(database.url_of(SERVER), python)
    wrong = run(database.url_of(SERVER, authority=certificate(tmp_path, "other")), python)
    elsewhere = run(database.url_of(SERVER, host="localhost"), python)

    assert right.stdout == "(True,)\n", right.stderr
    assert "certificate verify failed" in wrong.stderr
    assert "does not match host name" in elsewhere.stderr
