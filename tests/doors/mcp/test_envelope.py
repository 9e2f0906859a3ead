"""How a message is refused: the protocol's own code and status, whatever is wrong with it."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.doors.mcp.wire import MODERN, handshake, headers_of, meta, modern, post
from todos.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

LIST = modern("tools/list")
ADD = modern("tools/call", {"name": "create_task", "arguments": {"title": "Milk"}})
CODED = "=?base64?Y3JlYXRlX3Rhc2s=?="  # create_task
DEEP = "[" * 100_000 + "]" * 100_000


def told(body: Any, **headers: str) -> tuple[str, dict[str, str]]:
    """As it stands on the wire; a header without a value is left out."""
    text = body if isinstance(body, str) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return text, {n: v for n, v in {**headers_of(body), **named}.items() if v}


def without(name: str) -> dict[str, Any]:
    kept = {key: value for key, value in meta().items() if not key.endswith(name)}
    return {**LIST, "params": {"_meta": kept}}


def of_version(version: Any) -> dict[str, Any]:
    return {**LIST, "params": {"_meta": meta(version)}}


REFUSED = {
    "no JSON": (told("{nope"), 400, -32700),
    "nothing": (told(""), 400, -32700),
    "no UTF-8": (told('"\udcff"'), 400, -32700),
    "a key twice": (told('{"jsonrpc": "2.0", "id": 1, "id": 2, "method": "ping"}'), 400, -32700),
    "not a number": (told('{"jsonrpc": "2.0", "id": NaN, "method": "ping"}'), 400, -32700),
    "far too deep": (told(DEEP[:120_000]), 400, -32700),
    "a batch": (told([handshake("ping")]), 400, -32600),
    "a text": (told('"ping"'), 400, -32600),
    "another JSON-RPC": (told({**handshake("ping"), "jsonrpc": "1.0"}), 400, -32600),
    "a response": (told({"jsonrpc": "2.0", "id": 1, "result": {}}), 400, -32600),
    "a method that is no text": (told({**handshake("ping"), "method": 5}), 400, -32600),
    "no id": (told({**handshake("ping"), "id": None}), 400, -32600),
    "half an id": (told({**handshake("ping"), "id": 1.5}), 400, -32600),
    "yes as id": (told({**handshake("ping"), "id": True}), 400, -32600),
    "an id without end": (told({**handshake("ping"), "id": "x" * 5_000}), 400, -32600),
    "an id of many digits": (told({**handshake("ping"), "id": 10**400}), 400, -32600),
    "params that are a list": (told({**handshake("ping"), "params": []}), 400, -32602),
    "no _meta": (told(handshake("tools/list"), MCP_Protocol_Version=MODERN), 400, -32602),
    "no version": (told(without("protocolVersion"), MCP_Protocol_Version=MODERN), 400, -32602),
    "no capabilities": (told(without("clientCapabilities")), 400, -32602),
    "another method": (told(LIST, Mcp_Method="prompts/list"), 400, -32020),
    "a method in capitals": (told(LIST, Mcp_Method="TOOLS/LIST"), 400, -32020),
    "no header of the method": (told(LIST, Mcp_Method=""), 400, -32020),
    "no header of the version": (told(LIST, MCP_Protocol_Version=""), 400, -32020),
    "another version": (told(LIST, MCP_Protocol_Version="2025-11-25"), 400, -32020),
    "a header twice": (told(LIST, Mcp_Method="tools/list,tools/list"), 400, -32020),
    "another tool": (told(ADD, Mcp_Name="delete_task"), 400, -32020),
    "no header of the tool": (told(ADD, Mcp_Name=""), 400, -32020),
    "Base64 that is none": (told(ADD, Mcp_Name="=?base64?create_task?="), 400, -32020),
    "another Base64": (told(ADD, Mcp_Name="=?base64?ZGVsZXRlX3Rhc2s=?="), 400, -32020),
    "a version to come": (
        told(of_version("2099-01-01"), MCP_Protocol_Version="2099-01-01"),
        400,
        -32022,
    ),
    "an unknown one before it": (
        told(handshake("ping"), MCP_Protocol_Version="1999-01-01"),
        400,
        -32022,
    ),
    "an unknown method": (told(modern("tools/sing")), 404, -32601),
    "the handshake, too late": (told(modern("initialize")), 404, -32601),
    "a ping, too late": (told(modern("ping")), 404, -32601),
    "a method to come": (told(handshake("server/discover")), 200, -32601),
    "an unknown method of then": (told(handshake("resources/list")), 200, -32601),
    "an unknown tool": (told(modern("tools/call", {"name": "remember"})), 400, -32602),
    "an unknown tool of then": (told(handshake("tools/call", {"name": "fly"})), 200, -32602),
    "arguments that are a list": (
        told(modern("tools/call", {"name": "create_task", "arguments": []})),
        400,
        -32602,
    ),
    "a second page": (told(modern("tools/list", {"cursor": "2"})), 400, -32602),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_message_is_refused_in_the_words_of_the_protocol(client: APIClient, fault: str) -> None:
    (text, headers), status, code = REFUSED[fault]

    response = send(client, text, headers)

    body = response.json()
    assert (response.status_code, body["error"]["code"]) == (status, code)
    assert body["jsonrpc"] == "2.0"
    assert body["error"]["data"]["request_id"] == response["X-Request-ID"]
    assert body["error"]["message"]
    assert not Task.objects.exists()


def send(client: APIClient, text: str, headers: dict[str, str]) -> Any:
    sent = text.encode(errors="surrogateescape")
    return client.generic("POST", "/mcp", sent, "application/json", headers=headers)


def test_an_unknown_version_is_told_which_are_served(client: APIClient) -> None:
    (text, headers), *_ = REFUSED["a version to come"]

    data = send(client, text, headers).json()["error"]["data"]

    assert (data["supported"], data["requested"]) == ([MODERN], "2099-01-01")


@pytest.mark.parametrize(
    "headers",
    [
        {"Mcp-Name": CODED},
        {"Mcp-Name": "  create_task\t"},
        {"mcp-name": "create_task", "MCP-METHOD": "tools/call"},
    ],
)
def test_headers_are_read_as_proxies_write_them(client: APIClient, headers: dict[str, str]) -> None:
    response = post(client, ADD, headers)

    assert response.status_code == 200
    assert Task.objects.get().title == "Milk"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2023-01-01", "2025-11-25"),
        (["2025-06-18"], "2025-11-25"),
    ],
)
def test_a_handshake_agrees_on_a_version(client: APIClient, asked: Any, given: str) -> None:
    result = post(client, handshake("initialize", {"protocolVersion": asked})).json()["result"]

    assert result["protocolVersion"] == given
    assert result["capabilities"] == {"tools": {}}
    assert "Europe/Berlin" not in result["instructions"]


def test_a_notification_is_taken_without_a_word(client: APIClient) -> None:
    said = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    asked = {"jsonrpc": "2.0", "method": "tools/call", "params": ADD["params"]}

    answers = [post(client, body, {}) for body in (said, asked)]

    assert [(each.status_code, each.content) for each in answers] == [(202, b"")] * 2
    assert not Task.objects.exists()


def test_what_was_asked_comes_back_with_its_id(client: APIClient) -> None:
    for id in ("a", "", 0, -7, 2**53):
        answer = post(client, {**LIST, "id": id}).json()
        assert (answer["id"], answer["result"]["resultType"]) == (id, "complete")
    refused = post(client, {**modern("nope"), "id": "z"}).json()
    assert refused["id"] == "z"
