"""AG-UI: what a reply asks is an interrupt, and an answer to it is a turn."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Turn
from tests.conftest import Plays
from tests.doors.ag_ui import Thread, interrupts, said, text_of, types
from tests.factories import TaskFactory
from tests.fakes import call
from todos.models import Proposal, Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@pytest.fixture
def thread(client: APIClient, user: User, plays: Plays) -> Thread:
    """In which four tasks are about to be deleted."""
    ids = [str(TaskFactory(user=user, title=f"Thing {n}").pk) for n in range(4)]
    thread = Thread(client)
    plays([call("delete_task", task_ids=ids)], ["I can do that."], ["Hi."], ["Hi."])
    thread.asked = interrupts(thread.say("tidy up"))
    return thread


def kept() -> int:
    return Task.objects.filter(deleted_at=None).count()


def test_what_a_reply_asks_is_an_interrupt(thread: Thread) -> None:
    [asked] = thread.asked
    proposal = Proposal.objects.get()
    assert asked == {
        "id": str(proposal.pk),
        "reason": "confirmation",
        "message": proposal.summary,
        "toolCallId": str(Turn.objects.get().calls[0].pk),
        "responseSchema": {
            "type": "object",
            "properties": {"approved": {"type": "boolean"}},
            "required": ["approved"],
        },
        "expiresAt": proposal.expires_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_yes_is_a_turn_that_does_it(thread: Thread) -> None:
    events = thread.answer(True, thread.asked[0]["id"])

    assert kept() == 0
    assert thread.state == {"tasks": {}, "more": False}
    assert events[-1]["outcome"] == {"type": "success"}
    answer = Turn.objects.latest("created_at")
    assert (answer.user_message.content, answer.door) == ("Yes.", "ag-ui")
    assert text_of(events) == answer.reply.content


def test_who_gives_up_on_what_was_answered_elsewhere_is_told_how_it_is(
    thread: Thread, client: APIClient
) -> None:
    """Its client would say nothing else on the thread."""
    where = str(Turn.objects.get().conversation_id)
    client.post("/api/chat/", {"message": "no", "conversation_id": where})

    events = thread.run(resume=[{"interruptId": thread.asked[0]["id"], "status": "cancelled"}])

    assert types(events)[:2] == ["RUN_STARTED", "MESSAGES_SNAPSHOT"]
    assert events[-1]["outcome"] == {"type": "success"}
    assert (kept(), Turn.objects.count()) == (4, 2)


def test_an_answer_is_no_message_of_the_transcript(thread: Thread) -> None:
    """It was none in the run, and a client puts what it does not know behind all it has."""
    events = thread.answer(True, thread.asked[0]["id"])
    [last] = {each["messageId"] for each in events if each["type"] == "TEXT_MESSAGE_CONTENT"}

    [snapshot] = [each for each in thread.run() if each["type"] == "MESSAGES_SNAPSHOT"]

    roles = [each["role"] for each in snapshot["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "assistant", "tool", "assistant"]
    assert snapshot["messages"][-1]["id"] == last


@pytest.mark.parametrize("status", ["resolved", "cancelled"])
def test_a_no_leaves_everything_as_it_is(thread: Thread, status: str) -> None:
    entry = said(thread.asked[0]["id"], False) | {"status": status}

    thread.run(resume=[entry])

    assert kept() == 4
    assert Proposal.objects.get().status == "rejected"
    assert Turn.objects.latest("created_at").user_message.content == "No."


def test_the_same_run_again_tells_what_the_answer_did_and_does_it_once(thread: Thread) -> None:
    first = thread.answer(True, thread.asked[0]["id"], runId="yes")

    again = thread.answer(True, thread.asked[0]["id"], runId="yes")

    assert text_of(again) == text_of(first)
    assert Turn.objects.count() == 2


def test_what_is_not_asked_is_refused_alike_and_changes_nothing(
    client: APIClient, thread: Thread, stranger_client: APIClient
) -> None:
    id = thread.asked[0]["id"]
    replayed = Thread(client, "another thread", list(thread.messages))
    foreign = Thread(stranger_client, thread.id, list(thread.messages))
    refused = [
        foreign.post(resume=[said(id, True)]),
        replayed.post(resume=[said(id, True)]),
        thread.post(resume=[said(str(uuid4()), True)]),
        thread.post(resume=[said("no id", True)]),
        thread.post(resume=[said(id, True), said(str(uuid4()), True)]),
    ]
    assert kept() == 4

    thread.answer(True, id)
    refused += [thread.post(resume=[said(id, True)]), thread.post(resume=[said(id, False)])]

    told = [{**each.json(), "request_id": ""} for each in refused]
    assert told == [told[0]] * 7
    assert (told[0]["status"], told[0]["code"]) == (409, "not_asked")
    assert Turn.objects.count() == 2


def test_an_answer_that_is_not_to_be_understood_decides_nothing(thread: Thread) -> None:
    id = thread.asked[0]["id"]
    payloads: list[Any] = [{}, None, True, "yes", {"approved": "true"}, {"approved": 1}]

    for payload in payloads:
        answer = thread.post(resume=[said(id, True) | {"payload": payload}])
        assert answer.json()["errors"][0]["field"] == "resume.0.payload", payload
    assert (kept(), Turn.objects.count()) == (4, 1)


def test_an_interrupt_that_has_expired_is_given_up_but_not_answered(thread: Thread) -> None:
    Proposal.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    id = thread.asked[0]["id"]

    refused = thread.post(resume=[said(id, True)])
    thread.run(resume=[{"interruptId": id, "status": "cancelled"}])

    assert refused.json()["code"] == "not_asked"
    assert kept() == 4


def test_who_gives_up_and_says_something_new_has_said_that(thread: Thread) -> None:
    gives_up = [{"interruptId": thread.asked[0]["id"], "status": "cancelled"}]

    thread.say("Hello", resume=gives_up)
    thread.messages.append({"id": "new", "role": "user", "content": "Hello"})
    both = thread.post(resume=[said(thread.asked[0]["id"], True)])

    assert Turn.objects.latest("created_at").user_message.content == "Hello"
    assert (both.status_code, both.json()["errors"][0]["field"]) == (400, "resume")
    assert kept() == 4


def test_who_looks_again_is_asked_again_while_it_is_open(client: APIClient, thread: Thread) -> None:
    assert interrupts(Thread(client).run()) == thread.asked

    client.post(f"/api/proposals/{thread.asked[0]['id']}/reject/")

    assert Thread(client).run()[-1]["outcome"] == {"type": "success"}


def test_what_is_asked_together_is_answered_together(
    client: APIClient, user: User, plays: Plays
) -> None:
    few, many = (
        [str(TaskFactory(user=user, title=f"{word} {n}").pk) for n in range(count)]
        for word, count in (("Old", 4), ("New", 11))
    )
    thread = Thread(client)
    asks = [call("delete_task", task_ids=few), call("complete_task", task_ids=many)]
    plays(asks, ["I can do that."])
    deletes, completes = (each["id"] for each in interrupts(thread.say("tidy up")))

    half = thread.post(resume=[said(deletes, True)])
    thread.run(resume=[said(deletes, False), said(completes, True)])

    assert half.json()["code"] == "not_asked"
    assert kept() == 15
    assert Task.objects.exclude(completed_at=None).count() == 11
    assert len(thread.state["tasks"]) == 4
