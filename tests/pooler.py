"""PgBouncer from where it is installed, as tests/servers.py starts others."""

import os
import shutil

import psycopg

from tests.servers import Server, account_for_postgres, takes_connections


class PgBouncer(Server):
    """Few connections to a PostgreSQL for many who have one to it, each for a transaction."""

    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

    def __init__(self, behind: int, connections: int) -> None:
        super().__init__()
        self._behind, self._connections = behind, connections

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        configuration = self.folder / "pgbouncer.ini"
        configuration.write_text(
            f"""
            [databases]
            * = host=127.0.0.1 port={self._behind} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {self.port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = {self._connections}
            max_client_conn = 500
            query_wait_timeout = 10
            server_connect_timeout = 5
            server_login_retry = 1
            """
        )
        account = account_for_postgres()
        if account:
            self.folder.chmod(0o755)
        self._run([str(self.program), configuration], account)

    @property
    def clients(self) -> int:
        """How many are connected to it, waiting or not."""
        console = self.url.removesuffix("/postgres") + "/pgbouncer"
        with psycopg.connect(console, autocommit=True) as asking:
            return len(asking.execute("SHOW CLIENTS").fetchall()) - 1  # itself

    def _answers(self) -> bool:
        return takes_connections(self.url)
