"""What the log tells of a turn at each level."""

import json
import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from rest_framework.test import APIClient

from agent.llm import LLMUnavailable
from config.logging import logs
from tests.chat.conftest import Connects
from tests.conftest import Plays
from tests.fakes import call
from tests.fakes.answers import asks, says

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@contextmanager
def logged_at(level: str) -> Iterator[StringIO]:
    """All that is written to the log meanwhile."""
    lines = StringIO()
    logging.config.dictConfig(logs(True, level))
    [handler] = logging.getLogger().handlers
    handler.setStream(lines)  # type: ignore[attr-defined]
    try:
        yield lines
    finally:
        logging.config.dictConfig(logs(False, "INFO"))


def test_at_any_level_no_words_are_told(client: APIClient, connects: Connects) -> None:
    connects(asks(call("create_task", title="Zwetschgen")), says("Zwetschgen it is."))

    with logged_at("DEBUG") as lines:
        client.post("/api/chat/", {"message": "Zwetschgen, please"})
        client.get("/api/conversations/?search=Zwetschgen")
        logging.getLogger("chat.turns").debug("of ours")
        logging.getLogger("openai").debug("of others")

    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["message"] for line in told if line["level"] == "DEBUG"] == ["of ours"]
    assert any(line["logger"] == "telemetry.turns" for line in told)
    assert "wetschgen" not in lines.getvalue()


def test_a_higher_level_leaves_lines_out(client: APIClient, plays: Plays) -> None:
    plays(["Hello."], LLMUnavailable())

    with logged_at("WARNING") as lines:
        for _ in range(2):
            client.post("/api/chat/", {"message": "Hello"})

    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["status"] for line in told if line["logger"] == "telemetry.turns"] == ["failed"]
    assert {line["level"] for line in told} <= {"WARNING", "ERROR"}
