from django import template
from django.conf import settings

from oversight.reasons import why

register = template.Library()
register.filter("why", why)


@register.simple_tag
def version() -> str:
    return settings.VERSION


@register.simple_tag
def node() -> str:
    return settings.NODE
