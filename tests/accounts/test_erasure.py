"""An account that is deleted takes everything with it."""

from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation
from tests.factories import (
    LEASE,
    PASSWORD,
    ConversationFactory,
    TaskFactory,
    UserFactory,
    record_call,
    say,
)
from todos.models import Origin

ME = "/api/auth/me/"
TOKEN = "/api/auth/token/"
WITHOUT_USERS = {"Permission", "ContentType", "Migration"}

pytestmark = pytest.mark.django_db


def live(user: User) -> None:
    """Leave a row in every table that knows users."""
    conversation = ConversationFactory(user=user)
    say(conversation, "Hello")
    record_call(conversation.begin_turn("Add milk", LEASE, per_day=9))
    ConversationFactory(user=user).remove()
    task = TaskFactory(user=user)
    task.complete(Origin("chat"))
    TaskFactory(user=user).remove(Origin("api"))


def everything() -> set[tuple[str, Any]]:
    """Every row of every table, by its model and key."""
    models = [model for model in apps.get_models() if model.__name__ not in WITHOUT_USERS]
    return {(model._meta.label, pk) for model in models for pk in keys(model)}


def keys(model: type[Model]) -> list[Any]:
    return list(model._default_manager.values_list("pk", flat=True))


def log_in(client: APIClient, user: User) -> dict[str, str]:
    pair: dict[str, str] = client.post(
        TOKEN, {"username": user.username, "password": PASSWORD}
    ).json()
    return pair


def test_no_row_of_a_deleted_account_is_left_in_any_table(anonymous: APIClient) -> None:
    stays = UserFactory()
    live(stays)
    log_in(anonymous, stays)
    before = everything()
    goes = UserFactory()
    live(goes)
    access = log_in(anonymous, goes)["access"]
    refresh = log_in(anonymous, goes)["refresh"]
    anonymous.post("/api/auth/token/revoke/", {"refresh": refresh})
    tables = {label for label, _ in everything() - before}
    assert {"conversations.ToolCall", "todos.TaskChange"} < tables
    assert "accounts.SpentToken" in tables

    answer = anonymous.delete(
        ME, {"password": PASSWORD}, headers={"Authorization": f"Bearer {access}"}
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert everything() == before


def test_the_session_that_deletes_its_account_goes_too(user: User) -> None:
    client = APIClient()
    client.force_login(user)

    assert client.delete(ME, {"password": PASSWORD}).status_code == 204

    assert everything() == set()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"password": "wrong"}, 403),
        ({"password": f"{PASSWORD} "}, 403),
        ({"password": ""}, 400),
        ({"password": None}, 400),
        ({}, 400),
    ],
)
def test_without_the_password_nothing_is_deleted(
    client: APIClient, user: User, body: dict[str, Any], status: int
) -> None:
    live(user)
    before = everything()

    assert client.delete(ME, body).status_code == status

    assert everything() == before


def test_nobody_is_told_apart_from_a_name_that_never_was(anonymous: APIClient, user: User) -> None:
    headers = {"X-Request-ID": "mine"}
    who = {"username": user.username, "password": PASSWORD}
    user.erase()

    gone = anonymous.post(TOKEN, who, headers=headers)
    never = anonymous.post(TOKEN, {**who, "username": "never"}, headers=headers)

    assert (gone.status_code, gone.json()) == (never.status_code, never.json())


def test_the_name_is_free_again_and_opens_nothing_old(anonymous: APIClient, user: User) -> None:
    live(user)
    access = log_in(anonymous, user)["access"]
    user.erase()

    anonymous.post("/api/auth/register/", {"username": user.username, "password": PASSWORD})

    old = anonymous.get(ME, headers={"Authorization": f"Bearer {access}"})
    assert old.status_code == 401
    assert not Conversation.objects.exists()
