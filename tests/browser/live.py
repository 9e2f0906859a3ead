"""What a screen reader would say of a page by itself, by its live regions."""

import time
from importlib.resources import files

from playwright.sync_api import Page

from tests.browser.speech import PATIENCE

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
        give_up = time.monotonic() + PATIENCE
        while len(self.said) < len(texts) and time.monotonic() < give_up:
            self._page.wait_for_timeout(20)  # in which Playwright hears of what happens
        self._page.evaluate("1")
        said = self.said.copy()
        del self.said[: len(said)]
        assert said == list(texts)
