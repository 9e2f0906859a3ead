"""What a person does and sees on the page of the chat."""

import time

from playwright.sync_api import Locator, Page, Request, Route, expect

from conversations.models import Conversation
from tests.browser.speech import PATIENCE


def address_of(conversation: Conversation) -> str:
    return f"/c/{conversation.pk}/"


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your message")


def say(page: Page, text: str) -> None:
    composer(page).fill(text)
    composer(page).press("Enter")


def messages(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages").get_by_role("article")


def said(page: Page) -> Locator:
    return messages(page).filter(has=page.get_by_role("heading", name="You", exact=True))


def replies(page: Page) -> Locator:
    return messages(page).filter(has=page.get_by_role("heading", name="Assistant", exact=True))


def waiting(page: Page) -> Locator:
    """What is to be sent, below the talk."""
    return page.get_by_role("list", name="To be sent").get_by_role("listitem")


def typing(page: Page) -> Locator:
    return page.get_by_role("log").get_by_text("The assistant is writing")


def shows_one_exchange(page: Page, message: str, reply: str) -> None:
    """This message, this reply, both whole and settled, and nothing else."""
    expect(button(page, "Send")).to_be_visible()
    expect(messages(page)).to_have_count(2)
    expect(said(page)).to_contain_text(message)
    expect(replies(page)).to_contain_text(reply)
    expect(typing(page)).to_have_count(0)


def button(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def look(page: Page) -> None:
    """As when somebody comes back to a tab, which then asks at once for what is new."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def keys_of_messages(page: Page) -> list[str]:
    """The Idempotency-Key of each message that the page sends, as it sends them."""
    keys: list[str] = []

    def take_note(request: Request) -> None:
        if request.url.endswith("/api/chat/"):
            keys.append(request.headers["idempotency-key"])

    page.on("request", take_note)
    return keys


class HeldRequests:
    """The requests of a page for ``url``, each of which waits for its `go_on`."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._routes: list[Route] = []
        page.route(url, lambda route: self._routes.append(route))

    def go_on(self) -> None:
        self.wait()
        self._routes.pop(0).continue_()

    def wait(self) -> None:
        give_up = time.monotonic() + PATIENCE
        while not self._routes:
            assert time.monotonic() < give_up, "the page does not ask for it"
            self._page.wait_for_timeout(20)  # in which Playwright hears of what happens
