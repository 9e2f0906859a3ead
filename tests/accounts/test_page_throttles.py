"""How often one may guess at the pages; they count together with the API."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from tests.accounts.markup import read
from tests.factories import PASSWORD, UserFactory

SIGN_UP = "/accounts/signup/"
SIGN_IN = "/accounts/login/"
PASSWORD_PAGE = "/accounts/password/"
DELETE = "/accounts/delete/"
TOKEN = "/api/auth/token/"

pytestmark = pytest.mark.usefixtures("quick_hash")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time as the counters see it: it stands still, so that no window ends amid a test."""
    monkeypatch.setattr("django_ratelimit.core.time", SimpleNamespace(time=lambda: 1_800_000_000.0))


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory(username="ada")


def guess(browser: Client, password: str, name: str = "ada") -> Any:
    return browser.post(SIGN_IN, {"username": name, "password": password})


def assert_refused(answer: Any) -> None:
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 3600
    (notice,) = read(answer).all("div", role="status")
    assert notice.text.strip().startswith("Too many tries. Try again in ")
    assert "errorlist" not in answer.content.decode()


@pytest.mark.parametrize("spelling", ["ada", "ADA", " ada", "ａｄａ"])
def test_guesses_at_a_name_end_whatever_its_spelling(
    browser: Client, ada: User, settings: LazySettings, spelling: str
) -> None:
    settings.LOGIN_RATE = "2/m"
    for _ in range(2):
        assert guess(browser, "wrong").status_code == 200

    answer = guess(browser, PASSWORD, spelling)

    assert_refused(answer)
    assert browser.get("/api/auth/me/").status_code == 401
    assert PASSWORD not in answer.content.decode()
    assert read(answer).field("username")["value"] == spelling


def test_guesses_from_one_address_end(browser: Client, ada: User, settings: LazySettings) -> None:
    settings.LOGIN_ADDRESS_RATE = "2/m"
    for number in range(2):
        assert guess(browser, "wrong", f"user{number}").status_code == 200

    assert_refused(guess(browser, PASSWORD))


def test_the_api_is_no_way_around_nor_is_the_page(
    browser: Client, ada: User, settings: LazySettings
) -> None:
    settings.LOGIN_RATE = "2/m"
    who = {"username": "ada", "password": "wrong"}
    guess(browser, "wrong")
    browser.post(TOKEN, who, content_type="application/json")

    assert_refused(guess(browser, PASSWORD))
    answer = browser.post(TOKEN, who, content_type="application/json")
    assert answer.status_code == 429


def test_sign_ups_from_one_address_end_and_lose_nothing_typed(
    db: None, browser: Client, settings: LazySettings
) -> None:
    settings.REGISTER_RATE = "1/h"
    browser.post(SIGN_UP, {})
    form = {"username": "ada", "email": "ada@example.org", "time_zone": "Asia/Tokyo"}

    answer = browser.post(SIGN_UP, {**form, "password1": PASSWORD, "password2": PASSWORD})

    assert_refused(answer)
    page = read(answer)
    assert {name: page.field(name)["value"] for name in form} == form
    assert PASSWORD not in answer.content.decode()
    assert not User.objects.exists()


def test_the_owner_comes_in_however_often_a_stranger_guesses(browser: Client, ada: User) -> None:
    form = {"username": "ada", "password": "wrong"}
    statuses = [browser.post(SIGN_IN, form, REMOTE_ADDR="192.0.2.1").status_code for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2

    owner = Client(REMOTE_ADDR="198.51.100.1")

    assert guess(owner, "wrong").status_code == 429, "the eleventh that is wrong, wherever from"
    assert guess(owner, PASSWORD)["Location"] == "/"


@pytest.mark.parametrize(("path", "field"), [(DELETE, "password"), (PASSWORD_PAGE, "old_password")])
def test_an_open_screen_is_no_place_to_guess(
    browser: Client, ada: User, settings: LazySettings, path: str, field: str
) -> None:
    settings.LOGIN_RATE = "2/m"
    browser.force_login(ada)
    new = {"new_password1": "a much better secret", "new_password2": "a much better secret"}
    for _ in range(2):
        assert browser.post(path, {field: "wrong", **new}).status_code == 200

    answer = browser.post(path, {field: PASSWORD, **new})

    assert_refused(answer)
    assert PASSWORD not in answer.content.decode()
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
