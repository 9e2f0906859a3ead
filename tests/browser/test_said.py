"""What a screen reader hears, by the live regions of the page."""

from playwright.sync_api import Page

from tests.browser.live import Heard


def test_each_text_is_said_once_and_in_its_turn(page: Page) -> None:
    heard = Heard(page)
    page.goto("/")

    speak(page, "Added milk", "Added milk", "Took back: milk")

    heard.expects("polite: Added milk", "polite: Added milk", "polite: Took back: milk")


def speak(page: Page, *texts: str) -> None:
    page.evaluate(
        """async (texts) => {
            const address = document.querySelector("script[src*='page']").src;
            const page = await (await fetch(address)).text();
            const talk = new URL(page.match(/"(\\.\\/talk[^"]*)"/)[1], address);
            const { speak } = await import(talk);
            texts.forEach((text) => speak(text));
        }""",
        list(texts),
    )
