from django import template

from chat.drawing import coming
from chat.markdown import linked, render

register = template.Library()
register.filter("markdown", render)
register.filter("linked", linked)
register.filter("coming", coming)
