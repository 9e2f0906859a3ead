"""Todo Chat on several nodes of this machine, from what is shipped and as docs/operations.md says.

with Cluster(3) as cluster:
    cluster.nodes[0].kill()
    httpx2.get(cluster.url, verify=cluster.proxy.trust)
"""

import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from tests.pooler import PgBouncer
from tests.served.proxy import NAME, Nginx
from tests.servers import ROOT, Postgres, Server, TodoChat, Valkey, collected_static_files

KEYS = {"SECRET_KEY": 48, "JWT_SIGNING_KEY": 48, "VAPID_PRIVATE_KEY": 32}  # bytes


class Cluster:
    """PostgreSQL, Valkey, nodes and nginx in front; `pooled` connections of PgBouncer between.

    `settings` are environment variables of all nodes. What is given as `folder` is kept, with the
    data and the keys in it. Each node has a folder of its own, as a machine has.
    """

    def __init__(
        self, nodes: int = 3, *, folder: Path | None = None, pooled: int = 0, **settings: str
    ) -> None:
        self._stack = ExitStack()
        self.folder = (folder or Path(self._temporary_folder())).resolve()
        self._file = self.folder / "env"
        self.postgres = Postgres(self._room("postgres"))
        self.valkey = Valkey(self._room("valkey"))
        self.pooler = PgBouncer(self.postgres.port, pooled) if pooled else None
        self.settings = {**self._settings(), **settings}
        self.nodes = [self._node(number) for number in range(1, nodes + 1)]
        self.proxy = Nginx(*[node.port for node in self.nodes], folder=self._room("nginx"))

    @property
    def url(self) -> str:
        return f"https://localhost:{self.proxy.port}"

    @property
    def servers(self) -> dict[str, Server]:
        """By name, in the order in which they start."""
        pooler = {"PgBouncer": self.pooler} if self.pooler else {}
        nodes = {f"node {number}": node for number, node in enumerate(self.nodes, 1)}
        first = {"PostgreSQL": self.postgres, "Valkey": self.valkey}
        return {**first, **pooler, **nodes, "nginx": self.proxy}

    def __enter__(self) -> Self:
        with ExitStack() as started, ThreadPoolExecutor() as threads:
            for server in (self.postgres, self.valkey, self.pooler):
                if server:
                    started.enter_context(server)
            self._write_settings()
            self.manage("migrate", "--verbosity", "0")
            started.callback(self._close_nodes)
            list(threads.map(TodoChat.start, self.nodes))
            started.enter_context(self.proxy)
            self._stack.push(started.pop_all())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def manage(self, *command: str, root: Path = ROOT) -> None:
        """A command of Django's, in the code at `root`. Raises CalledProcessError."""
        own = {"DATA_DIR": str(self.nodes[0].folder), "STATIC_ROOT": collected_static_files()}
        environment = {**os.environ, **self.settings, **own}
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=root, env=environment, check=True
        )

    def _close_nodes(self) -> None:
        with ThreadPoolExecutor() as threads:
            list(threads.map(TodoChat.close, self.nodes))

    def _temporary_folder(self) -> str:
        return self._stack.enter_context(TemporaryDirectory(prefix="todo-chat-cluster-"))

    def _room(self, name: str) -> Path:
        """A folder in ours. PostgreSQL, which is another user if we are root, comes to its own."""
        room = self.folder / name
        room.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        room.chmod(0o700)
        return room

    def _node(self, number: int) -> TodoChat:
        own = {**self.settings, "NODE": f"node{number}"}
        return TodoChat(own.pop("DATABASE_URL"), folder=self._room(f"node{number}"), **own)

    def _settings(self) -> dict[str, str]:
        return {
            "DJANGO_ENV": "production",
            **self._keys(),
            "ALLOWED_HOSTS": f"localhost,127.0.0.1,{NAME}",
            "TRUSTED_PROXY_COUNT": "1",
            "DATABASE_URL": (self.pooler or self.postgres).url,
            "DB_SERVER_SIDE_CURSORS": "0" if self.pooler else "1",
            "REDIS_URL": self.valkey.url,
            "PUBLIC_URL": "",
        }

    def _keys(self) -> dict[str, str]:
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        kept = dict(line.split("=", 1) for line in lines)
        return {name: kept.get(name) or secrets.token_urlsafe(n) for name, n in KEYS.items()}

    def _write_settings(self) -> None:
        """As /etc/todo-chat/env has them, for commands: ``ENV_FILE=… manage.py …``."""
        lines = {**self.settings, "DATA_DIR": str(self.nodes[0].folder)}.items()
        self._file.touch(mode=0o600)
        self._file.write_text("".join(f"{name}={value}\n" for name, value in lines))
