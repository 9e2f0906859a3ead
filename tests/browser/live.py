"""What a screen reader would say of a page by itself, by its live regions."""

import time
from importlib.resources import files

from playwright.sync_api import Page

from tests.browser.speech import PATIENCE

WRITING = "polite: The assistant is writing"
RECORDER = files("tests.browser").joinpath("live.js").read_text(encoding="utf-8")


class Heard:
    """Notes what is said on a page from its next address on: ``"polite: Added milk"`` of
    ``aria-live="polite"``, ``"assertive: …"`` of an alert."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        self._page = page
        page.expose_function("isSaid", lambda text: self.said.append(text))
        page.add_init_script(RECORDER)

    def expects(self, *texts: str) -> None:
        """These were said since the last time, in this order, and nothing else."""
        said = self.next(len(texts))
        assert said == list(texts), said

    def answer(self) -> str:
        """What alone was said, but that it is being written: that depends on how long it took."""
        said = self.next()
        while said[-1:] == [WRITING]:
            said = self.next()
        (answer,) = (each for each in said if each != WRITING)
        return answer

    def expects_no_more(self) -> None:
        """What is to be said is said one after the other, so it has all come before these words."""
        speak(self._page, "The end")
        self.expects("polite: The end")

    def next(self, number: int = 1) -> list[str]:
        """What was said since the last time; waits until it is so many."""
        give_up = time.monotonic() + PATIENCE
        while len(self.said) < number and time.monotonic() < give_up:
            self._page.wait_for_timeout(20)  # in which Playwright hears of what happens
        said = self.said.copy()
        del self.said[: len(said)]
        return said


def speak(page: Page, *texts: str) -> None:
    page.evaluate(
        """async (texts) => {
            const address = document.querySelector("script[src*='page']").src;
            const page = await (await fetch(address)).text();
            const base = new URL(page.match(/"(\\.\\/base[^"]*)"/)[1], address);
            const { speak } = await import(base);
            texts.forEach((text) => speak(text));
        }""",
        list(texts),
    )
