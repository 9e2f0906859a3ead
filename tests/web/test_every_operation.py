"""What no operation takes: each one of the OpenAPI document, with the same bad input."""

import json
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.web.test_parsers import BAD as BAD_BODIES
from tests.web.test_strangers import ROWS, everything

pytestmark = pytest.mark.only_on("sqlite")  # the same on both

OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in SchemaGenerator().get_schema(None, public=True)["paths"].items()
    for method, operation in operations.items()
]
LISTS = [
    path
    for _, path, operation in OPERATIONS
    if "cursor" in [parameter["name"] for parameter in operation.get("parameters", [])]
]
READ_NO_TEXT = {
    "/api/conversations/{id}/cancel/",
    "/api/messages/{id}/withdraw/",
    "/api/keys/{id}/undo/",
    "/api/tasks/catch-up/",
    "/api/channels/",
}
READERS = [
    (method, path)
    for method, path, operation in OPERATIONS
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]
EVERYTHING_GOOD = {
    "username": "ada",
    "password": "a quiet long secret",
    "time_zone": "Europe/Berlin",
    "refresh": "x",
    "title": "x",
    "name": "x",
    "message": "x",
    "content": "x",
    "assistant_message_id": "01900000-0000-7000-8000-000000000000",
}
CURSORS = {
    "garbage": "garbage",
    "no base64": "%00",
    "no JSON": "eA",
    "null": "bnVsbA",
    "of bad values": "WyJ0YXNrOi1pZCIsIm5leHQiLDEsMl0",
    "huge": "W1" * 5_000,
    "of a huge number": "W" + "Ok5" * 100,
}


@pytest.fixture(autouse=True)
def without_limits(settings: Settings) -> None:
    for name in ("LOGIN_RATE", "LOGIN_ADDRESS_RATE", "REGISTER_RATE"):
        setattr(settings, name, "1000/s")


def place(path: str, user: User) -> str:
    if "{id}" not in path:
        return path
    return path.replace("{id}", str(ROWS[path.partition("{")[0]][0](user).pk))


def assert_refused(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_there_are_lists_and_bodies() -> None:
    assert {"/api/conversations/", "/api/tasks/", "/api/tasks/{id}/history/"} < set(LISTS)
    assert {("POST", "/api/chat/"), ("PATCH", "/api/auth/me/")} < set(READERS)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "-1", "abc", "1000000000", "9" * 5000, "1.5", "٣", "%00"])
def test_no_list_has_another_limit(client: APIClient, user: User, path: str, limit: str) -> None:
    assert_refused(client.get(f"{place(path, user)}?limit={limit}"), 400, "invalid")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("cursor", CURSORS.values(), ids=CURSORS.keys())
def test_no_list_has_another_cursor(client: APIClient, user: User, path: str, cursor: str) -> None:
    assert_refused(client.get(f"{place(path, user)}?cursor={cursor}"), 400, "invalid")


@pytest.mark.parametrize(("method", "path"), READERS)
def test_no_operation_reads_what_is_no_json_object(
    client: APIClient, user: User, method: str, path: str
) -> None:
    url = place(path, user)
    before = everything()

    for body in BAD_BODIES.values():
        answer = client.generic(method, url, body, "application/json")

        assert_refused(answer, 400, "invalid")
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), READERS)
def test_no_operation_reads_another_type_of_body(
    client: APIClient, user: User, method: str, path: str
) -> None:
    url = place(path, user)
    before = everything()
    good = json.dumps(EVERYTHING_GOOD)

    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "",
    ):
        assert_refused(client.generic(method, url, good, kind), 415, "unsupported_media_type")
    assert everything() == before


@pytest.mark.parametrize("value", [5, True, [], {}, "a\0b", "\ud800"], ids=repr)
@pytest.mark.parametrize(
    ("method", "path"), [each for each in READERS if each[1] not in READ_NO_TEXT]
)
def test_no_text_is_something_else(
    client: APIClient, user: User, method: str, path: str, value: Any
) -> None:
    url = place(path, user)
    before = everything()

    body = json.dumps(dict.fromkeys(EVERYTHING_GOOD, value))
    answer = client.generic(method, url, body, "application/json")

    assert answer.status_code in (400, 401), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), READERS)
def test_null_is_absent_where_a_field_may_be_absent(
    client: APIClient, user: User, method: str, path: str
) -> None:
    """Whoever names only nulls has named nothing; a PATCH ignores fields it does not know."""
    url = place(path, user)

    nulls, nothing = (
        client.generic(method, url, json.dumps(body), "application/json").status_code
        for body in (dict.fromkeys(EVERYTHING_GOOD), {})
    )

    assert nulls == nothing or (method, nulls) == ("PATCH", 200)
