"""Gunicorn as it serves Todo Chat, with its own threaded worker, which shares what comes alike."""

from config.gunicorn import *  # noqa: F403

worker_class = "config.sharing.EvenWorker"
