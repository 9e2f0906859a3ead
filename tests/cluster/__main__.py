"""`make cluster`: Todo Chat on three nodes, to look at what happens when one of them dies."""

import argparse
import signal
import sys
import time
from pathlib import Path
from shutil import which

from tests.cluster.cluster import Cluster
from tests.served.proxy import NGINX
from tests.servers import ServerError

PORT = 8443
PAUSE = 5  # seconds until what has died starts again: RestartSec of deploy/todo-chat.service


def main() -> None:
    parser = argparse.ArgumentParser(prog="cluster", description=__doc__)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--folder", type=Path, help="where the data stays; else it is gone")
    options = parser.parse_args()
    if NGINX is None or which("openssl") is None:
        sys.exit("A cluster needs nginx and openssl. Try: apt install nginx openssl")
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.default_int_handler)
    try:
        serve(options.nodes, options.port, options.folder)
    except ServerError as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        print("\nStopped.")


def serve(nodes: int, port: int, folder: Path | None) -> None:
    """Until Ctrl-C, which lets turns that are open come to their end."""
    print(f"PostgreSQL, Valkey, {nodes} nodes and nginx start …", flush=True)
    cluster = Cluster(nodes, folder=folder)
    cluster.proxy.port = port
    with cluster:
        try:
            print(told(cluster, kept=folder is not None), flush=True)
            watch(cluster)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one would leave things behind


def told(cluster: Cluster, *, kept: bool) -> str:
    servers = [
        f"  {name:11} {server.url:58} kill -9 -- -{server.pid}"
        for name, server in cluster.servers.items()
    ]
    lines = [
        "",
        f"Todo Chat is at {cluster.url}",
        "Its certificate was made just now, so the browser asks whether you trust it.",
        "",
        *servers,
        "",
        "Sign up there and talk. Kill a node with the command at its line, in another terminal,",
        f"and talk on: the others answer. What has died starts again after {PAUSE} seconds.",
        "",
        f"How one node is:  curl {cluster.nodes[0].url}/health/ready/",
        f"Which answered:   tail -f {cluster.proxy.folder}/todo-chat.access.log",
        f"What it says:     tail -f {cluster.nodes[0].folder}/log",
        f"Commands:         ENV_FILE={cluster.folder}/env .venv/bin/python manage.py check",
        "",
        f"The data is in {cluster.folder}" + (", and stays." if kept else ", and goes at the end"),
        *([] if kept else ["(make cluster FOLDER=/some/folder keeps it)."]),
        "Ctrl-C stops all of it.",
        "",
    ]
    return "\n".join(lines)


def watch(cluster: Cluster) -> None:
    """What has died starts again, as systemd would have it."""
    while True:
        time.sleep(0.5)
        for name, server in cluster.servers.items():
            if server.pid is None:
                print(f"{name} has died, and starts again in {PAUSE} seconds.", flush=True)
                time.sleep(PAUSE)
                server.kill()  # what is left of it
                server.start()
                print(f"{name} is back: kill -9 -- -{server.pid}", flush=True)


if __name__ == "__main__":
    main()
