"""What is told of queries that take long."""

import json
import logging
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from rest_framework.test import APIClient

from config.logging import JSONFormatter
from telemetry import queries

SECRET = "Zwetschgenknödel"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slow_at() -> Iterator[None]:
    """Every query is."""
    receivers, wrappers = connection_created.receivers, connection.execute_wrappers
    connection_created.receivers, connection.execute_wrappers = [], []
    queries.watch(1e-9)
    connection.close()
    yield
    connection.close()
    connection_created.receivers, connection.execute_wrappers = receivers, wrappers


@pytest.mark.usefixtures("slow_at")
def test_its_statement_and_its_request_and_no_words(
    client: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    for path, body in (
        ("/api/chat/", {"message": f"add {SECRET} tomorrow"}),
        ("/api/tasks/", {"title": SECRET, "tags": [SECRET], "notes": SECRET}),
    ):
        client.post(path, body, headers={"X-Request-ID": "abc-123"})
    for path in ("conversations", "tasks"):
        client.get(f"/api/{path}/?search={SECRET}", headers={"X-Request-ID": "abc-123"})

    slow = [each for each in caplog.records if each.name == "telemetry.queries"]
    told = [json.loads(JSONFormatter().format(each)) for each in slow]
    assert len(told) > 10
    assert {(line["level"], line["message"]) for line in told} == {("WARNING", "a slow query")}
    assert all(isinstance(line["ms"], int) for line in told)
    assert any("INSERT INTO" in line["sql"] and "todos_task" in line["sql"] for line in told)
    assert SECRET not in json.dumps(told, ensure_ascii=False)


def test_others_are_not_told(client: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    client.get("/api/tasks/")

    assert [each for each in caplog.records if each.name == "telemetry.queries"] == []
    assert sum(each.__module__ == "telemetry.queries" for each in connection.execute_wrappers) == 1
