"""The account with nothing but the keyboard, and how its pages look."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.browser.conftest import Open
from tests.browser.viewports import both_colours, both_widths, fits_the_window
from tests.browser.watch import Watch
from tests.factories import PASSWORD, ConversationFactory, UserFactory
from tests.factories import say as said_before

SIGN_UP = "/accounts/signup/"
SIGN_IN = "/accounts/login/"


def tab_to(page: Page, element: Locator) -> None:
    expect(element).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if element.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"The Tab key does not lead to {element}")


def type_into(page: Page, label: str, text: str) -> None:
    tab_to(page, page.get_by_label(re.compile(rf"^{label}:?$")))
    page.keyboard.type(text)


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.goto(SIGN_IN)
    type_into(page, "Username", "ada")
    type_into(page, "Password", password)
    page.keyboard.press("Enter")


def sign_up(page: Page, username: str = "ada", password: str = PASSWORD) -> None:
    page.goto(SIGN_UP)
    type_into(page, "Username", username)
    type_into(page, "Password", password)
    type_into(page, "Password confirmation", password)
    page.keyboard.press("Enter")


def sign_out_of(page: Page) -> Locator:
    return page.get_by_role("button", name="Sign out")


# The keyboard


@both_widths
def test_signing_up_with_the_keyboard(anonymous_page: Page) -> None:
    sign_up(anonymous_page)

    expect(anonymous_page).to_have_url("/")
    assert User.objects.get().username == "ada"


@both_widths
def test_the_keyboard_leads_from_one_page_to_the_other(anonymous_page: Page) -> None:
    page = anonymous_page
    page.goto(SIGN_IN)

    tab_to(page, page.get_by_role("link", name="Make an account"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Sign in"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@both_widths
def test_signing_in_and_out_with_the_keyboard(anonymous_page: Page) -> None:
    page = anonymous_page
    UserFactory(username="ada")
    sign_in(page)
    expect(page).to_have_url("/")

    page.goto("/accounts/settings/")
    tab_to(page, sign_out_of(page))
    page.keyboard.press("Enter")

    expect(page).to_have_url(SIGN_IN)
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_back_button_shows_nothing_of_who_has_signed_out(page: Page, user: User) -> None:
    said_before(ConversationFactory(user=user), "a secret")
    page.goto("/")
    page.get_by_role("link", name="a secret").click()
    expect(page.get_by_role("log").get_by_text("a secret").first).to_be_visible()
    page.goto("/accounts/settings/")
    sign_out_of(page).click()
    expect(page).to_have_url(SIGN_IN)

    for _step in range(3):
        page.go_back()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(page.get_by_text("a secret")).to_have_count(0)


@both_widths
def test_a_wrong_password_is_told_and_the_name_is_kept(anonymous_page: Page) -> None:
    sign_in(anonymous_page, "wrong")

    expect(anonymous_page.get_by_text("The name or the password is wrong.")).to_be_visible()
    expect(anonymous_page.get_by_label("Username")).to_have_value("ada")


def test_who_deletes_the_account_leaves_no_words_behind(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Your message").fill("a secret")
    page.goto("/accounts/delete/")
    type_into(page, "Your password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    assert page.evaluate("localStorage.length") == 0


# How the pages look


@both_widths
@both_colours
@pytest.mark.parametrize("path", [SIGN_IN, SIGN_UP])
def test_everybody_can_read_and_use_the_pages_of_strangers(
    anonymous_page: Page, axe: Callable[[Page], None], path: str
) -> None:
    anonymous_page.goto(path)

    axe(anonymous_page)
    assert fits_the_window(anonymous_page)


@both_widths
@both_colours
@pytest.mark.parametrize(
    "path", ["/accounts/settings/", "/accounts/password/", "/accounts/delete/"]
)
def test_everybody_can_read_and_use_the_pages_of_the_account(
    page: Page, axe: Callable[[Page], None], path: str
) -> None:
    page.goto(path)

    axe(page)
    assert fits_the_window(page)


@both_widths
@both_colours
def test_everybody_can_read_what_is_wrong(
    anonymous_page: Page, axe: Callable[[Page], None]
) -> None:
    sign_in(anonymous_page, "wrong")
    expect(anonymous_page.get_by_text("The name or the password is wrong.")).to_be_visible()
    axe(anonymous_page)

    sign_up(anonymous_page, "a b", "1234")
    expect(anonymous_page.get_by_text("Enter a valid username")).to_be_visible()
    axe(anonymous_page)
    assert fits_the_window(anonymous_page)


@both_widths
@both_colours
@pytest.mark.parametrize("who", ["user", "stranger"])
def test_everybody_can_read_that_a_page_is_not_there(
    open_page: Open, user: User, watch: Watch, axe: Callable[[Page], None], who: str
) -> None:
    watch.allow("status of 404")
    page = open_page(user if who == "user" else None)
    page.goto("/nowhere/")

    axe(page)
    assert fits_the_window(page)
