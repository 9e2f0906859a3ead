"""Keys: made and shown once, listed, revoked; what signs in with them, and when no more."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from accounts.keys import FORM, Key, is_formed, new_key
from accounts.models import User
from tests.accounts.test_password_changes import Change, by_command, in_the_admin, on_the_page
from tests.factories import PASSWORD, UserFactory
from tests.keys import client_with

KEYS = "/api/keys/"
TASKS = "/api/tasks/"

pytestmark = pytest.mark.django_db


def test_a_key_is_told_once_and_only_its_hash_is_kept(client: APIClient, user: User) -> None:
    made = client.post(KEYS, {"name": "Claude Desktop", "scopes": ["ask", "write"]}).json()

    assert FORM.fullmatch(made["key"])
    assert made["key"].startswith(made["prefix"])
    assert (made["name"], made["scopes"]) == ("Claude Desktop", ["write", "ask"])
    assert (made["last_used_at"], made["last_door"], made["expires_at"]) == (None, "", None)
    [listed] = client.get(KEYS).json()["results"]
    assert listed == {name: value for name, value in made.items() if name != "key"}
    [row] = Key.objects.values_list()
    assert made["key"] not in str(row)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["read"]}, "name"),
        ({"name": " ", "scopes": ["read"]}, "name"),
        ({"name": "x" * 101, "scopes": ["read"]}, "name"),
        ({"name": "x"}, "scopes"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": "write"}, "scopes"),
        ({"name": "x", "scopes": ["read", "admin"]}, "scopes.1"),
        ({"name": "x", "scopes": ["ask", "no_delete"]}, "scopes"),
        ({"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "scopes": ["read"], "expires_at": "tomorrow"}, "expires_at"),
    ],
)
def test_what_makes_no_key(client: APIClient, body: dict[str, Any], field: str) -> None:
    answer = client.post(KEYS, body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert not Key.objects.exists()


def test_it_signs_in_with_one_statement_and_tells_when_and_by_which_door(
    user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with_key = client_with(user, "read")
    with django_assert_num_queries(3):  # the key, its use, the tasks
        assert with_key.get(TASKS).status_code == 200
    with django_assert_num_queries(2):
        with_key.get(TASKS)

    key = Key.objects.get()
    assert key.last_used_at
    assert timezone.now() - key.last_used_at < timedelta(minutes=1)
    assert key.last_door == "api"

    with_key.get("/v1/models/")  # a client that comes by several doors at once
    key.refresh_from_db()
    assert key.last_door == "openai"


def test_the_scheme_of_the_header_is_read_in_any_case(user: User, anonymous: APIClient) -> None:
    text = user.make_key("x", ["read"]).text
    for scheme in ("Bearer", "bearer", "BEARER"):
        anonymous.credentials(HTTP_AUTHORIZATION=f"{scheme} {text}")
        assert anonymous.get(TASKS).status_code == 200


@pytest.mark.parametrize("end", ["revoked", "expired", "inactive", "unknown", "mistyped"])
def test_a_key_that_signs_in_no_more_is_refused_as_any(
    user: User, client: APIClient, anonymous: APIClient, end: str
) -> None:
    key = user.make_key("x", ["write"])
    text = key.text
    match end:
        case "revoked":
            assert client.delete(f"{KEYS}{key.pk}/").status_code == 204
        case "expired":
            Key.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "inactive":
            User.objects.update(is_active=False)
        case "unknown":
            text = new_key()
        case "mistyped":
            text = text[:-1] + ("a" if text[-1] != "a" else "b")
    anonymous.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")

    answer = anonymous.get(TASKS)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    anonymous.credentials(HTTP_AUTHORIZATION="Bearer tc_no")
    other, told = anonymous.get(TASKS).json(), answer.json()
    assert {**other, "request_id": ""} == {**told, "request_id": ""}


def test_a_revoked_key_is_hidden_and_stays(client: APIClient, user: User) -> None:
    key = user.make_key("x", ["write"])

    assert client.delete(f"{KEYS}{key.pk}/").status_code == 204

    assert client.get(KEYS).json()["results"] == []
    assert client.delete(f"{KEYS}{key.pk}/").status_code == 404
    assert Key.objects.get().revoked_at


@pytest.mark.usefixtures("quick_hash")
@pytest.mark.parametrize("change", [on_the_page, in_the_admin, by_command])
def test_a_new_password_ends_all_keys(
    user: User, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    with_key, others = client_with(user, "write"), client_with(UserFactory(), "write")

    change(user, monkeypatch)

    assert with_key.get(TASKS).status_code == 401
    assert others.get(TASKS).status_code == 200


@pytest.mark.usefixtures("quick_hash")
def test_the_same_password_hashed_anew_ends_none(user: User, settings: Settings) -> None:
    with_key, old = client_with(user, "write"), user.password
    better = "django.contrib.auth.hashers.ScryptPasswordHasher"
    settings.PASSWORD_HASHERS = [better, *settings.PASSWORD_HASHERS]

    assert authenticate(None, username=user.username, password=PASSWORD)

    user.refresh_from_db()
    assert user.password != old
    assert with_key.get(TASKS).status_code == 200


def test_none_is_made_for_who_signed_in_before_the_password_was_changed(user: User) -> None:
    earlier = User.objects.get(pk=user.pk)
    user.set_password("another long secret")
    user.save()

    with pytest.raises(User.DoesNotExist):
        earlier.make_key("x", ["write"])


def test_a_key_has_a_checksum_that_tells_what_is_none() -> None:
    text = new_key()

    assert is_formed(text)
    assert not any(is_formed(text[:place] + "0" + text[place + 1 :])
                   for place in range(3, 39) if text[place] != "0")  # fmt: skip


def test_nothing_of_a_key_is_logged(user: User, caplog: pytest.LogCaptureFixture) -> None:
    key = user.make_key("x", ["read"])
    anonymous = APIClient(raise_request_exception=False)
    anonymous.credentials(HTTP_AUTHORIZATION=f"Bearer {key.text}")
    with caplog.at_level(logging.DEBUG):
        anonymous.get(TASKS)
        anonymous.post(TASKS, {"title": "x"})
        anonymous.credentials(HTTP_AUTHORIZATION=f"Bearer {key.text}0")
        anonymous.get(TASKS)
        anonymous.get(f"/api/{key.text}/")  # pasted in the wrong place

    assert key.text[7:20] not in caplog.text
    assert "GET /api/tc_…/ 404" in caplog.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", KEYS),
        ("post", KEYS),
        ("delete", f"{KEYS}019a8f6e-3a52-7c41-9d3b-0d2f6c1b7a10/"),
        ("patch", "/api/auth/me/"),
        ("delete", "/api/auth/me/"),
        ("get", "/api/auth/me/export/"),
        ("get", "/api/calendar/"),
        ("post", "/api/calendar/"),
        ("get", "/api/channels/"),
        ("patch", "/api/channels/"),
        ("post", "/api/channels/test/"),
        ("post", "/api/channels/push/"),
    ],
)
def test_what_is_for_the_own_hand_alone_no_key_does(user: User, method: str, path: str) -> None:
    answer = getattr(client_with(user, "write"), method)(path, {"name": "x", "scopes": ["read"]})

    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
