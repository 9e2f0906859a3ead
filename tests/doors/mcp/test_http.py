"""What HTTP says before a message is read, and what a client finds out about signing in."""

from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from tests.doors.mcp.wire import handshake, modern, post

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

PING = handshake("ping")


def shape(response: Any) -> tuple[int, str]:
    body = response.json()
    assert (body["jsonrpc"], body["id"]) == ("2.0", None)
    assert body["error"]["data"]["request_id"] == response["X-Request-ID"]
    return response.status_code, body["error"]["data"]["code"]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_messages_are_posted_and_nothing_else(client: APIClient, method: str) -> None:
    response = getattr(client, method)("/mcp")

    assert shape(response) == (405, "method_not_allowed")
    assert response["Allow"] == "POST"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example.com"}, 403),
        ({"Host": "testserver.evil.example.com"}, 403),
        ({"Host": "no host at all"}, 403),
        ({"Origin": "http://evil.example.com"}, 403),
        ({"Origin": "https://testserver"}, 403),  # another scheme is another site
        ({"Origin": "http://testserver:8080"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://pages.example.org"}, 200),
        ({}, 200),
    ],
)
def test_other_sites_are_kept_out(
    client: APIClient, settings: LazySettings, headers: dict[str, str], status: int
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.CORS_ALLOWED_ORIGINS = ["https://pages.example.org"]

    response = post(client, PING, headers)

    assert response.status_code == status
    if status == 403:
        assert shape(response) == (403, "foreign_origin")


def test_a_stranger_is_kept_out_before_anybody_asks_who_they_are(anonymous: APIClient) -> None:
    response = anonymous.get("/mcp", headers={"Host": "evil.example.com"})

    assert response.status_code == 403


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("application/json, text/event-stream", 200),
        ("text/event-stream;q=1, APPLICATION/JSON;q=0.5", 200),
        ("*/*", 200),
        ("", 200),
        ("text/event-stream", 406),
        ("text/html", 406),
    ],
)
def test_an_answer_is_json(client: APIClient, accept: str, status: int) -> None:
    assert post(client, PING, {"Accept": accept}).status_code == status


@pytest.mark.parametrize("kind", ["text/plain", "application/jsonp", "text/json", ""])
def test_a_message_is_json(client: APIClient, kind: str) -> None:
    response = client.generic("POST", "/mcp", b"{}", kind)

    assert shape(response) == (415, "unsupported_media_type")


def test_a_message_is_no_larger_than_elsewhere(client: APIClient) -> None:
    response = post(client, modern("tools/list", {"more": "x" * 140_000}))

    assert shape(response) == (413, "payload_too_large")


def test_who_brings_no_key_is_told_where_to_read_on(anonymous: APIClient) -> None:
    response = post(anonymous, PING)
    where = "http://testserver/.well-known/oauth-protected-resource/mcp"

    assert shape(response) == (401, "not_authenticated")
    assert "Bearer tc_" in response.json()["error"]["message"]
    assert response["WWW-Authenticate"] == f'Bearer resource_metadata="{where}"'

    told = anonymous.get(where).json()
    assert told["resource"] == "http://testserver/mcp"
    assert told["bearer_methods_supported"] == ["header"]
    assert "authorization_servers" not in told


def test_what_is_not_there_is_told_in_the_same_words(client: APIClient) -> None:
    assert shape(client.get("/mcp/tools")) == (404, "not_found")
