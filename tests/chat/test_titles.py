"""A conversation is called after what was done in it, unless somebody has named it."""

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from chat.titles import about
from conversations.models import Conversation, Message
from tests.conftest import Plays
from tests.fakes import call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


def say(client: APIClient, text: str) -> Conversation:
    """In the newest conversation, or in a new one."""
    where = Conversation.objects.latest_first().values_list("pk", flat=True).first()
    client.post("/api/chat/", {"message": text, "conversation_id": where})
    return Conversation.objects.get()


def test_it_is_made_of_the_tasks(client: APIClient) -> None:
    assert say(client, "Add buy milk tomorrow").title == "Add buy milk tomorrow"
    assert say(client, "add call the dentist").title == "Milk, dentist"
    assert say(client, "What is due this week?").title == "Milk, dentist"
    assert say(client, "Remind me of the Q4 report").title == "Milk, dentist, Q4 report"
    assert say(client, "add water plants").title == "Milk, dentist, Q4 report"


def test_several_at_once(client: APIClient) -> None:
    assert say(client, "add milk, eggs and bread").title == "Milk, Eggs, Bread"


@pytest.mark.parametrize("door", ["at the start", "later"])
def test_a_name_that_somebody_gave_stays(client: APIClient, door: str) -> None:
    if door == "at the start":
        client.post("/api/conversations/", {"title": "Mine"})
    else:
        conversation = say(client, "add milk")
        client.patch(f"/api/conversations/{conversation.pk}/", {"title": "Mine"})

    say(client, "add eggs")
    assert say(client, "add bread").title == "Mine"


def test_what_failed_and_what_was_only_looked_at_names_nothing(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(
        [call("create_task", title="Milk"), call("create_task", title="x" * 300)],
        [call("list_tasks")],
        ["Here."],
    )

    assert say(client, "Milk, please").title == "Milk, please"


def test_the_beginning_of_a_long_one_goes_on_to_name_it(
    client: APIClient, settings: Settings
) -> None:
    settings.AGENT_HISTORY_MESSAGES = 4
    for title in ("milk", "eggs"):
        say(client, f"add {title}")

    for title in ("bread", "tea", "salt"):
        assert say(client, f"add {title}").title == "Milk, Eggs"


@pytest.mark.parametrize("withdrawn", [0, 1, 2])
def test_what_was_withdrawn_does_not_name_it(client: APIClient, withdrawn: int) -> None:
    for number, title in enumerate(("milk", "honey", "bread")):
        say(client, f"add {title}")
        if number == withdrawn:
            reply = Message.objects.latest("seq")
            client.post(f"/api/messages/{reply.pk}/withdraw/")
    left = [
        title
        for title in ("Milk", "Honey", "Bread")
        if title != ("Milk", "Honey", "Bread")[withdrawn]
    ]
    assert say(client, "add tea").title == ", ".join([*left, "Tea"])


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Buy milk", "milk"),
        ("Call the dentist", "dentist"),
        ("Q4 report", "Q4 report"),
        ("Pick up the parcel at the post office", "parcel at the post office"),
        ("Water plants", "plants"),
        ("Call", "Call"),
        ("Go to", "Go to"),
        ("the end", "the end"),
        ("Book a table for the anniversary dinner with Ada", "table for the anniversary"),
        ("Größe prüfen", "Größe prüfen"),
        ("x" * 200, "x" * 30),
    ],
)
def test_what_a_task_is_about(title: str, subject: str) -> None:
    assert about(title) == subject
