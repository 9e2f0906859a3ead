"""An id may be written in capitals, as some platforms do."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.web.test_strangers import ROWS, all_paths

pytestmark = pytest.mark.only_on("sqlite")

OF_OPENAI = "/v1/"  # whose ids are texts
READ = [path for path in all_paths() if path.count("{id}") == 1 and not path.startswith(OF_OPENAI)]


@pytest.mark.parametrize("path", READ)
def test_a_row_is_found_by_its_id_in_capitals(client: APIClient, user: User, path: str) -> None:
    client.force_login(user)
    row = ROWS[path.partition("{id}")[0]][0](user)
    path = path.replace("{user}", str(user.pk))

    small, capital = (
        client.get(path.replace("{id}", key)).status_code
        for key in (str(row.pk), str(row.pk).upper())
    )

    assert small == capital
    assert capital != 404
