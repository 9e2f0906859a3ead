"""What the logs tell, and what they do not."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import LLMUnavailable
from config.gunicorn import Logger
from config.logging import PLAIN, JSONFormatter, PlainFormatter
from conversations.models import Message
from tests.chat.streams import read
from tests.conftest import Plays
from tests.factories import ConversationFactory
from todos.models import Task
from web.request_id import current_request_id


def test_a_request_is_a_line_without_its_query(
    client: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    client.get("/api/conversations/?search=my+secret+plans")

    (line,) = [line for line in caplog.messages if line.startswith("GET")]
    assert line.startswith("GET /api/conversations/ 200 ")
    assert "secret" not in caplog.text


def test_a_tag_in_an_address_is_a_word_and_no_line_of_its_own(
    client: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(JSONFormatter())

    client.put("/api/tags/my secret plans/", {"name": "more"})
    client.get("/api/no%0AINFO%20a%20line")

    assert "PUT /api/tags/\\u2026 " in caplog.text
    assert "secret" not in caplog.text
    assert "GET /api/no%0AINFO%20a%20line 404 " in caplog.text


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Invalid request from ip=10.0.0.1: Invalid HTTP request line: 'my secret'", "line: …"),
        ("Invalid request from ip=::1: Invalid HTTP Header: b'my secret'", "Header: b…"),
        ("Error handling request GET /?search=my+secret", "handling request …"),
    ],
)
def test_gunicorn_quotes_no_request(line: str, told: str) -> None:
    record = logging.LogRecord("gunicorn.error", logging.ERROR, __file__, 1, line, (), None)

    text = json.loads(JSONFormatter().format(record))["message"]

    assert text.endswith(told)
    assert "secret" not in text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("my secret"), "ValueError"),
        (DataError('invalid date: "my secret"'), "django.db.utils.DataError"),
        (NameError("name 'x' is not defined"), "NameError: name 'x' is not defined"),
        (
            IntegrityError('violates "one_tag"\nDETAIL:  Key (name)=(my secret) already exists.'),
            'django.db.utils.IntegrityError: violates "one_tag"',
        ),
    ],
)
@pytest.mark.parametrize("formatter", [JSONFormatter(), PlainFormatter(PLAIN)])
def test_a_crash_tells_where_and_no_words(
    formatter: logging.Formatter, error: Exception, told: str
) -> None:
    try:
        try:
            raise type(error)(*error.args)
        except Exception as cause:
            raise KeyError(str(error)) from cause
    except KeyError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())

    text = formatter.format(record)

    line = json.loads(text)["exception"] if text.startswith("{") else text
    assert f"\n{told}\n\nwhich led to:\n" in line
    assert line.endswith("\nKeyError")
    assert line.count(", in test_a_crash_tells_where_and_no_words\n") == 2
    assert "secret" not in line


def test_json_is_one_object_a_line_and_names_the_request() -> None:
    record = logging.LogRecord("chat.turns", logging.WARNING, __file__, 1, "two\nlines", (), None)
    token = current_request_id.set("abc-123")
    try:
        text = JSONFormatter().format(record)
    finally:
        current_request_id.reset(token)

    assert "\n" not in text
    line = json.loads(text)
    assert (line["level"], line["logger"], line["message"]) == (
        "WARNING",
        "chat.turns",
        "two\nlines",
    )
    assert line["request_id"] == "abc-123"
    assert line["time"].endswith("+00:00")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("fault", "status"), [(LLMUnavailable(), 503), (KeyError("x"), 500)])
def test_every_line_of_a_request_that_failed_names_it(
    client: APIClient, plays: Plays, fault: Exception, status: int
) -> None:
    plays(fault)
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JSONFormatter())
    logging.getLogger().addHandler(handler)

    try:
        answer = client.post(
            "/api/chat/", {"message": "Hello"}, headers={"X-Request-ID": "abc-123"}
        )
    finally:
        logging.getLogger().removeHandler(handler)

    assert answer.status_code == status
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert {line["request_id"] for line in told} == {"abc-123"}
    assert [line["level"] for line in told if line["logger"] == "django.request"] == ["ERROR"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [LLMUnavailable(), KeyError("x")])
def test_every_line_of_a_stream_that_failed_names_its_request(
    client: APIClient, plays: Plays, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    plays(fault)
    caplog.handler.setFormatter(JSONFormatter())

    answer = client.post(
        "/api/chat/", {"message": "Hello", "stream": True}, headers={"X-Request-ID": "abc-123"}
    )

    assert [event.name for event in read(answer)][-1] == "turn.failed"
    told = [json.loads(line) for line in caplog.text.splitlines()]
    assert {line["request_id"] for line in told} == {"abc-123"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("table", "path"),
    [
        (Message, "/api/conversations/{}/export/"),
        (Message, "/api/conversations/{}/export/?format=markdown"),
        (Task, "/api/auth/me/export/"),
    ],
)
def test_a_file_that_breaks_off_names_its_request_and_user(
    client: APIClient, user: User, table: Any, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = ConversationFactory(user=user)
    answer: Any = client.get(path.format(conversation.pk), headers={"X-Request-ID": "abc-123"})
    caplog.handler.setFormatter(JSONFormatter())
    caplog.clear()

    with renamed(table), pytest.raises(ConnectionResetError):
        list(answer.streaming_content)

    (line,) = [json.loads(line) for line in caplog.text.splitlines()]
    assert (line["request_id"], line["user_id"]) == ("abc-123", str(user.pk))
    assert "Traceback" in line["exception"]


@contextmanager
def renamed(table: Any) -> Iterator[None]:
    name = connection.ops.quote_name(table._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {name}")


def test_json_tells_where_it_crashed() -> None:
    try:
        raise OperationalError("no such table")
    except OperationalError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())

    assert (
        "test_json_tells_where_it_crashed"
        in json.loads(JSONFormatter().format(record))["exception"]
    )


def test_gunicorn_puts_no_line_together_for_a_request() -> None:
    logger = Logger.__new__(Logger)  # whose setup would be that of this process

    logger.access(resp=None, req=None, environ={}, request_time=None)
