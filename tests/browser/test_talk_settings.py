"""What a person sees of the settings of a server: its limits, and who answers in need."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.talking import button, replies, say, shows_one_exchange, waiting
from tests.browser.watch import Watch
from tests.fakes.answers import fails
from tests.served.processes import Model
from tests.servers import TodoChat


@pytest.fixture
def server(transactional_db: None, settings_of_server: dict[str, str]) -> Iterator[TodoChat]:
    with served(**settings_of_server) as server:
        yield server


@pytest.fixture
def settings_of_server(request: pytest.FixtureRequest) -> dict[str, str]:
    if "model" not in request.fixturenames:
        return {"CHAT_RATE": "1/h"}
    model: Model = request.getfixturevalue("model")
    return {"OPENAI_BASE_URL": model.url, "AGENT_FALLBACK": "1"}


def test_who_sends_too_much_is_told_how_long_to_wait_and_loses_nothing(
    page: Page, watch: Watch
) -> None:
    watch.allow("status of 429")
    page.goto("/")
    say(page, "Add Milk")
    shows_one_exchange(page, "Add Milk", "Milk")

    say(page, "Add Honey")

    expect(waiting(page)).to_contain_text("Add Honey")
    expect(waiting(page).get_by_role("alert")).to_have_text(
        re.compile(r"Too many requests\. Try again in \d.+\.")
    )
    page.reload()
    expect(waiting(page)).to_contain_text("Add Honey")
    expect(button(waiting(page), "Try again")).to_be_visible()


def test_the_built_in_assistant_helps_out_and_says_so(page: Page, model: Model) -> None:
    model.begin(fails(500), fails(500))
    page.goto("/")
    say(page, "Add Milk")

    expect(
        replies(page).get_by_text(
            "The language model could not be reached; the built-in assistant answered."
        )
    ).to_be_visible()
    shows_one_exchange(page, "Add Milk", "Milk")
