"""The page that deletes the account."""

import pytest
from django.test import Client
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User
from accounts.sessions import Session
from conversations.models import Conversation
from tests.accounts.markup import read
from tests.factories import PASSWORD, ConversationFactory, TaskFactory, UserFactory, say
from todos.models import Task

PAGE = "/accounts/delete/"

pytestmark = pytest.mark.usefixtures("quick_hash")


@pytest.fixture
def ada(db: None, browser: Client) -> User:
    """Signed in, with something to lose."""
    user = UserFactory(username="ada")
    say(ConversationFactory(user=user), "Hello")
    TaskFactory(user=user)
    RefreshToken.for_user(user)
    browser.force_login(user)
    return user


def everything_of(user: User) -> tuple[int, int, int]:
    return (
        User.objects.filter(pk=user.pk).count(),
        Conversation.objects.filter(user=user.pk).count(),
        Task.objects.filter(user=user.pk).count(),
    )


def test_it_says_what_goes_and_does_nothing_yet(browser: Client, ada: User) -> None:
    answer = browser.get(PAGE)

    text = read(answer).all("main")[0].text
    assert answer.status_code == 200
    for word in ("ada", "conversations", "tasks", "for ever"):
        assert word in text
    assert everything_of(ada) == (1, 1, 1)


def test_with_the_password_all_is_gone_and_the_page_to_sign_in_says_so(
    browser: Client, ada: User
) -> None:
    answer = browser.post(PAGE, {"password": PASSWORD}, follow=True)

    assert answer.redirect_chain == [("/accounts/login/", 302)]
    assert "Your account is deleted" in read(answer).all("div", role="status")[0].text
    assert everything_of(ada) == (0, 0, 0)
    assert not Session.objects.exists()
    assert browser.get("/api/auth/me/").status_code == 401
    assert browser.get(PAGE).status_code == 302


def test_the_account_of_another_stays(browser: Client, ada: User) -> None:
    bob = UserFactory(username="bob")
    TaskFactory(user=bob)
    say(ConversationFactory(user=bob), "Hello")

    browser.post(PAGE, {"password": PASSWORD, "username": "bob", "user": str(bob.pk)})

    assert everything_of(ada) == (0, 0, 0)
    assert everything_of(bob) == (1, 1, 1)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("wrong", "The password is wrong."),
        (f"{PASSWORD} ", "The password is wrong."),
        ("a\0b", "Null characters are not allowed."),
        ("", "This field is required."),
    ],
)
def test_without_it_nothing_is_deleted(
    browser: Client, ada: User, password: str, says: str
) -> None:
    answer = browser.post(PAGE, {"password": password})

    page = read(answer)
    assert answer.status_code == 200
    assert says in page.error_at("password")
    assert "value" not in page.field("password")
    assert everything_of(ada) == (1, 1, 1)
    assert browser.get("/api/auth/me/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_anonymous_sign_in_first(db: None, browser: Client, method: str) -> None:
    answer = getattr(browser, method)(PAGE, {"password": PASSWORD})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/accounts/delete/")
