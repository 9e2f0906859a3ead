"""The page that changes the password."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.accounts.endings import erase
from tests.accounts.markup import read
from tests.accounts.meanwhile import just_before_saving
from tests.factories import PASSWORD, UserFactory

PAGE = "/accounts/password/"
ME = "/api/auth/me/"
NEW = "a much better secret"

pytestmark = pytest.mark.usefixtures("quick_hash")


@pytest.fixture
def ada(db: None, browser: Client) -> User:
    """Signed in."""
    user = UserFactory(username="ada")
    browser.force_login(user)
    return user


def change(**other: str) -> dict[str, str]:
    return {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW, **other}


def test_the_new_password_holds_from_now_on(browser: Client, ada: User) -> None:
    assert browser.get(PAGE).status_code == 200

    answer = browser.post(PAGE, change(), follow=True)

    assert answer.redirect_chain == [("/accounts/settings/", 302)]
    assert "Your password is changed." in read(answer).all("div", role="status")[0].text
    ada.refresh_from_db()
    assert ada.check_password(NEW)


def test_who_changes_it_stays_signed_in_and_all_others_are_out(browser: Client, ada: User) -> None:
    other = Client()
    other.force_login(ada)
    program = APIClient()
    pair = program.post("/api/auth/token/", {"username": "ada", "password": PASSWORD}).json()
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    assert program.get(ME, headers=bearer).status_code == 200
    before = browser.cookies["sessionid"].value

    assert browser.post(PAGE, change()).status_code == 302

    assert browser.get(ME).status_code == 200
    assert browser.cookies["sessionid"].value != before
    assert other.get(ME).status_code == 401
    assert other.get("/accounts/settings/").status_code == 302
    assert program.get(ME, headers=bearer).status_code == 401
    renewed = program.post("/api/auth/token/refresh/", {"refresh": pair["refresh"]})
    assert renewed.status_code == 401


@pytest.mark.parametrize(
    ("other", "field", "says"),
    [
        ({"old_password": "wrong"}, "old_password", "was entered incorrectly"),
        ({"old_password": ""}, "old_password", "This field is required."),
        ({"old_password": "a\0b"}, "old_password", "Null characters are not allowed."),
        ({"new_password1": ""}, "new_password1", "This field is required."),
        ({"new_password2": "another"}, "new_password2", "didn’t match"),
        ({"new_password1": "ada", "new_password2": "ada"}, "new_password2", "too short"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_changes_nothing(
    browser: Client, ada: User, other: dict[str, str], field: str, says: str
) -> None:
    answer = browser.post(PAGE, change(**other))

    page = read(answer)
    assert answer.status_code == 200
    assert says in page.error_at(field)
    for name in ("old_password", "new_password1", "new_password2"):
        assert "value" not in page.field(name)
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_nobody_elses_password_is_changed(browser: Client, ada: User) -> None:
    bob = UserFactory(username="bob")

    browser.post(PAGE, change(username="bob", user=str(bob.pk), id=str(bob.pk)))

    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_what_is_changed_at_the_same_moment_stays_changed(browser: Client, ada: User) -> None:
    with just_before_saving(lambda: User.objects.update(email="new@example.org")):
        browser.post(PAGE, change())

    ada.refresh_from_db()
    assert ada.email == "new@example.org"
    assert ada.check_password(NEW)


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_erased_at_the_same_moment_does_not_come_back(
    browser: Client, ada: User
) -> None:
    with just_before_saving(lambda: erase(ada)):
        answer = browser.post(PAGE, change())

    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={PAGE}")
    assert not User.objects.exists()
    assert browser.get("/")["Location"] == "/accounts/login/?next=/"


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_anonymous_sign_in_first(db: None, browser: Client, method: str) -> None:
    answer = getattr(browser, method)(PAGE)

    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={PAGE}")
