"""The document that clients are generated from, and its page."""

import re

import pytest
import yaml
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from chat import dialects


@pytest.fixture(scope="module")
def document() -> dict:
    return yaml.safe_load(APIClient().get("/api/schema/").content)


def test_every_api_path_is_in_the_document_but_second_names(document: dict) -> None:
    served = {path for path in paths(get_resolver()) if path.startswith("/api/")}
    second_names = {f"/{as_template(str(entry.pattern))}" for entry in dialects.urlpatterns}
    assert served - second_names - {"/api/schema/", "/api/docs/"} == set(document["paths"])


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
    return re.sub(r"<id:pk>", "{id}", route)
