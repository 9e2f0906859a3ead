"""What a server loads before it serves, so that nobody's first request waits for it."""

from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import reverse

from agent.choice import chosen_links
from agent.given import given
from text.expressions import compile_all


def load_all() -> None:
    """The paths with their views, the templates of the pages, and what turns are taken with."""
    reverse("home")
    chosen_links()
    given()
    compile_all()
    for engine in engines.all():
        if isinstance(engine, Jinja2):
            for name in engine.env.list_templates():
                engine.env.get_template(name)
