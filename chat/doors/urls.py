"""The table of contents of all doors; clients write most of these paths without a slash."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
