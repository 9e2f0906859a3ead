"""Where a server hands requests over; production does not begin with faulty settings."""

import os

import django

from config.checks import exit_if_wrong
from config.settings import PRODUCTION

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if PRODUCTION:
    exit_if_wrong()
django.setup(set_prefix=False)

from web.wsgi import Application  # noqa: E402 - it needs Django to be set up

application = Application()
