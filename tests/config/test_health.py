import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from config.version import VERSION
from tests.conftest import SignIn
from tests.factories import UserFactory
from tests.servers import ROOT, Valkey


def test_the_process_is_up_without_a_database(anonymous: APIClient) -> None:
    answer = anonymous.get("/health/")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert anonymous.get("/health").status_code == 200


@pytest.mark.django_db
def test_ready_names_every_part(anonymous: APIClient) -> None:
    answer = anonymous.get("/health/ready/")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "cache": "ok",
        "clock": "ok",
        "assistant": "built-in",
    }


@pytest.mark.django_db
def test_the_staff_are_told_which_version_runs_where(
    anonymous: APIClient, sign_in: SignIn, settings: Settings
) -> None:
    settings.NODE = "node-2"
    staff = UserFactory(is_staff=True)
    browser = Client()
    browser.force_login(staff)

    for client in (browser, sign_in(staff)):
        told = client.get("/health/ready/").json()
        assert (told["version"], told["node"]) == (VERSION, "node-2")
    others = [anonymous, sign_in(UserFactory()), APIClient(headers={"Authorization": "Bearer x"})]
    for client in others:
        assert not {"version", "node"} & set(client.get("/health/ready/").json())


def test_the_changelog_has_the_version() -> None:
    """The latest release, or one that is on its way."""
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)

    assert VERSION in headings[:2]


@pytest.mark.django_db
def test_ready_tells_a_configured_assistant(anonymous: APIClient, settings: Settings) -> None:
    settings.OPENROUTER_API_KEY = "sk-or-very-secret"

    answer = anonymous.get("/health/ready/")

    assert answer.json()["assistant"] == "configured"
    assert "secret" not in answer.content.decode()


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready(anonymous: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'todos'")

    answer = anonymous.get("/health/ready/")

    assert answer.status_code == 503
    assert answer.json()["migrations"] == "down"
    assert answer.json()["database"] == "ok"


@pytest.mark.only_on("postgresql")  # SQLite has the clock of its process
@pytest.mark.parametrize(("seconds", "clock"), [(-600, "off"), (3, "ok"), (9, "off")])
def test_a_clock_that_is_not_the_databases_is_told(
    db: None, anonymous: APIClient, seconds: int, clock: str
) -> None:
    with time_machine.travel(timedelta(seconds=seconds)):
        answer = anonymous.get("/health/ready/")

    assert answer.status_code == 200
    assert answer.json()["clock"] == clock
    assert answer.json()["status"] == ("ok" if clock == "ok" else "degraded")


@pytest.mark.django_db
def test_without_its_cache_it_is_degraded_and_says_nothing_of_why(
    anonymous: APIClient, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://user:secret@127.0.0.1:1/0"
    settings.CACHES = {
        "default": {"BACKEND": "web.cache.RedisOrMemoryCache", "LOCATION": settings.REDIS_URL}
    }

    answer = anonymous.get("/health/ready/")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "database": "ok",
        "migrations": "ok",
        "cache": "down",
        "clock": "ok",
        "assistant": "built-in",
    }
    assert anonymous.get("/health/").status_code == 200


@pytest.mark.django_db
def test_a_cache_that_is_there_is_ready(anonymous: APIClient, settings: Settings) -> None:
    with Valkey() as valkey:
        settings.CACHES = {
            "default": {"BACKEND": "web.cache.RedisOrMemoryCache", "LOCATION": valkey.url}
        }
        answer = anonymous.get("/health/ready/")
        caches["default"]._cache.get_client(write=True).connection_pool.disconnect()

    assert answer.json()["cache"] == answer.json()["status"] == "ok"
