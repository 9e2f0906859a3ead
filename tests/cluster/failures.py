"""What a cluster does when its parts fail: ``make cluster-failures``.

People ask three nodes behind nginx for pages, tasks, turns and streams, and send again what is not
answered, as the API has it, while nodes, PostgreSQL and Valkey fail. What they were told, how long
it took, and the rows at the end are held against what is promised; it fails on any difference.
"""

import argparse
import os
import signal
import sys

import django

from tests.cluster.cluster import Cluster
from tests.servers import free_port

ALL = ("node", "postgresql", "valkey", "half", "clock", "upgrade")
SETTINGS = {
    "AGENT_DAILY_TURNS": "0",
    "AGENT_MAX_OPEN_TURNS": "20",
    "CHAT_RATE": "100000/s",
    "LOG_LEVEL": "WARNING",
    "WEB_CONCURRENCY": "1",
    "WEB_THREADS": "16",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="failures", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="of each scene")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--people", type=int, default=6, help="who ask all the time")
    parser.add_argument("--pooled", type=int, default=0, help="connections of PgBouncer between")
    parser.add_argument("scenes", nargs="*", choices=(*ALL, "there"), default=ALL)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as after Ctrl-C: clean up
    port = free_port()
    settings = {**SETTINGS, "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1"}
    with Cluster(options.nodes, pooled=options.pooled, **settings) as cluster:
        os.environ |= {
            **cluster.settings,
            "DATA_DIR": str(cluster.nodes[0].folder),
            "DATABASE_URL": cluster.postgres.url,
            "DB_POOL_MIN": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": str(cluster.folder / "no.env"),
        }
        django.setup()
        from tests.cluster.scenes import play

        holds = play(cluster, port, options.seconds, options.people, list(options.scenes))
    sys.exit(not holds)


if __name__ == "__main__":
    main()
