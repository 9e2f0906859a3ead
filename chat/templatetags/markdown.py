from django import template

from chat.markdown import render

register = template.Library()
register.filter("markdown", render)
