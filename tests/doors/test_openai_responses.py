"""The Responses and Conversations APIs, as the openai package of these days speaks them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from conversations.models import Turn
from tests.doors.clients import Client, python_client
from tests.doors.dialogue import never_ends
from tests.fakes import call
from tests.fakes.answers import asks, fails, says
from tests.served.processes import Model, Mortal, until

pytestmark = pytest.mark.only_on("sqlite")  # the doors are the same on any database

SAY = {"model": "gpt-6", "input": "Add milk"}
Event = dict[str, Any]


@pytest.fixture
def openai(server: Mortal, user: User) -> Iterator[Client]:
    token = str(AccessToken.for_user(user))
    with python_client("openai_responses.py", server.url, token) as client:
        yield client


def adds_milk(model: Model) -> None:
    add = asks(call("create_task", title="Milk"), said="One moment. ")
    model.begin(add, says("Milk ", "is on ", "your list."))


def sense(events: list[Event]) -> list[Event]:
    """What is told, whatever the pieces of the text: of neighbouring ones the numbers count."""
    told: list[Event] = []
    for event in events:
        if told and "logprobs" in event and told[-1]["type"] == event["type"]:
            told[-1] = event | {"delta": told[-1]["delta"] + event["delta"]}
        else:
            told.append(event)
    return told


def test_a_stream_that_goes_on_behind_any_event_equals_the_uncut_one(
    openai: Client, model: Model
) -> None:
    adds_milk(model)
    whole = openai.ask("call", path="responses.create", stream=True, **SAY)
    id = whole[0]["response"]["id"]

    numbers = [0, *(event["sequence_number"] for event in whole)]
    assert all(number < later for number, later in pairwise(numbers))
    for place, number in enumerate(numbers):
        again = openai.ask(
            "call", path="responses.retrieve", response_id=id, stream=True, starting_after=number
        )
        assert sense(again) == sense(whole[place:])
    kept = openai.ask("call", path="responses.retrieve", response_id=id)
    assert kept == whole[-1]["response"]


def test_the_package_puts_the_items_together_that_the_response_has(
    openai: Client, model: Model
) -> None:
    adds_milk(model)
    heard = openai.ask("streamed", text="Add milk")

    assert heard["output_text"] == "One moment. \n\nMilk is on your list."
    told = [(item["type"], item["status"]) for item in heard["output"]]
    assert told == [
        ("message", "completed"),
        ("function_call", "completed"),
        ("function_call_output", "completed"),
        ("message", "completed"),
    ]
    calls = heard["output"][1:3]
    assert calls[0]["call_id"] == calls[1]["call_id"]
    assert (calls[0]["name"], calls[0]["arguments"]) == ("create_task", '{"title":"Milk"}')
    assert '"title":"Milk"' in calls[1]["output"]


def test_one_in_the_background_is_polled_and_cancelled_and_a_late_cancel_hits_no_other(
    openai: Client, model: Model
) -> None:
    model.begin(never_ends("Once upon "), never_ends("There was "))
    first = openai.ask("call", path="responses.create", background=True, **SAY)
    id, where = first["id"], first["conversation"]["id"]
    assert (first["status"], first["output"]) == ("in_progress", [])
    until(lambda: openai.ask("call", path="responses.retrieve", response_id=id)["output"] != [])

    assert openai.ask("call", path="responses.cancel", response_id=id)["status"] == "cancelled"
    other = openai.ask("call", path="responses.create", background=True, conversation=where, **SAY)
    assert openai.ask("call", path="responses.cancel", response_id=id)["status"] == "cancelled"
    assert not Turn.objects.exclude(cancel_requested_at=None).exclude(status=Turn.Status.CANCELLED)
    assert Turn.objects.in_progress().count() == 1
    last = openai.ask("call", path="responses.cancel", response_id=other["id"])
    assert (last["status"], last["error"]) == ("cancelled", None)


def test_a_failed_turn_is_a_failed_response_and_is_not_sent_again_by_the_package(
    openai: Client, model: Model
) -> None:
    model.begin(fails(500), fails(500))

    failed = openai.ask("call", path="responses.create", **SAY)

    assert (failed["status"], failed["error"]["code"]) == ("failed", "server_error")
    assert openai.ask("call", path="responses.retrieve", response_id=failed["id"]) == failed
    assert Turn.objects.count() == 1


def test_conversations_are_kept_with_their_metadata_and_listed_item_by_item(
    openai: Client, model: Model
) -> None:
    begun = openai.ask("call", path="conversations.create", metadata={"topic": "food"})
    where = begun["id"]
    assert openai.ask("every_item", conversation_id=where) == []
    for _ in range(2):
        adds_milk(model)
        openai.ask("call", path="responses.create", conversation=where, **SAY)

    whole = openai.ask("every_item", conversation_id=where, order="asc", limit=100)
    assert len(set(whole)) == len(whole) == 10
    for limit in (1, 3, 9, 10):
        assert openai.ask("every_item", conversation_id=where, order="asc", limit=limit) == whole
        assert openai.ask("every_item", conversation_id=where, limit=limit) == whole[::-1]
    item = {"conversation_id": where, "item_id": whole[-1]}
    last = openai.ask("call", path="conversations.items.retrieve", **item)
    assert last["content"][0]["text"].endswith("Milk is on your list.")

    assert openai.ask("call", path="conversations.items.delete", **item)["id"] == where
    assert openai.ask("every_item", conversation_id=where, order="asc") == whole[:5]
    update = {"conversation_id": where, "metadata": {"topic": "drink"}}
    openai.ask("call", path="conversations.update", **update)
    kept = openai.ask("call", path="conversations.retrieve", conversation_id=where)
    assert kept == begun | {"metadata": {"topic": "drink"}}
    gone = openai.ask("call", path="conversations.delete", conversation_id=where)
    assert gone == {"id": where, "object": "conversation.deleted", "deleted": True}
    again = openai.ask("call", path="conversations.retrieve", conversation_id=where)
    assert again["raised"] == "NotFoundError"
