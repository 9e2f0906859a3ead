"""axe-core, which finds what people with a screen reader, a keyboard or weak eyes would stumble on.

`make test-browser` installs it beside the Python packages.
"""

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(sys.prefix) / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = "tags => axe.run(document, {runOnly: [...tags], resultTypes: ['violations']})"


def faults_of(page: Page) -> list[str]:
    """A line for each element at fault: the rule, the element, and what is wrong with it."""
    page.emulate_media(reduced_motion="reduce")  # what fades in has its colours at once
    page.evaluate(SOURCE.read_text())  # past the policy of the page, which stays as it is
    outcome = page.evaluate(RUN, list(RULES))
    return [
        _line(rule["id"], element) for rule in outcome["violations"] for element in rule["nodes"]
    ]


def _line(rule: str, element: dict[str, Any]) -> str:
    why = " ".join(element["failureSummary"].split())
    return f"{rule}: {element['html']}\n    at {element['target'][0]}: {why}"
