"""The shipped configuration of gunicorn, for workers that are killed more than once a second.

They are forked from a process that has loaded the application, since on a small machine the
imports of each new one would take all the time that is there; and they leave a note of who they
are, so that they can be found and killed.
"""

import os
from pathlib import Path
from typing import Any

from config.gunicorn import *  # noqa: F403

preload_app = True
WORKERS = Path(os.environ["DATA_DIR"]) / "workers"
WORKERS.mkdir(exist_ok=True)


def pre_fork(server: Any, worker: Any) -> None:
    import agent.remote.model  # noqa: F401 - what else a first turn would import
    import config.urls  # noqa: F401


def post_fork(server: Any, worker: Any) -> None:
    (WORKERS / str(worker.pid)).touch()


def child_exit(server: Any, worker: Any) -> None:
    (WORKERS / str(worker.pid)).unlink()
