"""Gunicorn as it serves Todo Chat, with its own threaded worker."""

from config.gunicorn import *  # noqa: F403

worker_class = "gthread"
