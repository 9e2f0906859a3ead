"""One server and one model for all doors, since each takes a second to start."""

from collections.abc import Iterator

import pytest

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
