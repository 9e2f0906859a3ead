"""Sign-up, sign-in and sign-out with a browser, and the home page."""

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD, UserFactory

SIGN_UP = "/accounts/signup/"
SIGN_IN = "/accounts/login/"
SIGN_OUT = "/accounts/logout/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def new_account(**change: str) -> dict[str, str]:
    form = {"username": "ada", "email": "", "time_zone": "Europe/Berlin"}
    return {**form, "password1": PASSWORD, "password2": PASSWORD, **change}


def signed_in(browser: Client) -> bool:
    return browser.get("/api/auth/me/").status_code == 200


# Home


@pytest.mark.parametrize("path", ["/", ""])
def test_home_sends_the_anonymous_to_sign_in(browser: Client, path: str) -> None:
    answer = browser.get(path)

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/")


def test_home_greets_who_is_signed_in(browser: Client) -> None:
    browser.force_login(UserFactory(username="ada"))

    answer = browser.get("/")

    assert answer.status_code == 200
    assert "ada" in answer.content.decode()


# Signing up


def test_signing_up_makes_an_account_and_signs_in(browser: Client) -> None:
    assert 'value="UTC" selected' in browser.get(SIGN_UP).content.decode()

    answer = browser.post(SIGN_UP, new_account())

    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get()
    assert (user.username, user.time_zone, user.is_staff) == ("ada", "Europe/Berlin", False)
    assert user.check_password(PASSWORD)
    assert signed_in(browser)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"username": ""}, "This field is required."),
        ({"username": "a b"}, "Enter a valid username."),
        ({"username": "a\0b"}, "Null characters are not allowed."),
        ({"username": "x" * 151}, "at most 150 characters"),
        ({"username": "TAKEN"}, "A user with that username already exists."),
        ({"username": "ｔａｋｅｎ"}, "A user with that username already exists."),
        ({"password2": "another"}, "The two password fields didn’t match."),
        ({"password1": "12345678", "password2": "12345678"}, "This password is too common."),
        ({"time_zone": "Mars"}, "Select a valid choice."),
        ({"email": "nobody"}, "Enter a valid email address."),
    ],
)
def test_a_bad_sign_up_says_what_is_wrong(
    browser: Client, change: dict[str, str], says: str
) -> None:
    UserFactory(username="taken")

    answer = browser.post(SIGN_UP, new_account(**change))

    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert User.objects.count() == 1
    assert not signed_in(browser)


def test_what_was_typed_is_shown_again_but_is_no_markup(browser: Client) -> None:
    answer = browser.post(SIGN_UP, new_account(username='"><script>alert(1)</script>'))

    assert "<script>" not in answer.content.decode()


def test_no_password_comes_back_in_a_page(browser: Client) -> None:
    answer = browser.post(SIGN_UP, new_account(username="a b"))

    assert PASSWORD not in answer.content.decode()


# Signing in and out


@pytest.mark.parametrize("name", ["ada", "ADA", "ａｄａ"])
def test_name_and_password_sign_in(browser: Client, name: str) -> None:
    UserFactory(username="ada")

    answer = browser.post(SIGN_IN, {"username": name, "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in(browser)


@pytest.mark.parametrize(
    "form",
    [
        {"username": "ada", "password": "wrong"},
        {"username": "nobody", "password": PASSWORD},
        {"username": "gone", "password": PASSWORD},
        {"username": "ada", "password": ""},
        {},
    ],
)
def test_a_bad_sign_in_opens_nothing(browser: Client, form: dict[str, str]) -> None:
    UserFactory(username="ada")
    UserFactory(username="gone", is_active=False)

    answer = browser.post(SIGN_IN, form)

    assert answer.status_code == 200
    assert 'class="errorlist' in answer.content.decode()
    assert not signed_in(browser)


def test_after_signing_in_one_is_where_one_wanted_to_be(browser: Client) -> None:
    UserFactory(username="ada")
    form = {"username": "ada", "password": PASSWORD}

    assert browser.post(f"{SIGN_IN}?next=/admin/", form)["Location"] == "/admin/"


@pytest.mark.parametrize("elsewhere", ["//evil.test", "https://evil.test/", "javascript:alert(1)"])
def test_but_never_on_another_site(browser: Client, elsewhere: str) -> None:
    UserFactory(username="ada")
    form = {"username": "ada", "password": PASSWORD}

    assert browser.post(f"{SIGN_IN}?next={elsewhere}", form)["Location"] == "/"
    assert browser.get(f"{SIGN_IN}?next={elsewhere}")["Location"] == "/"


def test_signing_out_is_a_button_not_a_link(browser: Client) -> None:
    browser.force_login(UserFactory())

    assert browser.get(SIGN_OUT).status_code == 405
    assert signed_in(browser)

    assert browser.post(SIGN_OUT)["Location"] == SIGN_IN
    assert not signed_in(browser)


@pytest.mark.parametrize("path", [SIGN_IN, SIGN_UP, SIGN_OUT])
def test_a_form_of_another_site_is_a_page_that_says_no(path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path, new_account())

    assert answer.status_code == 403
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "This form is out of date" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["/accounts/login", "/accounts/signup"])
def test_pages_answer_without_their_slash(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 200
