"""The page of the settings: e-mail address and time zone."""

import pytest
from django.test import Client

from accounts.models import User, time_zone_names
from tests.accounts.endings import change_password, erase
from tests.accounts.markup import read
from tests.accounts.meanwhile import just_before_saving
from tests.factories import PASSWORD, UserFactory

SETTINGS = "/accounts/settings/"
SAVED = "Your settings are saved."

pytestmark = pytest.mark.usefixtures("quick_hash")


@pytest.fixture
def ada(db: None, browser: Client) -> User:
    """Signed in."""
    user = UserFactory(username="ada", email="ada@example.org", time_zone="Europe/Berlin")
    browser.force_login(user)
    return user


def test_it_shows_what_is_set(browser: Client, ada: User) -> None:
    answer = browser.get(SETTINGS)

    page = read(answer)
    assert answer.status_code == 200
    assert page.field("email")["value"] == "ada@example.org"
    assert page.chosen("time_zone") == ["Europe/Berlin"]
    assert "ada" in page.all("main")[0].text


def test_what_is_changed_is_saved_and_said(browser: Client, ada: User) -> None:
    form = {"email": "lovelace@example.org", "time_zone": "America/Argentina/Buenos_Aires"}

    answer = browser.post(SETTINGS, form, follow=True)

    assert answer.redirect_chain == [(SETTINGS, 302)]
    page = read(answer)
    assert page.all("div", role="status")[0].text.strip() == SAVED
    assert page.field("email")["value"] == form["email"]
    assert page.chosen("time_zone") == [form["time_zone"]]
    ada.refresh_from_db()
    assert (ada.email, ada.time_zone) == (form["email"], form["time_zone"])
    assert SAVED not in browser.get(SETTINGS).content.decode()


def test_an_address_is_not_needed(browser: Client, ada: User) -> None:
    browser.post(SETTINGS, {"email": "", "time_zone": "UTC"})

    ada.refresh_from_db()
    assert (ada.email, ada.time_zone) == ("", "UTC")


def test_every_time_zone_can_be_chosen_once(browser: Client, ada: User) -> None:
    page = read(browser.get(SETTINGS))

    names = [option.attributes["value"] for option in page.all("option")]
    assert names[0] == "UTC"
    assert sorted(names) == sorted(time_zone_names())
    groups = [group.attributes["label"] for group in page.all("optgroup")]
    assert groups[0] == "Africa"
    assert groups[-1] == "Other"
    (option,) = page.all("option", value="America/New_York")
    assert option.text == "New York"


@pytest.mark.parametrize("name", ["US/Pacific", "Etc/GMT+5", "Asia/Calcutta"])
def test_an_older_name_stays_as_it_is(browser: Client, ada: User, name: str) -> None:
    User.objects.filter(pk=ada.pk).update(time_zone=name)

    assert read(browser.get(SETTINGS)).chosen("time_zone") == [name]


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"email": "nobody"}, "email", "Enter a valid email address."),
        ({"email": "a\0@example.org"}, "email", "Null characters are not allowed."),
        ({"email": "x" * 250 + "@example.org"}, "email", "at most 254 characters"),
        ({"time_zone": "Mars"}, "time_zone", "Select a valid choice."),
        ({"time_zone": "a\0b"}, "time_zone", "Select a valid choice."),
        ({"time_zone": ""}, "time_zone", "This field is required."),
    ],
)
def test_a_bad_value_is_told_at_its_field_and_nothing_is_lost_or_saved(
    browser: Client, ada: User, change: dict[str, str], field: str, says: str
) -> None:
    form = {"email": "new@example.org", "time_zone": "Asia/Tokyo", **change}

    answer = browser.post(SETTINGS, form)

    page = read(answer)
    assert answer.status_code == 200
    assert says in page.error_at(field)
    assert page.field("email")["value"] == form["email"]
    assert page.chosen("time_zone") == ([] if field == "time_zone" else ["Asia/Tokyo"])
    ada.refresh_from_db()
    assert (ada.email, ada.time_zone) == ("ada@example.org", "Europe/Berlin")


def test_markup_that_was_typed_is_text(browser: Client, ada: User) -> None:
    answer = browser.post(SETTINGS, {"email": '"><script>alert(1)</script>', "time_zone": "UTC"})

    assert "<script>" not in answer.content.decode()


def test_nobody_else_is_seen_or_changed(browser: Client, ada: User) -> None:
    bob = UserFactory(username="bob", email="bob@example.org", time_zone="Asia/Tokyo")
    whom = {"id": str(bob.pk), "pk": str(bob.pk), "username": "bob", "user": str(bob.pk)}

    page = browser.get(SETTINGS, whom).content.decode()
    browser.post(SETTINGS, {"email": "x@example.org", "time_zone": "UTC", **whom})

    assert "bob@example.org" not in page
    bob.refresh_from_db()
    ada.refresh_from_db()
    assert (bob.email, bob.time_zone) == ("bob@example.org", "Asia/Tokyo")
    assert (ada.username, ada.email) == ("ada", "x@example.org")


def test_nobody_makes_themselves_an_operator(browser: Client, ada: User) -> None:
    form = {"email": "", "time_zone": "UTC", "is_staff": "on", "is_superuser": "on"}

    assert browser.post(SETTINGS, form).status_code == 302

    ada.refresh_from_db()
    assert not ada.is_staff
    assert not ada.is_superuser


def test_a_password_that_is_changed_at_the_same_moment_stays_changed(
    browser: Client, ada: User
) -> None:
    elsewhere = User.objects.get()

    with just_before_saving(lambda: change_password(elsewhere)):
        browser.post(SETTINGS, {"email": "new@example.org", "time_zone": "UTC"})

    elsewhere.refresh_from_db()
    assert elsewhere.email == "new@example.org"
    assert not elsewhere.check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_erased_at_the_same_moment_is_to_sign_in(
    browser: Client, ada: User
) -> None:
    with just_before_saving(lambda: erase(ada)):
        answer = browser.post(SETTINGS, {"email": "", "time_zone": "UTC"})

    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={SETTINGS}")
    assert not User.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_anonymous_sign_in_first(db: None, browser: Client, method: str) -> None:
    answer = getattr(browser, method)(SETTINGS)

    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={SETTINGS}")


def test_the_way_on(browser: Client, ada: User) -> None:
    page = read(browser.get(SETTINGS))

    assert page.all("a", href="/accounts/password/")
    assert page.all("a", href="/accounts/delete/")
