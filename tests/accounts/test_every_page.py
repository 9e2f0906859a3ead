"""What all pages of the account have in common."""

import re

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.markup import Page, read
from tests.factories import UserFactory

pytestmark = pytest.mark.only_on("sqlite")

OPEN = ["/accounts/login/", "/accounts/signup/"]
PRIVATE = ["/accounts/settings/", "/accounts/password/", "/accounts/delete/"]


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory(username="ada")


def load(browser: Client, ada: User, path: str) -> Page:
    if path in PRIVATE:
        browser.force_login(ada)
    return read(browser.get(path))


@pytest.mark.parametrize("path", [*OPEN, *PRIVATE])
@pytest.mark.parametrize("sent", [False, True])
def test_every_field_has_a_label_and_what_describes_it(
    browser: Client, ada: User, path: str, sent: bool
) -> None:
    page = load(browser, ada, path)
    if sent:
        page = read(browser.post(path, {}))

    widgets = [e.attributes for e in page.all("input") + page.all("select")]
    widgets = [w for w in widgets if w.get("type") != "hidden" and "hidden" not in w]
    assert widgets
    for widget in widgets:
        assert page.all("label", **{"for": widget["id"]})
        for name in widget.get("aria-describedby", "").split():
            assert page.with_id(name).text.strip()


@pytest.mark.parametrize("path", [*OPEN, *PRIVATE, "/nowhere"])
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(
    browser: Client, ada: User, path: str
) -> None:
    page = load(browser, ada, path)

    assert not page.all("style")
    for element in page.elements:
        assert not [name for name in element.attributes if re.match("style$|on", name)]
        if element.tag == "script":
            assert (element.attributes["type"], element.text) == ("module", "")
        for name in ("src", "href", "action"):
            assert re.match("[/#](?!/)", element.attributes.get(name, "/"))


@pytest.mark.parametrize("path", [*OPEN, *PRIVATE, "/nowhere"])
def test_the_frame_of_a_page(browser: Client, ada: User, path: str) -> None:
    page = load(browser, ada, path)

    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("title")[0].text.endswith(" · Todo Chat")
    assert len(page.all("h1")) == 1
    assert page.all("meta", name="color-scheme", content="light dark")
    assert (
        page.all("a", href="#main")[0]
        in page.elements[: page.elements.index(page.all("header")[0])]
    )
    assert page.with_id("main").tag == "main"
    assert page.all("header")
    assert page.all("a", href="/")


@pytest.mark.parametrize("path", PRIVATE)
def test_who_is_signed_in_finds_the_way_and_can_sign_out(
    browser: Client, ada: User, path: str
) -> None:
    page = load(browser, ada, path)

    nav = page.all("nav")[0]
    assert "ada" in nav.text
    assert page.all("form", action="/accounts/logout/", method="post")
    here = [e.attributes["href"] for e in page.all("a", **{"aria-current": "page"})]
    assert here == ([path] if path == "/accounts/settings/" else [])


@pytest.mark.parametrize("path", [*OPEN, "/nowhere"])
def test_who_is_not_is_offered_no_way_that_is_closed(browser: Client, ada: User, path: str) -> None:
    assert not load(browser, ada, path).all("nav")


@pytest.mark.parametrize("path", [*OPEN, *PRIVATE])
def test_the_browser_keeps_none_of_them(browser: Client, ada: User, path: str) -> None:
    load(browser, ada, path)

    assert "no-store" in browser.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", PRIVATE)
def test_a_form_of_another_site_changes_nothing(ada: User, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)

    answer = browser.post(path, {"password": "x", "email": "evil@example.org", "time_zone": "UTC"})

    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()
    assert User.objects.get().email == ada.email


@pytest.mark.parametrize("path", [*OPEN, *PRIVATE])
def test_every_form_brings_its_token(ada: User, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = load(browser, ada, path)
    token = page.all("input", name="csrfmiddlewaretoken")[0].attributes["value"]

    assert browser.post(path, {"csrfmiddlewaretoken": token}).status_code == 200
    assert len(page.all("input", name="csrfmiddlewaretoken")) == len(page.all("form"))


@pytest.mark.parametrize("path", [*OPEN, *PRIVATE])
def test_pages_answer_without_their_slash(browser: Client, ada: User, path: str) -> None:
    load(browser, ada, path)

    assert browser.get(path.rstrip("/")).status_code == 200
