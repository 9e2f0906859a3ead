"""The keys of one's clients in the settings, without a script."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.keys import Key
from accounts.models import User
from chat.pages.keys import MOST_SHOWN
from tests.keys import client_with
from tests.pages.markup import notice, read
from todos.models import Origin, Proposal, Task

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

KEYS = "/settings/keys/"


def main(answer: Any) -> str:
    return read(answer).one(id="main").text


def test_a_key_is_shown_once_listed_and_ended(browser: Client) -> None:
    assert "Your keys" not in main(browser.get(KEYS))
    form = {"name": "Claude  Desktop", "does": "write", "ask": "on", "days": "30"}

    page = read(browser.post(KEYS, form))

    assert "connect to http://testserver/mcp, and those of" in page.one(id="main").text
    text = page.one("input", **{"aria-label": "Key"}).attributes["value"]
    key = Key.objects.under(text).get()
    assert (key.name, key.scopes) == ("Claude  Desktop", ["write", "ask"])
    assert key.expires_at
    page = read(browser.get(KEYS))
    assert text not in str(page.all("input"))
    told = page.one(id="main").text
    assert f"{key.prefix}… It may read and change. It asks before each change. It ends on" in told
    assert "It was not used yet." in told

    browser.post(f"{KEYS}{key.pk}/revoke/")

    page = read(browser.get(KEYS))
    assert notice(page) == "The key has ended."
    assert "ended" in page.one(id="main").text
    assert not Key.objects.under(text).exists()


def test_of_very_many_the_latest_are_shown_and_what_still_signs_in_before_the_rest(
    browser: Client, user: User
) -> None:
    user.make_key("The first", ["read"])
    for number in range(MOST_SHOWN + 1):
        user.make_key(f"Number {number}.", ["read"])
    Key.objects.exclude(name="The first").revoke()

    page = read(browser.get(KEYS))

    assert "Your keys The first" in page.one(id="main").text
    assert f"Only {MOST_SHOWN} are shown" in page.one(id="main").text
    assert "Number 0." not in page.one(id="main").text


def test_an_end_that_means_never_is_told_in_any_time_zone(browser: Client, user: User) -> None:
    user.make_key("x", ["read"], datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    for zone in ("UTC", "Pacific/Kiritimati"):
        User.objects.update(time_zone=zone)
        assert "It ends on 31 December 9999." in main(browser.get(KEYS))


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "\u200b"}, {"does": "all"}, {"days": 9}])
def test_what_makes_no_key_says_why(browser: Client, wrong: dict[str, Any]) -> None:
    page = read(browser.post(KEYS, {"name": "x", "does": "read"} | wrong), 400)

    assert page.one("ul", **{"class": "errorlist"}).text
    assert not Key.objects.exists()


def test_what_was_done_with_it_is_taken_back_and_what_moved_on_is_told(
    browser: Client, user: User
) -> None:
    writer = client_with(user, "write")
    milk, bread = (writer.post("/api/tasks/", {"title": t}).json()["id"] for t in ("Milk", "Rye"))
    writer.patch(f"/api/tasks/{milk}/", {"notes": "oat"})
    assert "by A client" in main(browser.get(f"/tasks/{milk}/"))
    Task.objects.get(pk=bread).edit(Origin("page"), title="Bread")
    assert "over the API" in main(browser.get(KEYS))

    browser.post(f"{KEYS}{Key.objects.get().pk}/undo/", {"hours": "24"})

    assert [task.title for task in Task.objects.filter(deleted_at=None)] == ["Bread"]
    told = read(browser.get(KEYS)).text
    assert "2 changes were taken back." in told
    assert "1 act is left, as what it changed has moved on since." in told


def test_what_a_client_asks_waits_on_the_page_with_its_name(browser: Client, user: User) -> None:
    client_with(user, "write", "ask").post("/api/tasks/", {"title": "Milk"})

    page = read(browser.get("/"))

    assert "Asked by A client." in page.text
    form = page.one("form", action=f"/proposals/{Proposal.objects.get().pk}/approve/")
    browser.post(form.attributes["action"])
    assert Task.objects.get().title == "Milk"
