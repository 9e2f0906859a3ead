"""Each state differs from the others by more than its colour, for who has colours of their own."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from conversations.models import Conversation, ToolCall, Turn
from tests.browser.conftest import Open
from tests.browser.parts import conversations, tasks
from tests.browser.talking import address_of
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from todos.models import Origin, TaskList

SHAPE = """node => {
    const { fontWeight, borderInlineStartWidth, textDecorationLine } = getComputedStyle(node);
    const { fontWeight: title } = getComputedStyle(node.querySelector(".title") ?? node);
    return [fontWeight, borderInlineStartWidth, textDecorationLine, title].join();
}"""


@pytest.fixture
def talk(user: User) -> Conversation:
    """With a card of each kind, and tasks of each."""
    ConversationFactory(user=user, title="Another")
    talk = ConversationFactory(user=user, title="This one")
    turn = talk.begin_turn("Do it all", LEASE)
    record_call(turn)
    record_call(turn, status=ToolCall.Status.FAILED, result={"error": "There is no such task."})
    turn.finish(Turn.Status.COMPLETED, "Done.")
    TaskFactory(user=user, title="Open", tags=["home", "work"])
    TaskFactory(user=user, title="Done", completed=True, tags=["home"])
    for name in ("Garden", "House"):
        TaskList.add(user, Origin("api"), name=name)
    return talk


def picture(page: Page, node: Locator, width: int) -> bytes:
    """Of how it begins, which is a mark without words."""
    box: Any = node.bounding_box()
    return page.screenshot(clip={**box, "width": width, "height": min(36, box["height"])})


@pytest.mark.parametrize("forced", ["active", "none"])
def test_each_state_has_a_shape(
    open_page: Open, user: User, talk: Conversation, forced: str
) -> None:
    page = open_page(user, forced_colors=forced)
    page.emulate_media(reduced_motion="reduce")
    page.goto(address_of(talk) + "?list=inbox&tag=home")

    ticks = tasks(page).locator(".tick")
    expect(ticks).to_have_count(2)
    open_, done = (picture(page, ticks.nth(number), 36) for number in range(2))
    assert open_ != done

    cards = page.get_by_role("log").locator("summary")
    succeeded, failed = (picture(page, cards.nth(number), 28) for number in range(2))
    assert succeeded != failed
    for mark in (succeeded, failed):
        assert len(mark) > len(picture(page, page.get_by_role("log").get_by_text("Done."), 1))

    rows = conversations(page).locator("ol").get_by_role("link")
    lists = tasks(page).get_by_role("navigation", name="Lists").get_by_role("link")
    tags = tasks(page).locator(".detail .chip")
    views = tasks(page).get_by_role("navigation", name="Views").get_by_role("link")
    for choices in (rows, lists, tags, views):
        chosen = choices.and_(page.locator("[aria-current]"))
        others = choices.and_(page.locator(":not([aria-current])"))
        assert chosen.first.evaluate(SHAPE) != others.first.evaluate(SHAPE)
