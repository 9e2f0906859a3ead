"""Whatever is written anywhere: in a real browser no script runs, and nobody else is asked.

With the content security policy, and without it, because it is but the second line of defence.
"""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts.models import User
from chat.markdown import TAGS
from conversations.models import Conversation, ToolCall, Turn
from tests.browser.conftest import Open
from tests.browser.parts import conversations, search, tasks
from tests.browser.speech import Speech
from tests.browser.talking import address_of, button, replies, say
from tests.factories import LEASE, ConversationFactory, TaskFactory, UserFactory, record_call
from tests.payloads import EXFILTRATION, XSS
from tests.served.processes import Model

# No row has a NUL; the API refuses it.
PAYLOADS = [payload.replace("\0", "") for payload in XSS + EXFILTRATION]
HANDLERS = """() => [...document.querySelectorAll("*")].flatMap((node) =>
    [...node.attributes].filter(({ name }) => /^on/i.test(name)).map(() => node.outerHTML))"""
STRANGE = """(tags) => [...document.querySelectorAll(".markdown *")]
    .filter((node) => !tags.includes(node.localName) && !node.matches(".block, .block > .copy"))
    .map((node) => node.outerHTML)"""
# All that a page of ours may have that loads or frames something.
FOREIGN = """() => [...document.querySelectorAll(
    "script, style, iframe, object, embed, base, meta[http-equiv], link, img, video, audio, source"
)].filter((node) => !(node.src || node.href)?.startsWith(`${origin}/static/`))
    .filter((node) => node.href !== `${origin}/manifest.webmanifest`)
    .map((node) => node.outerHTML)"""
LINKS = """() => [...document.querySelectorAll(".markdown a")].map((a) => ({
    href: a.href, rel: a.rel, host: a.host || a.href.replace(/.*@|[?].*/g, ""),
    shown: [a, a.nextElementSibling].map((node) => node?.textContent).join(" "),
}))"""

both_policies = pytest.mark.parametrize("bypass_csp", [False, True], ids=["policy", "no-policy"])


def groups_of(size: int) -> list[list[str]]:
    return [PAYLOADS[start : start + size] for start in range(0, len(PAYLOADS), size)]


@pytest.fixture
def user(transactional_db: None) -> User:
    return UserFactory(username='"><script>alert(1)</script>', is_staff=True, is_superuser=True)


@pytest.fixture
def evil(user: User) -> list[Conversation]:
    """Conversations with every payload in every place that one can be in."""
    with transaction.atomic():
        for number, payload in enumerate(PAYLOADS):
            title, done = payload[:200], number % 4 == 0
            ConversationFactory(user=user, title=title, last_message_preview=payload[:100])
            TaskFactory(user=user, title=title, notes=payload, completed=done)
        return [_conversation(user, payloads) for payloads in groups_of(40)]


def _conversation(user: User, payloads: list[str]) -> Conversation:
    conversation = ConversationFactory(user=user, title=PAYLOADS[0])
    for payload in payloads:
        turn = conversation.begin_turn(payload, LEASE)
        record_call(turn, result={"task": {"title": payload}}, arguments={payload: [payload]})
        record_call(turn, name=payload[:64], result={payload: payload})
        failed = ToolCall.Status.FAILED
        record_call(turn, name=payload[:64], status=failed, result={"error": payload})
        trouble = {"error_code": "x", "error_detail": payload[:200], "warning": payload[:200]}
        turn.finish(Turn.Status.FAILED, payload, **trouble)
        conversation.refresh_from_db()
    return conversation


def looks_harmless(page: Page) -> None:
    page.mouse.move(640, 400)
    assert page.evaluate(HANDLERS) == []
    assert page.evaluate(STRANGE, sorted(TAGS)) == []
    assert page.evaluate(FOREIGN) == []
    for link in page.evaluate(LINKS):
        assert link["href"].startswith(("http://", "https://", "mailto:")), link
        assert link["rel"] == "noopener noreferrer nofollow ugc", link
        assert link["host"] in link["shown"], link


@both_policies
def test_it_does_nothing_on_any_page(
    open_page: Open, user: User, evil: list[Conversation], bypass_csp: bool
) -> None:
    page = open_page(user, bypass_csp=bypass_csp)
    for conversation in evil:
        page.goto(address_of(conversation))
        expect(page).to_have_title(f"{PAYLOADS[0]} · Todo Chat")
        page.evaluate("for (const card of document.querySelectorAll('details')) card.open = true")
        scroll_to_the_beginning(page)
        looks_harmless(page)

    scroll_through_the_conversations(page, len(PAYLOADS) + len(evil))
    looks_harmless(page)
    search(page).fill(PAYLOADS[0])
    expect(conversations(page).get_by_role("link", name="Older conversations")).to_have_count(0)
    tasks(page).get_by_role("button", name="Complete").first.click()
    page.get_by_label("New task").fill(PAYLOADS[0])
    page.get_by_label("New task").press("Enter")
    expect(page.get_by_label("New task")).to_have_value("")
    looks_harmless(page)

    for path in ("/accounts/settings/", "/accounts/delete/"):
        page.goto(path)
        expect(page.get_by_role("main")).to_contain_text(user.username)
        looks_harmless(page)


def scroll_to_the_beginning(page: Page) -> None:
    earlier = page.get_by_role("link", name="Earlier messages")
    while earlier.count():
        first = page.get_by_role("article").first.get_attribute("id")
        earlier.scroll_into_view_if_needed()
        expect(page.get_by_role("article").first).not_to_have_attribute("id", str(first))


def scroll_through_the_conversations(page: Page, total: int) -> None:
    links = conversations(page).locator("ol").get_by_role("link")
    for loaded in [*range(61, total, 30), total]:
        page.get_by_role("link", name="Older conversations").scroll_into_view_if_needed()
        expect(links).to_have_count(loaded)


@both_policies
def test_it_does_nothing_while_it_streams(
    open_page: Open, user: User, model: Model, bypass_csp: bool
) -> None:
    page = open_page(user, bypass_csp=bypass_csp)
    groups = groups_of(50)
    speeches = [Speech(*(f"{payload}\n\n" for payload in payloads)) for payloads in groups]
    model.begin(*speeches)
    page.goto("/")
    for speech, payloads in zip(speeches, groups, strict=True):
        say(page, "\n".join(payloads[:10]))
        speech.go_on(len(payloads) - 1)
        expect(replies(page).last).to_contain_text(payloads[-2].split("\n")[-1])
        looks_harmless(page)

        speech.go_on()
        expect(button(page, "Send")).to_be_visible()
        looks_harmless(page)


def test_it_does_nothing_in_the_admin(page: Page, evil: list[Conversation]) -> None:
    for path in ("accounts/user", "conversations/conversation", "todos/task"):
        page.goto(f"/admin/{path}/?q=script")
        expect(page.locator("#result_list")).to_be_visible()
        assert page.evaluate(HANDLERS) == []
        page.locator("#result_list tbody th a").first.click()
        expect(page.locator("#content form")).to_be_visible()
        assert page.evaluate(HANDLERS) == []
