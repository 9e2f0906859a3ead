"""A real Chromium in front of a real server.

The run is one of its own (`make test-browser`): Playwright keeps an event loop running in the
thread of the tests, which other tests would stumble on.
"""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from accounts.models import User
from tests.browser import axe as axe_core
from tests.browser.speech import PATIENCE
from tests.browser.viewports import WIDE
from tests.browser.watch import Watch
from tests.conftest import database_url
from tests.factories import UserFactory
from tests.served.processes import Model, Mortal
from tests.servers import TodoChat

# The first has no windows to keep up, and takes half the time.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-background-networking",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
LIMITS = ("CHAT_RATE", "LOGIN_RATE", "LOGIN_ADDRESS_RATE", "REGISTER_RATE")

Open = Callable[..., Page]


@pytest.fixture(scope="package")
def path_of_chromium() -> str:
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.skip("Browser tests need Chromium. Try: apt install chromium-headless-shell")
    return path


@pytest.fixture(scope="package")
def chromium(path_of_chromium: str) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Django takes Playwright's event loop for ours, and would refuse the database to the tests.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE * 1000)
        with playwright.chromium.launch(executable_path=path_of_chromium, args=QUIET) as browser:
            yield browser


@pytest.fixture(scope="package")
def built_in_server(django_db_setup: None) -> Iterator[TodoChat]:
    with served() as server:
        yield server


@pytest.fixture(scope="package")
def shared_model() -> Iterator[Model]:
    with Model() as model:
        yield model


@pytest.fixture(scope="package")
def scripted_server(django_db_setup: None, shared_model: Model) -> Iterator[TodoChat]:
    with served(OPENAI_BASE_URL=shared_model.url) as server:
        yield server


@pytest.fixture
def model(shared_model: Model) -> Iterator[Model]:
    """Ready for ``model.begin(…)``; in the end nothing that broke the rules was asked of it."""
    shared_model.begin()
    yield shared_model
    assert shared_model.refused == []


@pytest.fixture
def server(request: pytest.FixtureRequest, transactional_db: None) -> TodoChat:
    """The built-in assistant answers, in a test that asks for ``model`` the scripted one."""
    scripted = "model" in request.fixturenames
    return request.getfixturevalue("scripted_server" if scripted else "built_in_server")


@pytest.fixture
def viewport() -> ViewportSize:
    return WIDE


@pytest.fixture
def colour_scheme() -> str:
    return "light"


@pytest.fixture
def watch(server: TodoChat) -> Iterator[Watch]:
    """Has an eye on all pages of the test, which fails if they do what none may do."""
    watch = Watch(server.url)
    yield watch
    assert not watch.faults, "\n".join(watch.faults)


@pytest.fixture
def open_page(
    chromium: Browser, server: TodoChat, watch: Watch, viewport: ViewportSize, colour_scheme: str
) -> Iterator[Open]:
    """``open_page(user)`` is an empty page of a browser of their own; of a stranger's with None.

    More options are those of Playwright's ``new_context``.
    """
    contexts = []

    def open_page(user: User | None, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=server.url,
            viewport=viewport,
            color_scheme=colour_scheme,
            locale="en-GB",
            timezone_id="Europe/Berlin",
            **{"service_workers": "block", **options},  # what one answers, no test can hold up
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        watch.follow(context)
        if user:
            context.add_cookies([session_of(user, server.url)])
        return context.new_page()

    yield open_page
    for context in contexts:
        for page in context.pages:
            page.evaluate("1")  # what it had to tell has come before this answer
        context.close()


@pytest.fixture
def page(open_page: Open, user: User) -> Page:
    """Signed in as ``user``."""
    return open_page(user)


@pytest.fixture
def anonymous_page(open_page: Open) -> Page:
    return open_page(None)


@pytest.fixture
def user(transactional_db: None) -> User:
    return UserFactory()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """``axe(page)`` fails if the page, as it is now, is not accessible."""
    if not axe_core.SOURCE.exists():
        pytest.skip(
            "Tests of accessibility need axe-core. Try: apt install npm && make test-browser"
        )

    def check(page: Page) -> None:
        faults = axe_core.faults_of(page)
        assert not faults, "\n".join(faults)

    return check


def served(**others: str) -> Mortal:
    """A server that knows the sessions which the tests make, and leaves their rows alone."""
    own = {
        "SECRET_KEY": settings.SECRET_KEY,
        "WEB_CONCURRENCY": "1",
        "AGENT_FINISH_TURNS": "0",
        "REMIND": "0",
    }
    return Mortal(database_url(), **{**own, **dict.fromkeys(LIMITS, "1000/s"), **others})


def session_of(user: User, url: str) -> dict[str, str]:
    """The cookie of a new session, without the half second that a password takes."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}
