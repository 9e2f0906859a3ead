"""What a server loads before it serves, so that nobody's first request waits for it."""

from django.conf import settings
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import reverse
from django.utils.module_loading import import_string

from agent.choice import chosen_links
from agent.given import given
from agent.tools import TOOLS
from agent.written import beginnings
from text.expressions import compile_all

BY_NAME = (
    str(settings.CACHES["default"]["BACKEND"]),
    settings.MESSAGE_STORAGE,
    settings.SESSION_SERIALIZER,
    str(settings.REST_FRAMEWORK["EXCEPTION_HANDLER"]),
)
"""What Django imports when a request first needs it."""
SELDOM = (
    "accounts/",
    "chat/deleted",
    "chat/history",
    "chat/offline",
    "chat/print",
    "chat/settings/",
    "registration/signup",
)
"""Pages that few open; each takes ten milliseconds when it is first drawn."""


def load_all() -> None:
    """The paths with their views, the templates of the pages, and what turns are taken with."""
    reverse("home")
    for named in BY_NAME:
        import_string(named)
    chosen_links()
    given()
    beginnings(tuple(TOOLS))
    for engine in engines.all():
        if isinstance(engine, Jinja2):
            for name in engine.env.list_templates():
                if not name.startswith(SELDOM):
                    engine.env.get_template(name)
    compile_all()  # last: they fit where templates were compiled, and take 0.6 MB less
