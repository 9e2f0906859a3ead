"""A setting that cannot be read ends the process, with a sentence that does not tell its value."""

import sys
from importlib import import_module

from environs import EnvError

GUNICORN_GIVES_UP = 4  # the exit status of a worker after which gunicorn starts no other

try:
    import_module("config.settings")
except EnvError as error:
    sys.stderr.write(f"Todo Chat does not start. {error}\n")
    sys.exit(GUNICORN_GIVES_UP)
