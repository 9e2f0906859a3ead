"""Accounts in the admin: found, made, erased."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.keys import Key
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
    form["enter_key"] = "device"

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
    for model in (Message, Task):
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
    for model in (Message, Task):
        assert not model._default_manager.exists()


def test_who_may_only_look_erases_nobody(ada: User) -> None:
    staff = UserFactory(is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_user"))
    client = Client()
    client.force_login(staff)

    assert client.get(f"{USERS}{ada.pk}/change/").status_code == 200
    assert client.post(f"{USERS}{ada.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=ada.pk).exists()


def test_only_staff_come_in(client: Any, user: User) -> None:
    client.force_login(user)

    assert client.get("/admin/").status_code == 302
    assert client.get(USERS)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("path", ["/admin/", USERS])
def test_the_way_in_is_the_sign_in_of_all(ada: User, path: str) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    browser = Client()

    answer: Any = browser.get(path, follow=True)
    assert answer.redirect_chain[-1][0] == f"/accounts/login/?next={path}"
    form = {"username": "ada", "password": PASSWORD, "next": path}
    inside: Any = browser.post("/accounts/login/", form, follow=True)

    assert inside.redirect_chain == [(path, 302)]
    assert inside.status_code == 200
    assert browser.get("/admin/login/")["Location"] == "/admin/"


def test_the_admin_is_no_other_place_to_guess_at_a_password(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    browser = Client()

    answer = browser.post("/admin/login/", {"username": "ada", "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/admin/")
    assert browser.get("/admin/").status_code == 302


def test_nor_is_its_page_for_a_new_password(operator: Client) -> None:
    answer = operator.get("/admin/password_change/")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/")


def test_who_is_no_operator_is_told_so(browser: Client, user: User) -> None:
    browser.force_login(user)

    answer: Any = browser.get("/admin/", follow=True)

    assert answer.redirect_chain == [("/admin/login/?next=/admin/", 302)]
    assert answer.status_code == 403
    assert "You may not do this." in answer.content.decode()


def test_the_sign_in_of_the_admin_leads_to_no_other_site(db: None) -> None:
    answer: Any = Client().get("/admin/login/?next=https://evil.example/", follow=True)

    assert answer.redirect_chain[0][0].startswith("/accounts/login/?next=")
    form = {"username": UserFactory().username, "password": PASSWORD}
    signed_in = Client().post(answer.redirect_chain[0][0], form)
    assert signed_in["Location"] == "/"


def test_keys_are_revoked_and_what_signs_in_is_not_shown(operator: Client, ada: User) -> None:
    key, path = ada.make_key("Claude Desktop", ["write"]), "/admin/accounts/key/"
    page = operator.get(f"{path}{key.pk}/change/").content.decode()
    assert "Claude Desktop" in page
    assert Key.objects.get().key_hash not in page

    operator.post(path, {"action": "revoke", "_selected_action": [key.pk]})

    assert not Key.objects.live().exists()
    assert "1 key was revoked." in operator.get(path).content.decode()
