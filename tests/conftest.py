import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase, override_settings
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User
from tests.captured import Captured
from tests.factories import UserFactory
from tests.fakes import ScriptedLLM
from tests.servers import TodoChat
from tests.sharding import spread

SignIn = Callable[[User], APIClient]
Plays = Callable[..., ScriptedLLM]

# A shell that starts the tests in the background has them ignore Ctrl-C, and all they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest
) -> None:
    """With ``--database sharded``, also spread."""
    if request.config.getoption("database") == "sharded":
        with django_db_blocker.unblock():
            spread()


@pytest.fixture(autouse=True, scope="session")
def static_files_as_they_are() -> Iterator[None]:
    """A page made in this process needs none that are collected; a server has collected them."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield


@pytest.fixture(autouse=True, scope="session")
def rows_of_the_migrations_stay() -> Iterator[None]:
    """What a test has committed is deleted; to make permissions anew takes ten times as long."""

    def delete_the_rest(case: TransactionTestCase) -> None:
        tables = connection.introspection.django_table_names(only_existing=True)
        emptied = sorted({*tables} - {"django_content_type", "auth_permission"})
        if connection.vendor == "postgresql":
            delete_all(emptied)
        else:
            connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), emptied))

    def delete_all(tables: list[str]) -> None:
        """TRUNCATE, which waits for other writers too, takes eight times as long for a few rows."""
        names = [connection.ops.quote_name(table) for table in tables]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE")
            cursor.execute("SET LOCAL session_replication_role = replica")  # all go: check no key
            cursor.execute("; ".join(f"DELETE FROM {name}" for name in names))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete_the_rest)
        yield


@pytest.fixture(autouse=True, scope="session")
def captured(request: pytest.FixtureRequest) -> Iterator[Captured]:
    captured = Captured(is_sharded=request.config.getoption("database") == "sharded")
    connection_created.connect(captured.listen)
    yield captured
    connection_created.disconnect(captured.listen)


@pytest.fixture(autouse=True)
def statements_name_one_owner(captured: Captured) -> Iterator[None]:
    """On PostgreSQL: all that the product asks in the test, see tests/captured.py."""
    yield
    faults = captured.faults()
    assert not faults, "\n".join(faults)


@pytest.fixture(autouse=True)
def fresh_counters() -> Iterator[None]:
    """The rate limits of one test are not those of the next."""
    yield
    cache.clear()


@pytest.fixture
def sign_in() -> SignIn:
    """A client that sends a user's access token, and answers a crash as a server would."""

    def client_of(user: User) -> APIClient:
        client = APIClient(raise_request_exception=False)
        access = RefreshToken.for_user(user).access_token
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        return client

    return client_of


@pytest.fixture
def user(db: None) -> User:
    return UserFactory()


@pytest.fixture
def stranger(db: None) -> User:
    return UserFactory()


@pytest.fixture
def client(user: User, sign_in: SignIn) -> APIClient:
    """Signed in as ``user``."""
    return sign_in(user)


@pytest.fixture
def stranger_client(stranger: User, sign_in: SignIn) -> APIClient:
    return sign_in(stranger)


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient(raise_request_exception=False)


Serves = Callable[..., TodoChat]


@pytest.fixture
def serves(transactional_db: None) -> Iterator[Serves]:
    """``serves(AGENT_LEASE="1", …)`` starts a real server on the database of the test."""
    with ExitStack() as running:
        yield lambda **settings: running.enter_context(TodoChat(database_url(), **settings))


def database_url() -> str:
    """The database of this test (each worker has its own), for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch) -> Plays:
    """``plays(step, …)`` puts a scripted language model in the place of the chosen one."""

    def install(*steps: object) -> ScriptedLLM:
        llm = ScriptedLLM(*steps)
        monkeypatch.setattr("chat.turns.chosen_llm", lambda: llm)
        return llm

    return install
