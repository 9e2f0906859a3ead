"""Sign-up, sign-in and sign-out with a browser, and the home page."""

import re

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.markup import read
from tests.accounts.meanwhile import just_before_saving
from tests.factories import PASSWORD, UserFactory

SIGN_UP = "/accounts/signup/"
SIGN_IN = "/accounts/login/"
SIGN_OUT = "/accounts/logout/"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hash")]


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
    assert read(browser.get(SIGN_UP)).field("time_zone")["type"] == "hidden"

    answer = browser.post(SIGN_UP, new_account(email="ada@example.org"))

    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get()
    assert (user.username, user.email) == ("ada", "ada@example.org")
    assert (user.time_zone, user.is_staff) == ("Europe/Berlin", False)
    assert user.check_password(PASSWORD)
    assert signed_in(browser)


@pytest.mark.parametrize("zone", ["", "Mars", "a\0b", "x" * 500, "../etc/passwd", None])
def test_a_clock_that_nobody_knows_is_taken_for_utc(browser: Client, zone: str | None) -> None:
    form = new_account(time_zone=zone or "")
    if zone is None:
        del form["time_zone"]

    assert browser.post(SIGN_UP, form).status_code == 302

    assert User.objects.get().time_zone == "UTC"


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"username": ""}, "username", "This field is required."),
        ({"username": "a b"}, "username", "Enter a valid username."),
        ({"username": "a\0b"}, "username", "Null characters are not allowed."),
        ({"username": "x" * 151}, "username", "at most 150 characters"),
        ({"username": "TAKEN"}, "username", "A user with that username already exists."),
        ({"username": "ｔａｋｅｎ"}, "username", "A user with that username already exists."),
        ({"password1": ""}, "password1", "This field is required."),
        ({"password2": "another"}, "password2", "The two password fields didn’t match."),
        ({"password1": "12345678", "password2": "12345678"}, "password2", "too common."),
        ({"email": "nobody"}, "email", "Enter a valid email address."),
    ],
)
def test_a_bad_sign_up_says_what_is_wrong_and_where(
    browser: Client, change: dict[str, str], field: str, says: str
) -> None:
    UserFactory(username="taken")

    answer = browser.post(SIGN_UP, new_account(**change))

    assert answer.status_code == 200
    assert says in read(answer).error_at(field)
    assert User.objects.count() == 1
    assert not signed_in(browser)


def test_a_bad_sign_up_loses_nothing_but_the_passwords(browser: Client) -> None:
    form = new_account(username="a b", email="ada@example.org", time_zone="Asia/Tokyo")

    page = read(browser.post(SIGN_UP, form))

    for name in ("username", "email", "time_zone"):
        assert page.field(name)["value"] == form[name]
    assert "value" not in page.field("password1") | page.field("password2")


def test_who_takes_the_name_a_moment_earlier_keeps_it(browser: Client) -> None:
    with just_before_saving(lambda: User.objects.bulk_create([User(username="Ada")])):
        answer = browser.post(SIGN_UP, new_account())

    assert answer.status_code == 200
    assert "already exists" in read(answer).error_at("username")
    assert not signed_in(browser)


def test_no_form_makes_an_operator(browser: Client) -> None:
    browser.post(SIGN_UP, new_account(is_staff="on", is_superuser="on"))

    assert not User.objects.filter(is_staff=True).exists()
    assert not User.objects.filter(is_superuser=True).exists()


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


def test_a_wrong_name_and_a_wrong_password_look_the_same(browser: Client) -> None:
    UserFactory(username="ada")

    wrong, nobody = (
        browser.post(SIGN_IN, {"username": name, "password": "wrong"}) for name in ("ada", "bob")
    )

    pages = [answer.content.decode() for answer in (wrong, nobody)]
    masks = [re.sub('value="[^"]*"', "", page) for page in pages]  # the name, and the CSRF token
    assert masks[0] == masks[1]
    assert (wrong.status_code, nobody.status_code) == (200, 200)


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
