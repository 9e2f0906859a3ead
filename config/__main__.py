"""`python -m config`, in the folder of the project, serves it: gunicorn with its configuration."""

import os
import sys

# gunicorn reads it, too, and takes an empty one for a fault.
if os.environ.get("WEB_CONCURRENCY") == "":
    del os.environ["WEB_CONCURRENCY"]

from gunicorn.app.wsgiapp import run  # which reads it as it is imported

sys.argv[1:] = ["--config", "config/gunicorn.py", "config.wsgi"]
run(prog="gunicorn")
