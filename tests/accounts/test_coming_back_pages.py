"""Who is sent to sign in comes back to where they were, and never to another site."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.markup import read
from tests.factories import PASSWORD, UserFactory

SIGN_UP = "/accounts/signup/"
SIGN_IN = "/accounts/login/"
WHERE = "/accounts/settings/?a=1&b=ü"
QUOTED = "/accounts/settings/%3Fa%3D1%26b%3D%C3%BC"

ELSEWHERE = [
    "//evil.test",
    "///evil.test",
    "https://evil.test/",
    "http:evil.test",
    r"/\evil.test",
    r"\\evil.test",
    "javascript:alert(1)",
    " //evil.test",
    "/\t/evil.test",
    "http://[",
]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.only_on("sqlite"),  # it is about addresses
    pytest.mark.usefixtures("quick_hash"),
]

Enter = Callable[[Client, str], str]


def sign_in(browser: Client, query: str) -> str:
    UserFactory(username="ada")
    answer = browser.post(f"{SIGN_IN}{query}", {"username": "ada", "password": PASSWORD})
    return answer["Location"]


def sign_up(browser: Client, query: str) -> str:
    form = {"username": "ada", "password1": PASSWORD, "password2": PASSWORD}
    return browser.post(f"{SIGN_UP}{query}", form)["Location"]


def test_the_anonymous_are_sent_to_sign_in_and_from_there_back(browser: Client) -> None:
    answer = browser.get("/accounts/settings/", {"a": "1", "b": "ü"})

    assert answer.status_code == 302
    place, _, query = answer["Location"].partition("?")
    assert place == SIGN_IN
    assert sign_in(browser, f"?{query}") == "/accounts/settings/?a=1&b=%C3%BC"


@pytest.mark.parametrize("enter", [sign_in, sign_up])
def test_after_signing_in_or_up_one_is_where_one_wanted_to_be(
    browser: Client, enter: Enter
) -> None:
    assert enter(browser, f"?next={QUOTED}") == "/accounts/settings/?a=1&b=%C3%BC"


def test_it_is_not_forgotten_on_the_way_from_one_form_to_the_other(browser: Client) -> None:
    page = read(browser.get(f"{SIGN_IN}?next={QUOTED}"))
    (to_sign_up,) = [
        link.attributes["href"]
        for link in page.all("a")
        if link.attributes["href"].startswith(SIGN_UP)
    ]
    back = read(browser.get(to_sign_up))

    assert to_sign_up == f"{SIGN_UP}?next={QUOTED}"
    assert back.all("a", href=f"{SIGN_IN}?next={QUOTED}")


def test_nor_by_a_mistake(browser: Client) -> None:
    answer = browser.post(f"{SIGN_IN}?next={QUOTED}", {"username": "ada", "password": "wrong"})

    page = read(answer)
    assert page.all("a", href=f"{SIGN_UP}?next={QUOTED}")
    assert "action" not in page.all("form")[0].attributes  # so it goes to the same address again


@pytest.mark.parametrize("enter", [sign_in, sign_up])
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_but_never_on_another_site(browser: Client, elsewhere: str, enter: Enter) -> None:
    assert enter(browser, f"?next={elsewhere}") == "/"


NO_PAGES = [
    "/accounts/logout/",
    "/accounts/logout",
    "/accounts/logout/?x=1",
    "/accounts/l%6Fgout/",
    "/accounts/settings/../logout/",
    "/accounts/login/?next=/accounts/logout/",
    "/accounts/signup/",
    "/say/",
    "/tasks/",
    "/tasks/add/",
    "/c/",
    "/c/0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55/delete/",
    "/c/0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55/messages/",
    "/messages/0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55/undo/",
    "/admin/logout/",
    "/admin/login/",
    "/admin/jsi18n/",
    "/admin/nothing/of/that/name/",
    "/api/auth/me/",
    "/api/docs/",
    "/chatkit/threads/",
    "/health/",
    "/metrics",
    "/nowhere/",
]
PAGES = [
    "/?q=1",
    "/c/0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55/",
    "/c/0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55",
    "/accounts/password/",
    "/accounts/delete/",
    "/admin/",
    "/admin",
    "/admin/todos/task/",
    "/admin/accounts/user/1/change/",
]


@pytest.mark.parametrize("enter", [sign_in, sign_up])
@pytest.mark.parametrize("address", NO_PAGES)
def test_nor_where_nothing_is_to_be_read(browser: Client, address: str, enter: Enter) -> None:
    assert enter(browser, f"?{urlencode({'next': address})}") == "/"
    assert browser.get(SIGN_IN, {"next": address})["Location"] == "/"


@pytest.mark.parametrize("address", PAGES)
def test_all_pages_can_be_come_back_to(browser: Client, address: str) -> None:
    assert sign_in(browser, f"?{urlencode({'next': address})}") == address


@pytest.mark.parametrize("path", [SIGN_IN, SIGN_UP])
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nor_does_a_link_lead_there(browser: Client, elsewhere: str, path: str) -> None:
    assert "next=" not in browser.get(path, {"next": elsewhere}).content.decode()


@pytest.mark.parametrize("path", [SIGN_IN, SIGN_UP])
def test_who_is_signed_in_goes_straight_on(browser: Client, path: str) -> None:
    browser.force_login(UserFactory())

    assert browser.get(path)["Location"] == "/"
    assert browser.get(path, {"next": "/accounts/settings/"})["Location"] == "/accounts/settings/"
    assert browser.get(path, {"next": "//evil.test"})["Location"] == "/"
    assert browser.get(path, {"next": path})["Location"] == "/"


def test_nobody_makes_a_second_account_while_signed_in(browser: Client) -> None:
    user = UserFactory()
    browser.force_login(user)

    assert sign_up(browser, "") == "/"

    assert User.objects.get() == user
