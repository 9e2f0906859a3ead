"""The content security policy of each page, as a browser obeys it."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import Open
from tests.browser.watch import Watch
from tests.factories import UserFactory

ADD_SCRIPT = """() => {
    const script = document.createElement("script");
    script.textContent = "window.strange = true";
    document.body.append(script);
    return window.strange === true;
}"""

pages = pytest.mark.parametrize(
    ("path", "shows"),
    [
        ("/", "Todo Chat"),
        ("/api/docs/", "/api/chat/"),
        ("/admin/", "Site administration"),
        ("/admin/accounts/user/add/", "Add user"),
        ("/admin/conversations/conversation/", "Select conversation"),
        ("/admin/activity/", "How long they take"),
    ],
)


@pytest.fixture
def user(transactional_db: None) -> User:
    return UserFactory(is_staff=True, is_superuser=True)


@pages
def test_every_page_works_by_its_own_policy(page: Page, path: str, shows: str) -> None:
    page.goto(path)

    expect(page.get_by_text(shows).first).to_be_visible()


@pages
def test_no_page_runs_a_strange_script(page: Page, watch: Watch, path: str, shows: str) -> None:
    watch.allow("Executing inline script violates")
    page.goto(path)

    assert page.evaluate(ADD_SCRIPT) is False


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_no_page_of_a_stranger_runs_a_strange_script(
    open_page: Open, watch: Watch, path: str
) -> None:
    watch.allow("Executing inline script violates")
    page = open_page(None)
    page.goto(path)

    assert page.evaluate(ADD_SCRIPT) is False
