"""The list of conversations beside the talk, and what can be done with one of them."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from conversations.models import Conversation
from tests.browser.parts import conversations, is_phone, log, open_conversations, search
from tests.browser.talking import HeldRequests, address_of, button
from tests.browser.viewports import PHONE, both_widths
from tests.browser.watch import Watch
from tests.factories import ConversationFactory, say

phone = pytest.mark.parametrize("viewport", [PHONE], ids=["phone"])


@pytest.fixture
def holiday(user: User) -> Conversation:
    """Of three conversations the second that was spoken in, long ago."""
    garden = ConversationFactory(user=user, title="Garden")
    holiday = ConversationFactory(user=user, title="Holiday")
    say(holiday, "Find the passports", "They are in the drawer.")
    say(ConversationFactory(user=user), "Add milk", "Milk is on your list.")
    Conversation.objects.filter(pk=garden.pk).update(updated_at=datetime(2019, 1, 5, tzinfo=UTC))
    Conversation.objects.filter(pk=holiday.pk).update(updated_at=datetime(2020, 1, 5, tzinfo=UTC))
    return holiday


# The list


@both_widths
def test_the_latest_is_on_top_with_its_time_and_last_words(
    page: Page, holiday: Conversation
) -> None:
    page.goto(address_of(holiday))

    rows = open_conversations(page).get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("Milk is on your list.")
    expect(rows.nth(1)).to_contain_text("Holiday 5 Jan 2020 They are in the drawer.")
    expect(rows.nth(2)).to_contain_text("Garden 5 Jan 2019")
    expect(page.get_by_role("link", name="Holiday")).to_have_attribute("aria-current", "page")
    expect(conversations(page).locator("[aria-current]")).to_have_count(1)


@phone
def test_the_drawer_of_a_phone_closes_in_every_usual_way(page: Page, holiday: Conversation) -> None:
    page.goto("/")
    opener = page.get_by_role("button", name="Conversations")
    expect(conversations(page)).to_be_hidden()

    open_conversations(page).get_by_role("button", name="Close").click()
    expect(conversations(page)).to_be_hidden()
    expect(opener).to_be_focused()

    open_conversations(page).press("Escape")
    expect(conversations(page)).to_be_hidden()

    open_conversations(page)
    page.mouse.click(370, 400)
    expect(conversations(page)).to_be_hidden()

    open_conversations(page).get_by_role("link", name="Holiday").click()
    expect(page).to_have_url(address_of(holiday))
    expect(log(page)).to_contain_text("Find the passports")
    expect(conversations(page)).to_be_hidden()


@both_widths
def test_older_ones_come_as_one_scrolls(page: Page, user: User) -> None:
    for number in range(1, 65):
        ConversationFactory(user=user, title=f"Talk {number}")
    page.goto("/")
    links = open_conversations(page).get_by_role("link", name="Talk")
    expect(links).to_have_count(30)

    for loaded, last in [(60, "Talk 5 "), (64, "Talk 1 ")]:
        page.get_by_role("link", name="Older conversations").scroll_into_view_if_needed()
        expect(links).to_have_count(loaded)
        expect(links.last).to_contain_text(last)
    expect(page.get_by_role("link", name="Older conversations")).to_have_count(0)


@both_widths
def test_the_search_follows_what_one_types(page: Page, holiday: Conversation) -> None:
    page.goto("/")
    links = open_conversations(page).locator("ol").get_by_role("link")
    expect(links).to_have_count(3)

    search(page).press_sequentially("PASSPORT")
    expect(links).to_have_count(1)
    expect(links).to_contain_text("Holiday")

    search(page).press_sequentially("x")
    expect(conversations(page)).to_contain_text("Nothing found.")
    expect(links).to_have_count(0)

    search(page).fill("")
    expect(links).to_have_count(3)


def test_an_answer_that_comes_late_does_not_take_the_place_of_a_newer_one(
    page: Page, holiday: Conversation
) -> None:
    page.goto("/")
    links = conversations(page).locator("ol").get_by_role("link")
    held: list[Route] = []
    page.route(re.compile("search=gar$"), lambda route: held.append(route))
    with page.expect_request(re.compile("search=gar$")):
        search(page).fill("gar")

    search(page).fill("passport")
    expect(links).to_have_text(["Holiday 5 Jan 2020 Find the passports 1 message"])
    with page.expect_response(re.compile("search=gar$")):
        held[0].continue_()

    page.evaluate("new Promise(requestAnimationFrame)")
    expect(links).to_have_count(1)
    expect(links).to_contain_text("Holiday")


# One of them


@both_widths
def test_renaming_in_place_shows_everywhere(page: Page, holiday: Conversation) -> None:
    page.goto(address_of(holiday))
    expect(page).to_have_title("Holiday · Todo Chat")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    field = page.get_by_label("Title of this conversation")
    news = HeldRequests(page, "**/news/*")
    news.wait()

    field.fill("Summer in Rome")
    field.press("Enter")
    expect(page).to_have_title("Summer in Rome · Todo Chat")
    expect(page.get_by_role("heading", level=1)).to_have_text("Summer in Rome")
    news.go_on()
    news.wait()  # so what was told is drawn
    assert sum(each.startswith("PATCH") for each in asked) == 1
    assert sum(each.endswith(address_of(holiday)) for each in asked) == 1
    page.unroute("**/news/*")

    field.fill("Winter in Rome")
    field.blur()
    expect(page).to_have_title("Winter in Rome · Todo Chat")
    first = open_conversations(page).locator("ol").get_by_role("link").first
    expect(first).to_contain_text("Winter in Rome")
    expect(first).to_have_attribute("aria-current", "page")

    page.reload()
    expect(field).to_have_value("Winter in Rome")


@both_widths
def test_a_title_that_cannot_be_is_refused_in_words(
    page: Page, watch: Watch, holiday: Conversation
) -> None:
    watch.allow("status of 400")
    page.goto(address_of(holiday))
    field = page.get_by_label("Title of this conversation")

    field.fill("x" * 201)
    field.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("no more than 200 characters")
    expect(page).to_have_title("Holiday · Todo Chat")

    field.fill("Rome")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page).to_have_title("Rome · Todo Chat")


@both_widths
def test_deleting_asks_first_and_can_be_undone(page: Page, holiday: Conversation) -> None:
    page.goto(address_of(holiday))
    dialog = page.get_by_role("dialog", name="Delete this conversation?")

    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()

    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page).to_have_url("/")
    notice = page.get_by_role("status").filter(has_text="The conversation is deleted.")
    expect(notice).to_be_visible()
    expect(open_conversations(page).locator("ol").get_by_role("link")).to_have_count(2)
    if is_phone(page):
        page.keyboard.press("Escape")

    notice.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(address_of(holiday))
    expect(log(page)).to_contain_text("Find the passports")
    expect(open_conversations(page).locator("ol").get_by_role("link")).to_have_count(3)


@both_widths
def test_a_conversation_can_be_taken_along(page: Page, holiday: Conversation) -> None:
    page.goto(address_of(holiday))

    button(page, "Export").click()
    for name, ending in [("To read (Markdown)", ".md"), ("For programs (JSON)", ".json")]:
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()

        assert download.value.suggested_filename.endswith(ending)
        words = download.value.path().read_text()
        assert "Find the passports" in words
        assert "They are in the drawer." in words
