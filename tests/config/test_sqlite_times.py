"""How times of SQLite are read."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-30 01:49:12.504037", datetime(2026, 11, 30, 1, 49, 12, 504037, UTC)),
        ("2026-11-30 01:49:12.5", datetime(2026, 11, 30, 1, 49, 12, 500000, UTC)),
        ("2026-11-30 01:49:12", datetime(2026, 11, 30, 1, 49, 12, 0, UTC)),
        ("2026-11-30T07:19:12+05:30", datetime(2026, 11, 30, 1, 49, 12, 0, UTC)),
        ("2026-11-30T01:49:12Z", datetime(2026, 11, 30, 1, 49, 12, 0, UTC)),
        ("2026-11-30", datetime(2026, 11, 30, tzinfo=UTC)),
        ("0001-01-01 00:00:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999", datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
    ],
)
def test_a_time_is_read_to_the_microsecond(text: str, moment: datetime) -> None:
    user = UserFactory()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET date_joined = %s", [text])

    user.refresh_from_db()

    assert user.date_joined == moment
    assert user.date_joined.tzinfo is not None


def test_one_that_the_database_works_out_is_in_utc() -> None:
    UserFactory()

    now = User.objects.values_list(Now(), flat=True).get()

    assert now.tzinfo is UTC


def test_one_that_is_not_there_is_none() -> None:
    user = UserFactory(last_login=None)

    user.refresh_from_db()

    assert user.last_login is None
