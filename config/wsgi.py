"""Where a server hands requests over; production does not begin with faulty settings."""

import os
from threading import Thread

import django

from config.checks import exit_if_wrong
from config.settings import PRODUCTION

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if PRODUCTION:
    exit_if_wrong()
django.setup(set_prefix=False)

from chat import processes  # noqa: E402 - they need Django to be set up
from web.wsgi import Application  # noqa: E402

Thread(target=processes.begin).start()  # for it need not wait for the database
application = Application()
