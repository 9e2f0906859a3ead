from datetime import date, time

import pytest

from accounts.models import User
from tests.factories import TaskFactory
from todos.models import Task


@pytest.fixture
def task(user: User) -> Task:
    return TaskFactory(
        user=user, title="old", notes="kept", due_date=date(2026, 11, 20), due_time=time(17, 30)
    )
