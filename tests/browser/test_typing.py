"""Typing stays quick in a long conversation, also while an answer comes."""

from statistics import median

from playwright.sync_api import CDPSession, Page, expect

from accounts.models import User
from tests.browser.speech import Speech
from tests.browser.talking import address_of, composer, messages, replies, say
from tests.factories import ConversationFactory
from tests.factories import say as said_before
from tests.served.processes import Model

KEYS = 20
REPLY = "Fine. " * 40 + "\n\n- one\n- two\n\n```\ncode\n```"
# As if one had scrolled up far enough to have so many here.
GROW = """(talk, count) => {
    const those = [...talk.querySelectorAll("article")].slice(0, -2);
    while (talk.querySelectorAll("article").length < count) {
        for (const each of those) {
            const copy = each.cloneNode(true);
            copy.removeAttribute("id");
            talk.prepend(copy);
        }
    }
}"""


def test_a_key_costs_little_among_500_messages_while_an_answer_comes(
    page: Page, model: Model, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    for number in range(4):
        said_before(conversation, f"Message {number}.", REPLY)
    pieces = ["Some words, and\n", "some more.\n\n"] * KEYS
    model.begin(speech := Speech(*pieces, "The end."))
    page.goto(address_of(conversation))
    say(page, "Tell me")
    expect(replies(page).last).to_have_attribute("data-status", "in_progress")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    few = milliseconds_of_a_key(page, session, speech)
    page.get_by_role("log").evaluate(GROW, 500)
    assert messages(page).count() >= 500
    many = milliseconds_of_a_key(page, session, speech)

    speech.go_on_to_the_end()
    expect(replies(page).last).to_contain_text("The end.")
    expect(composer(page)).to_have_value("x" * 2 * KEYS)
    assert many < 4 * few, f"{few=:.1f} ms, {many=:.1f} ms"


def milliseconds_of_a_key(page: Page, session: CDPSession, speech: Speech) -> float:
    """That the page computes, with a piece of the answer that comes meanwhile."""
    taken = []
    for _ in range(KEYS):
        before = computed(session)
        speech.go_on()
        page.wait_for_timeout(20)
        page.keyboard.press("x")
        page.wait_for_timeout(30)  # in which both are painted
        taken.append(computed(session) - before)
    return median(taken)


def computed(session: CDPSession) -> float:
    """Milliseconds, in which others had the processor not counted."""
    told = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(each["value"] for each in told if each["name"] == "TaskDuration")
