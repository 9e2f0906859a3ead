"""The shipped configuration of gunicorn, for workers that are killed more than once a second: they
leave a note of who they are, so that they can be found and killed.
"""

import os
from pathlib import Path
from typing import Any

from config.gunicorn import *  # noqa: F403

WORKERS = Path(os.environ["DATA_DIR"]) / "workers"
WORKERS.mkdir(exist_ok=True)


def post_fork(server: Any, worker: Any) -> None:
    (WORKERS / str(worker.pid)).touch()


def child_exit(server: Any, worker: Any) -> None:
    (WORKERS / str(worker.pid)).unlink()
