"""The document that clients are generated from, and its page."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from chat import dialects
from chat.doors import urls as doors
from tests.servers import ROOT


@pytest.fixture(scope="module")
def document() -> dict:
    return yaml.safe_load(APIClient().get("/api/schema/").content)


def test_every_api_path_is_in_the_document_but_second_names_and_doors(document: dict) -> None:
    served = {path for path in paths(get_resolver()) if path.startswith(("/api/", "/calendar/"))}
    others = [*dialects.urlpatterns, *doors.urlpatterns]
    hidden = {f"/{as_template(str(entry.pattern))}" for entry in others}
    assert served - hidden - {"/api/schema/", "/api/docs/"} == set(document["paths"])


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("", None, "application/vnd.oai.openapi"),
        ("", "*/*", "application/vnd.oai.openapi"),
        ("", "text/html", "application/vnd.oai.openapi"),
        ("", "application/yaml", "application/yaml"),
        ("", "application/json", "application/json"),
        ("", "application/json, text/plain, */*", "application/json"),
        ("", "application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
        ("?format=json", None, "application/vnd.oai.openapi+json"),
        ("?format=json", "text/html", "application/vnd.oai.openapi+json"),
        ("?format=json", "application/json", "application/json"),
        ("?format=yaml", "application/json", "application/vnd.oai.openapi"),
    ],
)
def test_the_document_comes_as_the_client_asks(
    document: dict, query: str, accept: str | None, media_type: str
) -> None:
    answer = APIClient().get(f"/api/schema/{query}", headers={"Accept": accept} if accept else {})

    assert answer.status_code == 200
    assert answer["Content-Type"].partition(";")[0] == media_type
    read = json.loads if "json" in media_type else yaml.safe_load
    assert read(answer.content) == document


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/schema/?format=xml", 404),
        ("post", "/api/schema/", 405),
        ("post", "/api/docs/", 405),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "application/yaml", "text/html", "text/event-stream"])
def test_an_error_is_json_whatever_is_asked_for(
    method: str, path: str, status: int, accept: str
) -> None:
    answer = APIClient().generic(method, path, headers={"Accept": accept})

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["status"] == status


def test_every_operation_documents_its_problems(document: dict) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert "400" in operation["responses"], (method, path)
            assert operation["description"], (method, path)


def test_the_document_has_examples(document: dict) -> None:
    chat = document["paths"]["/api/chat/"]["post"]["requestBody"]["content"]["application/json"]
    assert chat["examples"]


def test_the_docs_page_asks_no_other_host(anonymous: APIClient) -> None:
    page = anonymous.get("/api/docs/").content.decode()

    assert "swagger-ui-bundle.js" in page
    assert "http://" not in page
    assert "https://" not in page


def paths(resolver: URLResolver, prefix: str = "/") -> list[str]:
    """Every route, in OpenAPI's form."""
    found: list[str] = []
    for entry in resolver.url_patterns:
        route = prefix + as_template(str(entry.pattern))
        if isinstance(entry, URLPattern):
            found.append(route)
        elif entry.namespace != "admin":
            found += paths(entry, route)
    return found


def as_template(route: str) -> str:
    route = route.removeprefix("^").removesuffix("$").removesuffix("\\Z")
    route = re.sub(r"\(\?P<pk>[^)]+\)", "{id}", route)
    return re.sub(r"<\w+:(\w+)>", r"{\1}", route).replace("{pk}", "{id}")


FIRST_AT_ONCE = """
import sys, wsgiref.util, config.wsgi
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

def ask(_number):
    request = {"PATH_INFO": "/api/schema/", "QUERY_STRING": "format=json", "HTTP_HOST": "127.0.0.1"}
    wsgiref.util.setup_testing_defaults(request)
    begin.wait()
    return b"".join(config.wsgi.application(request, lambda status, headers: print(status)))

begin = Barrier(4)
sys.setswitchinterval(1e-5)
with ThreadPoolExecutor(4) as threads:
    print("different", len({*threads.map(ask, range(4))}))
"""


@pytest.mark.only_on("sqlite")
def test_the_first_who_ask_at_once_get_the_same_document() -> None:
    told = subprocess.run(
        [sys.executable, "-c", FIRST_AT_ONCE],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split("\n")[:-1] == ["200 OK"] * 4 + ["different 1"]
