"""The numbers for Prometheus, as an operator's scraper gets them."""

import pytest
from django.utils import timezone
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings
from rest_framework.test import APIClient

from conversations.models import Turn
from oversight.metrics import folder
from tests.factories import LEASE, ConversationFactory

TOKEN = "a token of the one who looks"
PARTS = ("database", "migrations", "cache", "clock")


@pytest.fixture
def with_token(settings: Settings) -> str:
    settings.METRICS_TOKEN = TOKEN
    settings.NODE = "eu/1"
    return f"Bearer {TOKEN}"


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
def test_without_a_token_of_the_settings_there_is_nothing(anonymous: APIClient, path: str) -> None:
    answer = anonymous.get(path, HTTP_AUTHORIZATION="Bearer ")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ü"],
)
def test_whoever_has_not_the_token_is_told_nothing(
    anonymous: APIClient, with_token: str, given: str
) -> None:
    answer = anonymous.get("/metrics", HTTP_AUTHORIZATION=given)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="metrics"'


def test_it_is_no_door_of_users(client: APIClient, with_token: str) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.post("/metrics", HTTP_AUTHORIZATION=with_token).status_code == 405


@pytest.mark.django_db
def test_what_the_record_says_now_is_told_with_what_runs(
    anonymous: APIClient, with_token: str, settings: Settings
) -> None:
    _open, dead, done = (ConversationFactory().begin_turn("Hello", LEASE) for _ in range(3))
    Turn.objects.filter(pk=dead.pk).update(lease_expires_at=timezone.now())
    done.finish(Turn.Status.COMPLETED, "Hello.")

    answer = anonymous.get("/metrics", HTTP_AUTHORIZATION=with_token)

    told = list(text_string_to_metric_families(answer.content.decode()))
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in told
        for sample in family.samples
        if family.name != "todo_chat_build_info"
    }
    assert values == {
        ("todo_chat_turns_open",): 2,
        ("todo_chat_turns_dead",): 1,
        ("todo_chat_reminders_due",): 0,
        ("todo_chat_deliveries_due",): 0,
        **{("todo_chat_part_up", part): 1 for part in PARTS},
    }
    (build,) = (family for family in told if family.name == "todo_chat_build_info")
    (sample,) = build.samples
    assert (sample.labels["version"], sample.labels["node"]) == (settings.VERSION, "eu/1")
    assert folder().name == "eu%2F1"
    assert not folder().exists()


@pytest.mark.django_db
def test_it_is_told_in_the_words_of_openmetrics_to_whoever_asks_for_them(
    anonymous: APIClient, with_token: str
) -> None:
    accept = "application/openmetrics-text; version=1.0.0"
    answer = anonymous.get("/metrics", HTTP_AUTHORIZATION=with_token, HTTP_ACCEPT=accept)

    assert answer["Content-Type"].startswith("application/openmetrics-text")
    assert "todo_chat_turns_open" in {each.name for each in open_metrics(answer.content.decode())}
