"""What a search has found, on the page: the way to a message, what stands around it, and back."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation, Message
from tests.browser.axe import faults_of
from tests.browser.parts import log, open_conversations, search
from tests.browser.viewports import both_widths, fits_the_window
from tests.factories import ConversationFactory, say


@pytest.fixture
def long_one(user: User) -> Conversation:
    conversation = ConversationFactory(user=user, title="Long")
    for number in range(1, 91):
        word = "Ärger" if number == 40 else "word"
        say(conversation, f"Question {number} {word}", f"Answer {number}")
    return conversation


@both_widths
def test_a_search_leads_to_its_message_and_back(page: Page, long_one: Conversation) -> None:
    page.goto("/")
    rows = open_conversations(page).locator("ol").get_by_role("link")
    search(page).press_sequentially("ARGER")
    expect(rows.locator("mark")).to_have_text("Ärger")
    expect(rows).to_contain_text("1 message")
    assert faults_of(page) == []

    rows.click()

    found = Message.objects.get(content__contains="Ärger")
    expect(page).to_have_url(re.compile(rf"around=79#message-{found.pk}$"))
    article = page.locator(f"#message-{found.pk}")
    expect(article).to_be_in_viewport()
    expect(article).to_be_focused()
    expect(log(page)).not_to_contain_text("Answer 90")
    assert fits_the_window(page)
    assert faults_of(page) == []

    for last in ("Question 77", "Answer 90"):
        log(page).evaluate("(log) => { log.scrollTop = log.scrollHeight }")
        expect(log(page)).to_contain_text(last)
    expect(log(page).get_by_role("link", name="Later messages")).to_have_count(0)
    seqs = (
        log(page).locator("article").evaluate_all("(all) => all.map((each) => +each.dataset.seq)")
    )
    assert seqs == [*range(seqs[0], 181)]

    page.go_back()
    expect(search(page)).to_have_value("ARGER")
    expect(page.locator("#conversations a")).to_have_count(1)


def test_the_end_is_one_click_or_one_message_away(page: Page, long_one: Conversation) -> None:
    page.goto(f"/c/{long_one.pk}/?around=79")
    page.get_by_role("button", name="To the end").click()
    expect(log(page)).to_contain_text("Answer 90")
    expect(log(page)).not_to_contain_text("Ärger")
    expect(page).to_have_url(re.compile(rf"/c/{long_one.pk}/$"))

    page.goto(f"/c/{long_one.pk}/?around=79")
    page.get_by_label("Your message").fill("what do I have?")
    page.keyboard.press("Enter")
    expect(log(page).locator("article").last).to_have_attribute("data-seq", "182")
    expect(log(page)).to_contain_text("Answer 90")
    expect(log(page)).not_to_contain_text("Ärger")
