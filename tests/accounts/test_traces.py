"""An account that is erased leaves no trace, in no column of no table."""

import logging
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import Session, SessionStore
from tests.accounts.endings import erase
from tests.accounts.traces import dump, file, live_fully, plant
from tests.conftest import SignIn
from tests.factories import PASSWORD, UserFactory, hashed_password
from todos.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hash")]

Erase = Callable[[User, SignIn], None]


def over_the_api(user: User, sign_in: SignIn) -> None:
    User.objects.filter(pk=user.pk).update(password=hashed_password("md5"))
    user.refresh_from_db()
    assert sign_in(user).delete("/api/auth/me/", {"password": PASSWORD}).status_code == 204


def on_the_page(user: User, sign_in: SignIn) -> None:
    User.objects.filter(pk=user.pk).update(password=hashed_password("md5"))
    browser = Client()
    browser.force_login(User.objects.get(pk=user.pk))
    assert browser.post("/accounts/delete/", {"password": PASSWORD}).status_code == 302


def in_the_admin(user: User, sign_in: SignIn) -> None:
    operator = Client()
    operator.force_login(UserFactory(is_staff=True, is_superuser=True))
    answer = operator.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    messages = operator.get("/admin/").content.decode()  # the notice of it is shown once
    assert "was deleted successfully" in messages


def by_command(user: User, sign_in: SignIn) -> None:
    call_command("erase_user", User.objects.get(pk=user.pk).username, "--yes", stdout=StringIO())


@pytest.mark.parametrize("erase", [over_the_api, on_the_page, in_the_admin, by_command])
def test_no_marker_is_left_in_a_dump_of_the_database(
    user: User, sign_in: SignIn, erase: Erase
) -> None:
    live_fully(UserFactory())
    markers = plant(user)
    assert len(markers) > 20
    before = dump()
    assert [name for name, marker in markers.items() if marker not in before] == []

    erase(user, sign_in)

    after = dump()
    assert [name for name, marker in markers.items() if marker in after] == []


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_no_marker_is_left_in_the_file_of_the_database(user: User, sign_in: SignIn) -> None:
    live_fully(UserFactory())
    markers = plant(user)
    Task.objects.for_user(user).update(notes="long " * 5_000 + markers["todos.Task.notes"])
    before = file()
    assert [name for name, marker in markers.items() if marker.encode() not in before] == []

    over_the_api(user, sign_in)

    after = file()
    assert [name for name, marker in markers.items() if marker.encode() in after] == []


def test_sessions_of_other_browsers_go_with_the_account(user: User, sign_in: SignIn) -> None:
    for _ in range(3):
        Client().force_login(user)
    assert Session.objects.count() == 3

    over_the_api(user, sign_in)

    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_session_is_not_given_to_a_user_who_was_erased_meanwhile(user: User) -> None:
    session = SessionStore()
    session.create()
    session["_auth_user_id"] = str(user.pk)
    erase(user)

    with pytest.raises(UpdateError):
        session.save()

    assert [row.user_id for row in Session.objects.all()] == [None]


def test_a_line_in_the_log_is_left_and_names_nobody(
    user: User, caplog: pytest.LogCaptureFixture
) -> None:
    number, name = user.pk, user.username
    with caplog.at_level(logging.INFO, "accounts.models"):
        user.erase()

    (record,) = [record for record in caplog.records if record.name == "accounts.models"]
    assert record.getMessage() == f"account {number} erased"
    assert name not in caplog.text


# The command


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("erase_user", *arguments, stdout=out)
    return out.getvalue()


def answers(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("builtins.input", lambda prompt="": text)


def test_the_command_shows_what_goes_and_asks(
    user: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_fully(user)
    live_fully(stranger)
    answers(monkeypatch, user.username)

    said = command(user.username)

    assert f"{user.username} (account {user.pk})" in said
    for line in ("2 conversations", "4 messages", "2 turns", "1 tool calls", "4 tasks"):
        assert f"  {line}\n" in said
    assert not User.objects.filter(pk=user.pk).exists()
    assert Task.objects.filter(user=stranger).count() == 4


@pytest.mark.parametrize("text", ["", "y", "yes", "nobody"])
def test_anything_but_the_name_erases_nothing(
    user: User, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    answers(monkeypatch, text)

    with pytest.raises(CommandError, match="Nothing was erased"):
        command(user.username)

    assert User.objects.filter(pk=user.pk).exists()


def test_nor_does_an_input_that_is_closed(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(prompt: str = "") -> Any:
        raise EOFError

    monkeypatch.setattr("builtins.input", closed)

    with pytest.raises(CommandError, match="Nothing was erased"):
        command(user.username)

    assert User.objects.filter(pk=user.pk).exists()


def test_a_name_that_nobody_has_is_told(user: User) -> None:
    with pytest.raises(CommandError, match="There is no account named nobody"):
        command("nobody", "--yes")


def test_a_name_may_be_typed_in_another_case(user: User, anonymous: APIClient) -> None:
    command(user.username.upper(), "--yes")

    assert not User.objects.exists()
