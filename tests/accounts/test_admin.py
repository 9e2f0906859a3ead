"""Accounts in the admin: found, made, erased; no token is shown there."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User
from conversations.models import Message
from tests.factories import PASSWORD, ConversationFactory, TaskFactory, UserFactory, say
from todos.models import Task

USERS = "/admin/accounts/user/"


@pytest.fixture
def operator(db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(username="operator", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory(username="ada", email="ada@example.org", time_zone="Europe/Berlin")


def live(user: User) -> None:
    say(ConversationFactory(user=user), "Hello")
    TaskFactory(user=user)
    RefreshToken.for_user(user)


@pytest.mark.parametrize("text", ["ada", "ADA@example", "lovelace"])
def test_a_user_is_found_by_names_and_address(operator: Client, ada: User, text: str) -> None:
    User.objects.filter(pk=ada.pk).update(last_name="Lovelace")

    page = operator.get(USERS, {"q": text}).content.decode()

    assert "ada@example.org" in page
    assert "operator@example.org" not in page


def test_an_operator_makes_an_account(operator: Client) -> None:
    form = {"username": "bob", "usable_password": "true"}

    answer: Any = operator.post(
        f"{USERS}add/", {**form, "password1": PASSWORD, "password2": PASSWORD}
    )

    assert answer.status_code == 302
    user = User.objects.get(username="bob")
    assert user.check_password(PASSWORD)
    assert (user.time_zone, user.is_staff) == ("UTC", False)


@pytest.mark.parametrize("name", ["ada", "ADA"])
def test_but_none_with_a_name_that_is_taken(operator: Client, ada: User, name: str) -> None:
    form = {"username": name, "usable_password": "true"}

    answer = operator.post(f"{USERS}add/", {**form, "password1": PASSWORD, "password2": PASSWORD})

    assert answer.status_code == 200
    assert "A user with that username already exists." in answer.content.decode()


def test_an_operator_changes_a_time_zone(operator: Client, ada: User) -> None:
    url = f"{USERS}{ada.pk}/change/"
    form = {"username": "ada", "date_joined_0": "2026-11-20", "date_joined_1": "12:00:00"}

    bad = operator.post(url, {**form, "time_zone": "Mars"})
    good = operator.post(url, {**form, "time_zone": "Asia/Tokyo", "is_active": "on"})

    assert "Mars is not an IANA time zone" in bad.content.decode()
    assert good.status_code == 302
    ada.refresh_from_db()
    assert (ada.time_zone, ada.is_active) == ("Asia/Tokyo", True)


def test_erasing_an_account_erases_all_its_rows(operator: Client, ada: User) -> None:
    live(ada)

    sure = operator.get(f"{USERS}{ada.pk}/delete/")
    answer = operator.post(f"{USERS}{ada.pk}/delete/", {"post": "yes"})

    assert "Are you sure" in sure.content.decode()
    assert answer.status_code == 302
    assert not User.objects.filter(username="ada").exists()
    for model in (Message, Task, OutstandingToken):
        assert not model._default_manager.exists()


def test_several_are_erased_at_once(operator: Client, ada: User) -> None:
    users = [ada, UserFactory()]
    for user in users:
        live(user)
    form = {"action": "delete_selected", "_selected_action": [user.pk for user in users]}

    operator.post(USERS, form)
    assert User.objects.count() == 3
    operator.post(USERS, {**form, "post": "yes"})

    assert [user.username for user in User.objects.all()] == ["operator"]
    for model in (Message, Task, OutstandingToken):
        assert not model._default_manager.exists()


def test_who_may_only_look_erases_nobody(ada: User) -> None:
    staff = UserFactory(is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_user"))
    client = Client()
    client.force_login(staff)

    assert client.get(f"{USERS}{ada.pk}/change/").status_code == 200
    assert client.post(f"{USERS}{ada.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=ada.pk).exists()


def test_tokens_are_nowhere_in_the_admin(operator: Client, ada: User) -> None:
    token = str(RefreshToken.for_user(ada))

    for path in ("outstandingtoken/", "blacklistedtoken/", "outstandingtoken/1/change/"):
        assert operator.get(f"/admin/token_blacklist/{path}").status_code == 404
    for path in ("/admin/", f"{USERS}{ada.pk}/change/", f"{USERS}{ada.pk}/delete/"):
        page = operator.get(path).content.decode()
        assert "/admin/token_blacklist/" not in page
        assert token not in page


def test_only_staff_come_in(client: Any, user: User) -> None:
    client.force_login(user)

    assert client.get("/admin/").status_code == 302
    assert client.get(USERS)["Location"].startswith("/admin/login/")
