"""The settings by subject, without a script: by what reminders ring, and the calendar's address."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from reminders.models import Channels, PushSubscription
from tests.pages.markup import Node, notice, read
from todos.reminding import Habits
from transfer.models import CalendarFeed

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

REMINDERS, CALENDAR = "/settings/reminders/", "/settings/calendar/"


def save(browser: Client, **changed: Any) -> Any:
    """Type into the form and press Save; None takes a tick away."""
    form = read(browser.get(REMINDERS)).one("form", **{"class": "fields"})
    ticks = form.all("input", type="checkbox")
    fields = form.fields() | {tick.attributes["name"]: "" for tick in ticks}
    fields |= {tick.attributes["name"]: "on" for tick in ticks if "checked" in tick.attributes}
    chosen = [each for each in form.all("option") if "selected" in each.attributes]
    fields["default_reminder"] = chosen[0].attributes["value"] if chosen else ""
    fields |= changed
    return browser.post(REMINDERS, {key: value for key, value in fields.items() if value})


def faults(page: Node) -> list[str]:
    return [each.text for each in page.all("ul", **{"class": "errorlist"})]


def test_channels_are_set_and_say_what_rings(browser: Client, user: User, settings: Any) -> None:
    settings.SENDS_MAIL = True
    User.objects.filter(pk=user.pk).update(email="ann@example.com")
    assert "They ring on the chat page while it is open." in read(browser.get(REMINDERS)).text

    answer = save(
        browser,
        mail="on",
        with_words="on",
        summary_at="07:30",
        quiet_from="22:00",
        quiet_to="06:30",
        default_reminder="10",
    )

    assert answer["Location"] == REMINDERS
    page = read(browser.get(REMINDERS))
    assert notice(page) == "Your settings are saved."
    assert "They ring on the chat page while it is open and by mail." in page.one(id="main").text
    kept, user = Channels.of(user), User.objects.get()
    assert (kept.mail, kept.with_words, str(kept.summary_at)) == (True, True, "07:30:00")
    assert (str(user.quiet_from), str(user.quiet_to)) == ("22:00:00", "06:30:00")
    assert Habits.of(user).default_reminder == 10

    save(browser, page=None, summary_at=None, quiet_from=None, quiet_to=None, default_reminder=None)
    kept, user = Channels.of(user), User.objects.get()
    assert (kept.page, kept.mail, kept.summary_at, user.quiet_from) == (False, True, None, None)
    assert Habits.of(user).default_reminder is None


def test_what_is_saved_as_it_is_stays(browser: Client) -> None:
    for changed in ({}, {"default_reminder": "10"}):
        assert save(browser, **changed)["Location"] == REMINDERS

    assert Habits.of(User.objects.get()).default_reminder == 10
    assert not Channels.objects.exists()


def test_what_is_missing_is_told_in_a_sentence(browser: Client, user: User, settings: Any) -> None:
    settings.SENDS_MAIL = False
    page = read(browser.get(REMINDERS))
    assert "disabled" in page.one("input", name="mail").attributes
    assert "This server sends no mail" in page.text

    for wrong, told in [
        ({"webhook": "http://127.0.0.1:1/"}, ""),
        ({"quiet_from": "22:00"}, "Give both times, or none."),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "Quiet hours begin and end"),
    ]:
        answer = save(browser, **wrong)
        (fault,) = faults(read(answer, 400))
        assert fault.startswith(told)
    assert not Channels.objects.exists()


def test_a_webhooks_secret_is_shown_once(browser: Client, user: User, settings: Any) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]

    page = read(save(browser, webhook="http://127.0.0.1:9/ring"))

    secret = Channels.of(user).webhook_secret
    assert (
        page.one("input", **{"aria-label": "The secret of your webhook"}).attributes["value"]
        == secret
    )
    again = browser.get(REMINDERS).content.decode()
    assert secret not in again
    assert "http://127.0.0.1:9/ring" in again
    assert save(browser, with_words="on").status_code == 302
    assert Channels.of(user).webhook_secret == secret


@pytest.mark.django_db(transaction=True)  # nothing is open while others are called
def test_trying_tells_what_came_of_each(browser: Client, user: User, settings: Any) -> None:
    assert read(browser.get(REMINDERS)).button("Try it")
    browser.post(REMINDERS, {"try": ""})
    assert notice(read(browser.get(REMINDERS))).startswith("The open page: it rings there")
    Channels.change(user, page=False)
    browser.post(REMINDERS, {"try": ""})
    assert notice(read(browser.get(REMINDERS))) == "There is no channel to try yet."

    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]
    Channels.change(user, webhook_url="http://127.0.0.1:9/ring")
    browser.post(REMINDERS, {"try": ""})
    assert notice(read(browser.get(REMINDERS))).startswith("Webhook: it could not be sent.")


def test_all_devices_are_taken_away(browser: Client, user: User) -> None:
    PushSubscription.objects.keep(user, "https://push.example/1", "key", "auth")
    assert "Reminders ring on one device, also" in read(browser.get(REMINDERS)).text

    browser.post(REMINDERS, {"forget_devices": ""})

    assert not PushSubscription.objects.exists()
    assert "No device is set up yet." in read(browser.get(REMINDERS)).text


def test_a_calendars_addresses_are_shown_once_and_end(browser: Client, user: User) -> None:
    assert read(browser.get(CALENDAR)).button("Make an address")
    page = read(browser.post(CALENDAR, {"make": ""}))
    todo, event = (
        page.one("input", **{"aria-label": f"Address for {kind}"}).attributes["value"]
        for kind in ("to-dos", "events")
    )
    assert event == f"{todo}?as=event"
    assert browser.get(todo.removeprefix("http://testserver")).status_code == 200

    page = read(browser.get(CALENDAR))
    assert todo not in page.text
    assert "There is an address since" in page.text
    browser.post(CALENDAR, {"end": ""})
    assert not CalendarFeed.objects.exists()
    assert browser.get(todo.removeprefix("http://testserver")).status_code == 404
