"""`python -m config`, in the folder of the project, serves it: gunicorn with its configuration."""

import os
import sys

# gunicorn reads it, too, and takes an empty one for a fault.
if os.environ.get("WEB_CONCURRENCY") == "":
    del os.environ["WEB_CONCURRENCY"]

GUNICORN = ["-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
os.execv(sys.executable, [sys.executable, *GUNICORN])  # noqa: S606 - no shell is needed
