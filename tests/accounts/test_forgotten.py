"""A forgotten password is set anew by a mail."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.forgotten import ForgottenView
from accounts.models import User
from tests.accounts.markup import read
from tests.factories import UserFactory

ASK = "/accounts/forgotten/"
NEW = {"new_password1": "a much better secret", "new_password2": "a much better secret"}
SENT = "If an account has this address, a mail is on its way to it."

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.only_on("sqlite"),  # no rows but those of other tests
    pytest.mark.usefixtures("quick_hash"),
]


@pytest.fixture
def mails(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Those that are sent from here on."""
    settings.SENDS_MAIL = True
    monkeypatch.setitem(ForgottenView.extra_context, "sends_mail", True)
    return mail.outbox


@pytest.fixture
def ada(mails: list[Any]) -> User:
    return UserFactory(username="ada", email="ada@example.org")


def notice(answer: Any) -> str:
    return read(answer).all("div", role="status")[0].text.strip()


def link_in(message: Any) -> str:
    return re.search(r"http://testserver(\S+)", message.body)[1]


def test_a_mail_leads_to_a_new_password(browser: Client, ada: User, mails: list[Any]) -> None:
    elsewhere = Client()
    elsewhere.force_login(ada)
    assert "Forgotten your password?" in browser.get("/accounts/login/").content.decode()

    assert notice(browser.post(ASK, {"email": "ADA@example.org"}, follow=True)) == SENT
    (message,) = mails
    assert message.to == ["ada@example.org"]
    assert (message.subject, "Hello ada," in message.body) == ("A new password for Todo Chat", True)
    page = browser.get(link_in(message), follow=True)
    assert "Set the password" in page.content.decode()
    where = page.request["PATH_INFO"]
    assert link_in(message) not in where  # which others might be told of
    done = browser.post(where, NEW, follow=True)

    assert notice(done) == "Your password is changed. Sign in with it."
    assert done.request["PATH_INFO"] == "/accounts/login/"
    ada.refresh_from_db()
    assert ada.check_password("a much better secret")
    assert elsewhere.get("/accounts/settings/").status_code == 302
    again = browser.get(link_in(message), follow=True).content.decode()
    assert "This link was used already, or is too old." in again


@pytest.mark.parametrize("email", ["nobody@example.org", "bob@example.org"])
def test_nobody_is_told_who_has_an_account(
    browser: Client, ada: User, mails: list[Any], email: str
) -> None:
    UserFactory(email="bob@example.org", is_active=False)

    assert notice(browser.post(ASK, {"email": email}, follow=True)) == SENT

    assert mails == []


def test_it_is_not_asked_without_end(
    browser: Client, ada: User, mails: list[Any], settings: Settings
) -> None:
    settings.LOGIN_RATE = "3/m"

    answers = [browser.post(ASK, {"email": "ada@example.org"}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 429, 429]
    assert len(mails) == 3
    assert "ada@example.org" in answers[-1].content.decode()


def test_a_weak_password_is_refused(browser: Client, ada: User, mails: list[Any]) -> None:
    browser.post(ASK, {"email": ada.email})
    where = browser.get(link_in(mails[0]), follow=True).request["PATH_INFO"]

    answer = browser.post(where, {"new_password1": "12345678", "new_password2": "12345678"})

    assert "This password is too common." in answer.content.decode()


def test_without_a_mail_server_the_page_says_whom_to_ask(browser: Client) -> None:
    page = browser.get(ASK)

    assert "Ask whoever runs this server" in page.content.decode()
    assert "<input" not in page.content.decode()
    assert browser.post(ASK, {"email": "ada@example.org"}).status_code == 404
    assert mail.outbox == []
