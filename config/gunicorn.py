"""How gunicorn serves the product: threads, because a turn mostly waits for the language model.

A slow sender holds a thread: where strangers can connect, a proxy that buffers requests belongs in
front.
"""

import gc
import os
from pathlib import Path
from threading import Thread
from typing import Any

from gunicorn.glogging import Logger as GunicornsLogger

from config import settings
from config.logging import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - no file name of ours to guess in it

_host = settings.BIND.strip("[]")
bind = f"[{_host}]:{settings.PORT}" if ":" in _host else f"{_host}:{settings.PORT}"
workers = settings.WEB_CONCURRENCY
worker_class = "config.worker.Worker"
threads = settings.WEB_THREADS
worker_connections = threads + 1000  # those that are kept open between two requests, too

# A turn in flight may come to its end, before a restart as before the arbiter gives a worker up.
timeout = graceful_timeout = int(settings.AGENT_TURN_DEADLINE) + 30

# The workers are forked from a process that has loaded all and serves nothing: they are there at
# once, and share the memory of it.
preload_app = True

# A worker shows by touching a file that it lives, and a disk that stalls would make it look dead.
if os.access(_SHARED_MEMORY, os.W_OK):
    worker_tmp_dir = str(_SHARED_MEMORY)

control_socket_disable = True
logconfig_dict = logs(settings.PRODUCTION, settings.LOG_LEVEL)
limit_request_line = 8190  # as much as proxies let through: non-ASCII searches are long


class Logger(GunicornsLogger):  # type: ignore[misc] # gunicorn has no types
    """Requests are logged by the application, with the user and without query strings; gunicorn
    would put a line together for each all the same, as it may be wanted by ``logconfig_dict``.
    """

    access_log_enabled = False


logger_class = Logger


def post_worker_init(worker: Any) -> None:
    """The first worker tries the models, beside its work; those that take its place do not."""
    if worker.age == 1 and settings.AGENT_TRY_AT_START:
        from agent.trying.start import try_all  # needs Django to be set up

        Thread(target=try_all, daemon=True).start()


def when_ready(server: Any) -> None:
    gc.freeze()  # what is never looked through is never copied
    server.log.info(
        "Todo Chat is at http://%s - README.md shows a first conversation, Ctrl-C stops", bind
    )
