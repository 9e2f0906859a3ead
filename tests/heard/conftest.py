# ruff: noqa: F401, F811 (fixtures are taken over from the other tests in a browser)
"""A Chromium with a window, which Orca reads.

The run is one of its own (`make test-heard`), as that of the other tests in a browser is.
"""

import shutil
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import (
    QUIET,
    built_in_server,
    colour_scheme,
    model,
    open_page,
    page,
    scripted_server,
    server,
    shared_model,
    user,
    viewport,
    watch,
)
from tests.browser.live import speak
from tests.browser.speech import PATIENCE
from tests.heard.orca import PACKAGES, Orca, is_here


@pytest.fixture(scope="package")
def orca() -> Iterator[Orca]:
    if not is_here():
        pytest.skip(f"Tests with a screen reader need Orca. Try: apt install {PACKAGES}")
    with Orca() as orca:
        yield orca


@pytest.fixture(scope="package")
def chromium(orca: Orca) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Django takes Playwright's event loop for ours, and would refuse the database to the tests.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE * 1000)
        with playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            headless=False,
            env=dict(orca.environment),
            args=[*QUIET, "--force-renderer-accessibility", "--disable-gpu", "--no-first-run"],
        ) as browser:
            yield browser


MARK = "So much for"
MODES = "Focus mode", "Browse mode"  # what Orca's own keys do where the focus is


class Ear:
    """Hears what Orca says of a page."""

    def __init__(self, orca: Orca, page: Page) -> None:
        self._orca, self._page = orca, page
        self._asked = count(1)

    def goes_to(self, address: str) -> None:
        """Orca may miss that a page has come, and is deaf to it; then it is loaded once more."""
        self._page.goto(address)
        for _loading in range(5):
            if self._orca.says(self._mark(), self._page, patience=3):
                break
            self._page.reload()
        self.hears()

    def hears(self, *texts: str) -> list[str]:
        """What was said since it was asked the last time, up to these and whatever comes behind.

        What the page is made to say then comes after all else that it has to say.
        """
        heard = [said for text in texts for said in self._orca.until(text, self._page)]
        heard += self._orca.until(self._mark(), self._page)
        return [said for said in heard if not said.startswith(MARK) and said not in MODES]

    def _mark(self) -> str:
        mark = f"{MARK} number {next(self._asked)}."
        speak(self._page, mark)
        return mark


@pytest.fixture
def ear(orca: Orca, page: Page) -> Ear:
    return Ear(orca, page)
