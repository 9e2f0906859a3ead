"""One server and one model for all doors, since each takes a second to start."""

from collections.abc import Iterator

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from tests.doors.clients import Client, python_client
from tests.served.conftest import served
from tests.served.processes import Model, Mortal


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
def shared_server(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    with served(shared_model) as server:
        yield server


@pytest.fixture
def server(transactional_db: None, shared_server: Mortal) -> Mortal:
    return shared_server


@pytest.fixture(scope="package")
def shared_page(shared_server: Mortal) -> Iterator[Client]:
    with python_client("chatkit_door.py", shared_server.url) as page:
        yield page


@pytest.fixture
def page(shared_page: Client, server: Mortal, model: Model, user: User) -> Client:
    """With ChatKit in it, and ``user`` before it."""
    shared_page.ask("sign_in", token=str(AccessToken.for_user(user)))
    return shared_page
