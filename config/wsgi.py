"""Where a server hands requests over; production does not begin with faulty settings.

Once it is imported, all is loaded that answers need, so that no request waits for it. No connection
is opened by it and no thread begun: neither would survive a fork.
"""

import os

import django

from config.checks import exit_if_wrong
from config.settings import PRODUCTION

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if PRODUCTION:
    exit_if_wrong()
django.setup(set_prefix=False)

from config.loading import load_all  # noqa: E402 - they need Django to be set up
from web.wsgi import Application  # noqa: E402

load_all()
application = Application()
