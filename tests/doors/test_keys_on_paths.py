"""A key that reads changes nothing, and one that asks nothing unasked, by any path and method."""

from typing import Any

import pytest
from django.apps import apps

from accounts.keys import Key
from accounts.models import User
from conversations.models import Turn
from tests.keys import client_with
from tests.web.test_strangers import METHODS, ROWS, Make, all_paths, ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

# With a body of theirs, for who is not signed in yet: no key is asked for.
FOR_ALL = ("/api/auth/register/", "/api/auth/token/", "/api/schema/", "/api/docs/")
ROOTS = ("/api/", "/chatkit/", "/v1/", "/mcp/")
ALL = {path for path in all_paths() if path.startswith(ROOTS)}
PATHS = sorted(path for path in ALL if not path.startswith(FOR_ALL))


BEGUN = [model.__name__ for model in apps.get_app_config("conversations").get_models()]


def rows(*but: str) -> list[Any]:
    """All that is kept, but for when a key was used, and the rows of these models."""
    kept: list[Any] = []
    for model in apps.get_models():
        if model is Key:
            kept += model.objects.values_list("pk", "name", "scopes", "revoked_at")
        elif model.__name__ not in but:
            kept += model._base_manager.order_by("pk").values_list()
    return kept


def a_row(make: Make, user: User) -> Any:
    """Its id; a turn of another one is open no more, for few may be."""
    Turn.objects.interrupt()
    return make(user).pk


@pytest.mark.parametrize("scopes", [("read",), ("write", "ask", "no_delete")], ids="-".join)
def test_no_path_takes_more_of_a_key_than_it_may(user: User, scopes: tuple[str, ...]) -> None:
    """Of one that asks, what it begins and asks is kept."""
    first = {prefix: makes[0] for prefix, makes in ROWS.items() if prefix.startswith(ROOTS)}
    row_of = {make: a_row(make, user) for make in dict.fromkeys(first.values())}
    client = client_with(user, *scopes)
    begun = (*BEGUN, "Proposal", "AnsweredRequest") if "ask" in scopes else ()
    before = rows(*begun)

    for path in PATHS:
        key = row_of.get(first.get(path.partition("{id}")[0]), "x")
        for method in METHODS:
            answer = ask(client, method, path.replace("{user}", str(user.pk)), key)
            assert answer.status_code < 500, f"{method} {path}"
            answer.close()
        assert rows(*begun) == before, path
