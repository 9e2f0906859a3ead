"""Where a path names a user, it is the caller or nobody: 403, whoever else it may be."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import ConversationFactory
from tests.web.test_strangers import all_paths, everything

pytestmark = pytest.mark.only_on("sqlite")

OTHERS = ["{stranger}", "987654321", "ada", "-1", "0{user}", "{user} ", "٣", "%00", "' OR 1=1 --"]


def with_a_user() -> list[str]:
    return [path for path in all_paths() if "{user}" in path]


def places(path: str, user: User, stranger: User, other: str) -> str:
    conversation = ConversationFactory(user=stranger)
    whom = other.format(user=user.pk, stranger=stranger.pk)
    return path.replace("{user}", whom).replace("{id}", str(conversation.pk))


def ask(client: APIClient, path: str) -> Any:
    method = client.post if path.endswith("/chat/") else client.get
    return method(path, {"message": "Hello"}, headers={"X-Request-ID": "mine"})


def test_there_are_such_paths() -> None:
    assert len(with_a_user()) == 3


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("path", with_a_user())
def test_another_user_in_the_path_is_refused_before_anything_is_looked_up(
    client: APIClient, user: User, stranger: User, path: str, other: str
) -> None:
    url = places(path, user, stranger, other)
    nobodys = ask(client, places(path, user, stranger, "nobody"))
    before = everything()

    with CaptureQueriesContext(connection) as queries:
        answer = ask(client, url)

    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"
    assert answer.content == nobodys.content
    assert len(queries) == 1  # who the token belongs to
    assert everything() == before


@pytest.mark.parametrize("path", with_a_user())
def test_nobody_who_is_not_signed_in_is_told_anything_else(
    anonymous: APIClient, user: User, stranger: User, path: str
) -> None:
    answers = [ask(anonymous, places(path, user, stranger, whom)) for whom in ("{user}", *OTHERS)]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
