"""JSON as the API takes it: strict, because what two readers understand differently is a hole."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from conversations.models import Conversation

pytestmark = pytest.mark.only_on("sqlite")

URL = "/api/conversations/"
JSON = "application/json"


def post(client: APIClient, body: str | bytes, content_type: str = JSON) -> Any:
    return client.generic("POST", URL, body, content_type)


def nested(depth: int) -> str:
    """An object with ``depth`` levels, its own included."""
    return '{"title": "x", "more": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


GOOD = [
    '{"title": "x"}',
    b' \r\n\t{"title":"x"}\n',
    '{"title": "x", "role": "system", "tool_calls": [{"id": 1}], "n": 1.5e3}',
    '{"title": "\\u0078"}',
    nested(32),
]


@pytest.mark.parametrize("body", GOOD)
def test_json_is_read_and_what_nobody_asked_for_is_ignored(
    client: APIClient, body: str | bytes
) -> None:
    answer = post(client, body)

    assert answer.status_code == 201
    assert answer.json()["title"] == "x"


BAD = {
    "nothing but a brace": "{",
    "text after the value": '{"title": "x"} x',
    "two values": '{"title": "x"}{"title": "x"}',
    "single quotes": "{'title': 'x'}",
    "a comma too many": '{"title": "x",}',
    "a comment": '{"title": "x"} // x',
    "a raw line feed in a string": '{"title": "a\nb"}',
    "NaN": '{"title": "x", "n": NaN}',
    "Infinity": '{"title": "x", "n": Infinity}',
    "-Infinity": '{"title": "x", "n": [-Infinity]}',
    "a number beyond all floats": '{"title": "x", "n": 1e999}',
    "an integer of 5,000 digits": '{"title": "x", "n": ' + "9" * 5000 + "}",
    "a key that stands twice": '{"title": "x", "title": "y"}',
    "a key that stands twice further in": '{"title": "x", "more": [{"a": 1, "a": 1}]}',
    "33 levels": nested(33),
    "100 levels": nested(100),
    "1,000 levels": nested(1000),
    "60,000 levels": nested(60_000),
    "levels without an end": "[" * 100_000,
    "bytes that are no UTF-8": b'{"title": "\xff\xfe"}',
    "a surrogate in UTF-8": b'{"title": "\xed\xa0\x80"}',
    "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"title": "x"}',
    "a list": "[]",
    "a string": '"x"',
    "null": "null",
    "a number": "5",
    "white space": "   ",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_anything_else_is_400_and_nothing_is_kept(client: APIClient, body: str | bytes) -> None:
    answer = post(client, body)

    assert answer.status_code == 400, answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid"
    assert not Conversation.objects.exists()


def test_the_limit_of_levels_holds_for_both_brackets(client: APIClient) -> None:
    deep: Any = "x"
    for _ in range(32):
        deep = {"title": deep}

    assert "nested" in post(client, json.dumps([deep])).json()["detail"]
    assert "nested" not in post(client, json.dumps(deep)).json()["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=utf-7",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/json; charset=hex",
        "x",
        "",
    ],
)
def test_another_type_of_body_is_415(client: APIClient, content_type: str) -> None:
    answer = post(client, '{"title": "x"}', content_type)

    assert answer.status_code == 415
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unsupported_media_type"
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("charset", ["utf-7", "utf-16"])
def test_a_query_is_never_read_in_another_encoding(client: APIClient, charset: str) -> None:
    answer = client.generic("GET", f"{URL}?search=%2B2AA-", b"", f"{JSON}; charset={charset}")

    assert answer.status_code == 415


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_json_may_say_that_it_is_utf8(client: APIClient, content_type: str) -> None:
    answer = post(client, '{"title": "Bücher"}', content_type)

    assert answer.json()["title"] == "Bücher"


def test_a_body_of_nothing_is_an_object_of_nothing(client: APIClient) -> None:
    assert post(client, b"").status_code == 201
