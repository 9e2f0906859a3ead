"""Pages that do what none may do, made up to see that the watch sees it."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser import axe as axe_core
from tests.browser.speech import PATIENCE
from tests.browser.watch import Watch

ORIGIN = "http://todo-chat.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
)

Show = Callable[..., Page]


@pytest.fixture
def watch() -> Watch:
    return Watch(ORIGIN)


@pytest.fixture
def show(chromium: Browser, watch: Watch) -> Iterator[Show]:
    """``show(html, script=…, policy=…)`` is the page that a server would send so."""
    context = chromium.new_context()
    watch.follow(context)
    page = context.new_page()

    def show(html: str = "", script: str = "", policy: str = POLICY) -> Page:
        def answer(route: Route) -> None:
            path = route.request.url.removeprefix(ORIGIN)
            head = {"Content-Security-Policy": policy}
            if path == "/":
                body = f"<!doctype html><script src=/script.js></script>{html}"
                route.fulfill(body=body, headers=head, content_type="text/html")
            elif path == "/script.js":
                route.fulfill(body=script, content_type="text/javascript")
            else:
                route.fulfill(status=404)

        page.route("**/*", answer)
        page.goto(f"{ORIGIN}/")
        return page

    yield show
    context.close()


def comes(fault: str, watch: Watch, page: Page) -> bool:
    give_up = time.monotonic() + PATIENCE
    while not any(fault in seen for seen in watch.faults):
        if time.monotonic() > give_up:
            return False
        page.wait_for_timeout(20)  # in which Playwright hears of what happens
    return True


def test_a_good_page_has_no_faults(show: Show, watch: Watch) -> None:
    page = show("<p>Good</p>", "console.log('fine'); console.warn('hm'); fetch('/script.js')")

    assert page.get_by_text("Good").is_visible()
    assert watch.faults == []


@pytest.mark.parametrize(
    ("html", "script", "fault"),
    [
        ("<script>x = 1</script>", "", "inline script violates the following Content Security"),
        ("<p style='color: red'>", "", "inline style violates the following Content Security"),
        ("<p onclick='x = 1'>", "", "inline event handler violates the following Content Security"),
        ("", "fetch('https://elsewhere.test/')", "violates the following Content Security Policy"),
        ("", "eval('1')", "uncaught: Evaluating a string as JavaScript violates"),
        ("", "throw new Error('oh no')", "uncaught: oh no"),
        ("", "Promise.reject(new Error('oh no'))", "uncaught: oh no"),
        ("", "console.error('oh no')", "console: oh no"),
        (
            "",
            "fetch('/nowhere')",
            "console: Failed to load resource: the server responded with a st",
        ),
        ("", "alert('oh no')", "alert: oh no"),
        ("", "confirm('oh no')", "confirm: oh no"),
        ("", "open('https://elsewhere.test/new')", "asked another origin: https://elsewhere.test/"),
    ],
)
def test_a_bad_page_is_seen(show: Show, watch: Watch, html: str, script: str, fault: str) -> None:
    page = show(html, script)

    assert comes(fault, watch, page), watch.faults


@pytest.mark.parametrize(
    "url", ["https://todo-chat.test/", "http://todo-chat.test:81/", "//elsewhere.test/image.png"]
)
def test_another_origin_is_seen_where_the_policy_allows_it(
    show: Show, watch: Watch, url: str
) -> None:
    page = show(f"<img src='{url}'>", policy="default-src 'self'; img-src *")

    assert comes("asked another origin", watch, page), watch.faults


def test_an_image_in_the_page_itself_is_no_other_origin(show: Show, watch: Watch) -> None:
    show(
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", policy="default-src 'self' data:"
    )

    assert watch.faults == []


def test_what_a_test_allows_is_no_fault(show: Show, watch: Watch) -> None:
    watch.allow("Really?", "status of 404")

    page = show("", "answer = confirm('Really?'); fetch('/nowhere')")

    assert page.evaluate("answer") is True
    assert watch.faults == []


def test_a_dialog_that_nobody_allows_is_dismissed(show: Show) -> None:
    page = show("", "answer = confirm('Really?')")

    assert page.evaluate("answer") is False


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<input>", "label"),
        ("<img src='/script.js'>", "image-alt"),
        ("<button></button>", "button-name"),
        ("<p class=pale>Pale</p>", "color-contrast"),
        ("<button class=tiny>a</button><button class=tiny>b</button>", "target-size"),
        ("<h1>One</h1><h4>Four</h4>", "heading-order"),
    ],
)
def test_axe_works_under_the_policy_and_finds_the_element(
    axe: object, show: Show, watch: Watch, html: str, rule: str
) -> None:
    page = show(html, script=STYLES)

    found = [line for line in axe_core.faults_of(page) if line.startswith(f"{rule}: ")]
    assert found, axe_core.faults_of(page)
    assert watch.faults == []


STYLES = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(".pale { color: #ccc } .tiny { width: 9px; height: 9px; padding: 0; border: 0 }");
document.adoptedStyleSheets = [sheet];
"""
