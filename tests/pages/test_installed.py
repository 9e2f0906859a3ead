"""What a browser reads to install Todo Chat, and to show it without a connection."""

import json
import re
import struct
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from tests.pages.markup import read

STATIC = Path(apps.get_app_config("chat").path) / "static" / "chat"


def file_of(url: str) -> Path:
    found = finders.find(url.removeprefix(settings.STATIC_URL))
    assert found, url
    return Path(found)


def size_of(png: Path) -> str:
    """As a manifest tells it."""
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return f"{width}x{height}"


def test_the_manifest_has_what_makes_a_page_installable(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")

    assert answer["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert manifest["name"] == manifest["short_name"] == "Todo Chat"
    assert manifest["start_url"] == manifest["scope"] == "/"
    assert manifest["display"] == "standalone"
    icons = manifest["icons"]
    assert [icon["sizes"] for icon in icons] == ["any", "192x192", "512x512", "512x512"]
    assert [icon.get("purpose") for icon in icons] == [None, None, None, "maskable"]
    for icon in icons[1:]:
        assert size_of(file_of(icon["src"])) == icon["sizes"]
    assert sum(file_of(icon["src"]).stat().st_size for icon in icons) < 10_000


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/accounts/settings/"])
def test_all_pages_name_it_and_an_icon_for_a_phone(browser: Client, path: str) -> None:
    page = read(browser.get(path))

    assert page.one("link", rel="manifest").attributes["href"] == "/manifest.webmanifest"
    icon = page.one("link", rel="apple-touch-icon").attributes["href"]
    assert size_of(file_of(icon)) == "180x180"


def test_the_worker_names_all_that_the_page_may_load(client: Client) -> None:
    answer = client.get("/worker.js")

    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    script = answer.content.decode()
    files = json.loads(re.findall("FILES = (.*);", script)[0])
    wanted = {file.name for file in STATIC.iterdir() if file.suffix != ".png"}
    assert {file_of(url).name for url in files} == wanted
    assert 'importScripts("/static/chat/worker.js")' in script
