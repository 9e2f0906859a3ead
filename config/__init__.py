"""A setting that cannot be read ends the process, with a sentence that does not tell its value.

Likewise a folder or a file, such as ``DATA_DIR``, that cannot be used: its name is told.
"""

import atexit
import gc
import sys
from importlib import import_module

from environs import EnvError

GUNICORN_GIVES_UP = 4  # the exit status of a worker after which gunicorn starts no other

# What is loaded stays: to look for garbage among it is a twentieth of a start, so nobody does until
# Django is set up (config/apps.py), and to look once more at the end, when the memory goes as a
# whole, takes half a second.
gc.disable()
gc.set_threshold(10_000, 10, 10)
atexit.register(gc.freeze)

try:
    import_module("config.settings")
except (EnvError, OSError) as error:
    sys.stderr.write(f"Todo Chat does not start. {error}\n")
    sys.exit(GUNICORN_GIVES_UP)
