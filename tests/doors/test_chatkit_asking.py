"""What ChatKit asks in forms, and what the person answers."""

from typing import Any

import pytest

from accounts.models import User
from conversations.models import Message, Turn
from tests.doors.chatkit_page import Json, begin, kinds, of_type, refused, say, take, the_item
from tests.doors.clients import Client
from tests.factories import TaskFactory
from tests.fakes import call
from tests.fakes.answers import asks, says
from tests.served.processes import Model, Mortal, client_of
from todos.models import Proposal, Task

pytestmark = pytest.mark.only_on("sqlite")  # the door is the same on any database


def boxes(user: User, model: Model, *answers: Any, number: int = 4) -> list[str]:
    ids = [str(TaskFactory(user=user, title=f"Box {n}").pk) for n in range(number)]
    model.begin(asks(call("delete_task", task_ids=ids)), says("I can do that."), *answers)
    return ids


@pytest.mark.parametrize(
    ("given", "message", "became"),
    [
        ({"values": ["Yes"]}, "Yes.", "approved"),
        ({"values": ["No"]}, "No.", "rejected"),
        ({"skipped": True}, "No.", "rejected"),
        ({"values": ["only the first one"]}, "only the first one", "open"),
    ],
)
def test_consent_is_asked_and_the_answer_is_a_turn(
    page: Client, model: Model, user: User, given: Json, message: str, became: str
) -> None:
    boxes(user, model, says("Which one is that?"))
    begin(page, "Throw the boxes away")
    proposal, ask = Proposal.objects.get(), the_item(page, "structured_input")
    assert (ask["status"], ask["id"]) == ("pending", f"{Turn.objects.get().reply.pk}.ask")
    assert [(each["id"], each["question"]) for each in ask["inputs"]] == [
        (str(proposal.pk), proposal.summary)
    ]

    events = take(
        page,
        "threads.add_structured_input",
        item_id=ask["id"],
        input={"answers": {str(proposal.pk): given}},
    )

    proposal.refresh_from_db()
    assert (proposal.status, Message.objects.get(seq=3).content) == (became, message)
    assert kinds(events)[:3] == [
        *("thread.item.replaced structured_input", "thread.item.done user_message"),
        "stream_options",
    ]
    told = the_item(page, "structured_input")
    assert told["status"] == ("skipped" if became == "open" else "answered")
    assert [each["item"] for each in of_type(events, "thread.item.replaced")] == [told]
    again = {"answers": {str(proposal.pk): {"values": ["Yes"]}}}
    refusal = refused(page, "threads.add_structured_input", item_id=ask["id"], input=again)
    assert refusal == (409, "not_asked")


def test_what_is_decided_elsewhere_or_in_words_is_asked_no_more(
    page: Client, model: Model, user: User, server: Mortal
) -> None:
    boxes(user, model)
    begin(page, "Throw the boxes away")

    say(page, "yes please")

    ask = page.ask("items")[3]
    assert (ask["status"], ask["inputs"][0]["answer"]["values"]) == ("answered", ["Yes"])
    ids = boxes(user, model)
    say(page, "And these")
    proposal = Proposal.objects.latest("created_at")
    with client_of(server, user) as ours:
        ours.post(f"/api/proposals/{proposal.pk}/reject/").raise_for_status()
    *_, ask, _ = page.ask("listed")
    assert (ask["status"], ask["inputs"][0]["answer"]["values"]) == ("answered", ["No"])
    assert Task.objects.filter(pk__in=ids, deleted_at=None).count() == 4


def test_which_one_is_asked_and_answered_in_the_persons_words(
    page: Client, model: Model, user: User
) -> None:
    for title in ("Call Ann", "Call Bob"):
        TaskFactory(user=user, title=title)
    listing = asks(call("list_tasks", search="Call"))
    model.begin(listing, says("Which call, Call Ann or Call Bob?"), says("All right."))
    begin(page, "Tick off the call")
    ask = the_item(page, "structured_input")
    options = [option["value"] for option in ask["inputs"][0]["options"]]
    assert (ask["status"], sorted(options)) == ("pending", ["Call Ann", "Call Bob"])

    for bad in (["x" * 10_001], ["\0"], [" "], ["Call Ann", "Call Bob"]):
        given = {"answers": {"which": {"values": bad}}}
        told = refused(page, "threads.add_structured_input", item_id=ask["id"], input=given)
        assert told == (400, "invalid")
    answers = {"which": {"values": ["Call Bob"]}}
    take(page, "threads.add_structured_input", item_id=ask["id"], input={"answers": answers})

    assert Message.objects.get(seq=3).content == "Call Bob"
    ask = the_item(page, "structured_input")
    assert (ask["status"], ask["inputs"][0]["answer"]["values"]) == ("answered", ["Call Bob"])


def test_what_is_sent_twice_under_a_key_is_done_once(
    page: Client, model: Model, user: User
) -> None:
    boxes(user, model)
    begin(page, "Throw the boxes away")
    ask = the_item(page, "structured_input")
    answers = {each["id"]: {"values": ["Yes"]} for each in ask["inputs"]}
    once = {"item_id": ask["id"], "input": {"answers": answers}}
    key = {"Idempotency-Key": "k"}

    first, again = (take(page, "threads.add_structured_input", key, **once) for _ in range(2))

    assert of_type(again, "thread.item.done") == of_type(first, "thread.item.done")
    assert Turn.objects.count() == 2


def test_several_questions_are_answered_together(page: Client, model: Model, user: User) -> None:
    boxes, bags = (
        [str(TaskFactory(user=user, title=f"{name} {n}").pk) for n in range(number)]
        for name, number in (("Box", 4), ("Bag", 11))
    )
    deletes, completes = call("delete_task", task_ids=boxes), call("complete_task", task_ids=bags)
    model.begin(asks(deletes, completes), says("I can do both."))
    begin(page, "Boxes away, and all bags are done")
    ask = the_item(page, "structured_input")
    first, second = (each["id"] for each in ask["inputs"])
    mixed = {first: {"values": ["Yes"]}, second: {"values": ["some of them"]}}
    where = {"item_id": ask["id"]}
    told = refused(page, "threads.add_structured_input", **where, input={"answers": mixed})
    assert told == (400, "invalid")

    take(
        page,
        "threads.add_structured_input",
        **where,
        input={"answers": {first: {"values": ["Yes"]}}},
    )

    statuses = {str(each.pk): each.status for each in Proposal.objects.all()}
    assert statuses == {first: "approved", second: "rejected"}
    assert Task.objects.filter(user=user, deleted_at=None, completed_at=None).count() == 11
    answers = [each["answer"]["values"] for each in page.ask("items")[3]["inputs"]]
    assert answers == [["Yes"], ["No"]]
