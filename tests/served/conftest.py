"""Servers that the tests of this folder share, since each takes seconds to start."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from shutil import which

import pytest
from django.conf import settings

from tests.conftest import database_url
from tests.served.processes import Model, Mortal
from tests.served.proxy import NGINX
from tests.servers import ROOT, Postgres

Pair = tuple[Mortal, Mortal]


@pytest.fixture(scope="package")
def shared_model() -> Iterator[Model]:
    with Model() as model:
        yield model


@pytest.fixture
def model(shared_model: Model) -> Iterator[Model]:
    """Ready for ``model.begin(…)``; in the end nothing that broke the rules was asked of it."""
    shared_model.begin()
    yield shared_model
    assert shared_model.refused == []


@pytest.fixture(scope="package")
def shared_pair(django_db_setup: None, shared_model: Model) -> Iterator[Pair]:
    with ExitStack() as running:
        yield (
            running.enter_context(served(shared_model)),
            running.enter_context(served(shared_model)),
        )


@pytest.fixture
def pair(transactional_db: None, shared_pair: Pair) -> Pair:
    """Two server processes on one database."""
    return shared_pair


@pytest.fixture(scope="package")
def shared_mortals(django_db_setup: None, shared_model: Model) -> Iterator[Pair]:
    """Their lease is shorter than a call may last, so that a late worker has something to say."""
    with ExitStack() as running:
        yield (
            running.enter_context(served(shared_model, AGENT_LEASE="1.5")),
            running.enter_context(served(shared_model, AGENT_LEASE="1.5")),
        )


@pytest.fixture
def mortals(transactional_db: None, shared_mortals: Pair) -> Pair:
    """Two server processes with a short lease: one to kill, and one that goes on."""
    mortal, _ = shared_mortals
    if not mortal.running:
        mortal.start()
    return shared_mortals


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server of the module's own, with the tables: it may crash and be away."""
    with Postgres() as server:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        environment = {**os.environ, "DATABASE_URL": server.url}
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        yield server


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(64) as pool:
        yield pool


def served(model: Model, kind: type[Mortal] = Mortal, **others: str) -> Mortal:
    """A server of one process, which knows the tokens that the tests make.

    It leaves the turns of the dead alone, because most tests look at those themselves.
    """
    settings_of_tests = {
        "SECRET_KEY": settings.SECRET_KEY,
        "JWT_SIGNING_KEY": settings.JWT_SIGNING_KEY,
        "OPENAI_BASE_URL": model.url,
        "AGENT_FINISH_TURNS": "0",
        "REMIND": "0",
        "WEB_CONCURRENCY": "1",
        "CHAT_RATE": "1000/s",
    }
    return kind(database_url(), **{**settings_of_tests, **others})


@pytest.fixture(scope="module")
def installed() -> None:
    if NGINX is None or which("openssl") is None:
        pytest.skip("Tests of the proxy need nginx and openssl. Try: apt install nginx openssl")
