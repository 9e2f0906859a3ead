"""In which windows and colours a page is looked at: marks for tests that want all of them."""

import pytest
from playwright.sync_api import Page, ViewportSize

WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 812}

both_widths = pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
both_colours = pytest.mark.parametrize("colour_scheme", ["light", "dark"])


def fits_the_window(page: Page) -> bool:
    """Nothing makes it scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
