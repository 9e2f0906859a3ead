"""What a browser needs to install Todo Chat, and to show it without a connection (decision 53)."""

import json
from hashlib import blake2b
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

NEEDED = {".js", ".css", ".svg"}
ICONS = [
    {"src": "chat/icon.svg", "sizes": "any", "type": "image/svg+xml"},
    {"src": "chat/icon-192.png", "sizes": "192x192", "type": "image/png"},
    {"src": "chat/icon-512.png", "sizes": "512x512", "type": "image/png"},
    {
        "src": "chat/icon-maskable.png",
        "sizes": "512x512",
        "type": "image/png",
        "purpose": "maskable",
    },
]


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """https://www.w3.org/TR/appmanifest/"""
    told = {
        "id": "/",
        "name": "Todo Chat",
        "short_name": "Todo Chat",
        "description": _("A todo list that you talk to"),
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#f7f7f5",
        "background_color": "#ffffff",
        "icons": [{**icon, "src": static(icon["src"])} for icon in ICONS],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of this version: at the root, so that all pages are in its scope."""
    files = json.dumps(_files())
    version = blake2b(files.encode(), digest_size=6).hexdigest()
    script = json.dumps(static("chat/worker.js"))
    icon = json.dumps(static("chat/icon-192.png"))
    text = (
        f'const VERSION = "{version}";\nconst FILES = {files};\nconst ICON = {icon};\n'
        f"importScripts({script});\n"
    )
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows without a connection in place of a page that is not kept."""
    return render(request, "chat/offline.html")


def _files() -> list[str]:
    """All that the page may load, also later."""
    if settings.DEBUG:
        return []  # their names do not tell what is in them
    folder = Path(apps.get_app_config("chat").path) / "static"
    found = sorted(folder.glob("chat/*"))
    return [static(str(file.relative_to(folder))) for file in found if file.suffix in NEEDED]
