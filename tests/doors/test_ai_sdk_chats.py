"""Chats of the AI SDK's door: said anew, resumed, stopped, refused."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.keys import Key
from accounts.models import User
from chat.withdraw import withdraw
from conversations.models import Conversation, Message, Turn
from tests.conftest import Plays
from tests.doors.ai_sdk import (
    CHAT,
    answer,
    answers,
    ask,
    chunks,
    deleted,
    of,
    post,
    say,
    text,
    whole,
    words,
)
from tests.factories import LEASE
from tests.factories import say as said
from tests.fakes import call
from tests.keys import client_with
from todos.models import Origin, Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


def test_the_last_message_is_answered_anew(client: APIClient, plays: Plays) -> None:
    plays([call("create_task", title="Milk")], ["Made."], ["Again."], ["Other."])
    say(client, "milk")

    told = say(client, "milk", trigger="regenerate-message")
    edited = say(client, "beer", messageId="m1")
    replayed = say(client, "beer", messageId="m1")

    assert [text(told), text(edited), text(replayed)] == ["Again.", "Other.", "Other."]
    assert deleted() == 1
    standing = Message.objects.standing().filter(role="user")
    assert [each.content for each in standing] == ["beer"]


def test_a_page_that_has_its_messages_from_us_has_the_last_one_answered_anew(
    client: APIClient, plays: Plays
) -> None:
    plays(["One."], ["Two."])
    say(client, "first")
    ours = str(Message.objects.get(role="user").pk)

    assert text(say(client, "first", ours, trigger="regenerate-message")) == "Two."
    assert Turn.objects.filter(withdrawn_at=None).count() == 1


def test_an_answer_is_taken_back_with_what_it_answers(
    client: APIClient, user: User, plays: Plays
) -> None:
    _asked, proposal = ask(client, user, plays, ["Which?"])
    answer(client, **{proposal: True})
    assert deleted() == 4

    told = say(client, "delete them", trigger="regenerate-message")

    assert (text(told), deleted()) == ("Which?", 0)
    assert Turn.objects.filter(withdrawn_at=None).count() == 1


def test_what_never_arrived_is_said_and_takes_nothing_back(client: APIClient, plays: Plays) -> None:
    plays(["One."], ["Two."])
    say(client, "first")

    told = say(client, "second", "m2", trigger="regenerate-message")

    assert text(told) == "Two."
    assert Turn.objects.filter(withdrawn_at=None).count() == 2


def test_an_earlier_message_is_not_answered_anew(
    client: APIClient, user: User, plays: Plays
) -> None:
    begun = Conversation.objects.create(user=user)
    ours = said(begun, "of the page").user_message.pk
    plays(["One."], ["Two."])
    chat = str(begun.pk)
    say(client, "first", "m1", chat=chat)
    say(client, "second", "m2", chat=chat)

    for id in ("m1", str(ours)):
        refused = post(client, words("x", id), chat=chat, trigger="regenerate-message")
        assert refused.status_code == 409
        assert refused.content.startswith(b"Something was said after this")
    assert post(client, words("x", "m1"), chat=chat, messageId="m1").status_code == 409
    assert Turn.objects.filter(withdrawn_at=None).count() == 3


def test_what_was_withdrawn_elsewhere_is_said_anew(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(["One."], ["Two."])
    say(client, "first")
    withdraw(user, Turn.objects.get().reply.pk, Origin("page"))

    assert text(say(client, "first", trigger="regenerate-message")) == "Two."


def stream(client: APIClient, chat: str) -> Any:
    return client.get(f"{CHAT}/{chat}/stream")


def test_where_nothing_is_open_there_is_nothing_to_resume(
    client: APIClient, stranger_client: APIClient, user: User, plays: Plays
) -> None:
    plays(["One."])
    say(client, "first", chat="a/b c?d")
    other = Conversation.objects.create(user=user)
    other.begin_turn("hi", LEASE)

    assert stream(client, "a%2Fb%20c%3Fd").status_code == 204
    assert stream(client, "never-heard-of").status_code == 204
    assert stream(stranger_client, str(other.pk)).status_code == 204
    assert stream(stranger_client, "never-heard-of/").status_code == 204


def test_the_open_turn_is_told_again_with_what_its_message_began_with(
    client: APIClient, user: User, plays: Plays
) -> None:
    asked, proposal = ask(client, user, plays)
    answered = answer(client, **{proposal: True})
    turn = Turn.objects.latest("pk")
    rows = Turn.objects.filter(pk=turn.pk)
    rows.update(status="in_progress", lease_expires_at=Now() + LEASE)

    def settled(pieces: Iterator[bytes]) -> Iterator[bytes]:
        yield next(pieces)
        rows.update(status="completed")
        yield from pieces

    resumed = stream(client, "chat-1")
    resumed.streaming_content = settled(iter(resumed.streaming_content))
    told = whole(chunks(resumed))

    began = [each for each in whole(asked)[1:-1] if each["type"] != "data-tasks"]
    assert told[0]["messageId"] == asked[0]["messageId"]
    assert told[1 : len(began) + 1] == began
    assert told[len(began) + 1 :] == whole(answered)[1:]


def test_a_chat_is_ours_by_its_id_and_else_one_of_the_client(
    client: APIClient, stranger_client: APIClient, user: User, plays: Plays
) -> None:
    plays(["One."], ["Two."], ["Three."])
    begun = Conversation.objects.create(user=user)

    say(client, "first", chat=str(begun.pk))
    say(stranger_client, "second", chat=str(begun.pk))
    say(client, "third", chat=str(uuid4()))

    assert [each.content for each in begun.messages.filter(role="user")] == ["first"]
    assert Conversation.objects.count() == 3
    begun.remove()
    plays(["Anew."])
    assert text(say(client, "fourth", "m4", chat=str(begun.pk))) == "Anew."


BAD = [
    ({"messages": []}, 400),
    ({"messages": [words("", "m1")]}, 400),
    ({"messages": [words("x" * 10_001, "m1")]}, 400),
    ({"messages": [words("hi\0", "m1")]}, 400),
    ({"messages": ["hi"]}, 400),
    ({"messages": [{"id": "m1", "role": "user", "content": "hi"}]}, 400),
    ({"messages": [{"id": "m1", "role": "user", "parts": [{"type": "text", "text": 1}]}]}, 400),
    ({"messages": [{**words("hi", "m1"), "role": "system"}]}, 400),
    ({"messages": [words("hi", "m1"), {"id": "a", "role": "assistant", "parts": []}]}, 400),
    ({"messages": [answers(x="yes")]}, 400),
    ({"messages": [words("hi", "m1")], "id": None}, 400),
    ({"messages": [words("hi", "m1")], "trigger": "resume"}, 400),
    ({"messages": [{**words("hi", "m1"), "parts": [{"type": "file", "url": "data:,"}]}]}, 400),
    ({"messages": [words("x" * 3_000_000, "m1")]}, 413),
]


@pytest.mark.parametrize(("fault", "status"), BAD)
def test_what_is_wrong_is_said_in_words_and_nothing_is_kept(
    client: APIClient, fault: dict[str, Any], status: int
) -> None:
    refused = client.post(CHAT, {"id": "chat-1"} | fault)

    assert (refused.status_code, refused["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert refused.content.decode().endswith(f"(request {refused['X-Request-ID']})")
    assert Conversation.objects.count() == 0


def test_the_anonymous_and_the_impatient_are_told_in_words(
    anonymous: APIClient, client: APIClient, settings: Any, plays: Plays
) -> None:
    settings.CHAT_RATE = "1/h"
    plays(["One."])
    say(client, "first")

    refused = post(anonymous, words("hi", "m1"))
    later = post(client, words("hi", "m2"))

    assert (refused.status_code, refused["Content-Type"]) == (401, "text/plain; charset=utf-8")
    assert (later.status_code, int(later["Retry-After"]) > 0) == (429, True)
    assert later.content.startswith(b"Too many")


def test_a_long_history_is_no_hindrance(client: APIClient, plays: Plays) -> None:
    plays(["One."])

    assert text(chunks(post(client, words("x" * 1_000_000, "m0"), words("hi", "m1")))) == "One."


def test_a_stop_that_comes_late_stops_no_later_reply(client: APIClient, user: User) -> None:
    conversation = Conversation.objects.create(user=user)
    earlier = said(conversation, "first").reply.pk
    turn = conversation.begin_turn("second", LEASE)
    cancel = f"/api/conversations/{conversation.pk}/cancel/"

    late = client.post(cancel, {"assistant_message_id": str(earlier)})
    turn.refresh_from_db()
    asked_late = turn.cancel_requested_at
    stopped = client.post(cancel, {"assistant_message_id": str(turn.reply.pk)})
    turn.refresh_from_db()

    assert (late.status_code, late.json()["code"], asked_late) == (409, "nothing_to_cancel", None)
    assert (stopped.status_code, turn.cancel_requested_at is None) == (202, False)


def test_any_media_type_may_be_asked_for(client: APIClient, plays: Plays) -> None:
    plays(["One."])
    accepts = {"Accept": "text/event-stream"}

    assert text(chunks(post(client, words("hi", "m1"), header=accepts))) == "One."
    assert client.get(f"{CHAT}/chat-1/stream", headers=accepts).status_code == 204


def test_a_key_that_asks_first_may_chat_but_take_nothing_back(user: User, plays: Plays) -> None:
    asking, reading = client_with(user, "write", "ask"), client_with(user, "read")
    plays([call("create_task", title="Milk")], ["?"])

    told = say(asking, "milk")
    proposal = of(told, "tool-approval-request")["approvalId"]
    again = post(asking, words("milk", "m1"), trigger="regenerate-message")
    answer(asking, **{proposal: True})

    assert (again.status_code, post(reading, words("hi", "m2")).status_code) == (403, 403)
    assert again.content.startswith(b"This key asks before each change")
    assert stream(reading, "chat-1").status_code == 204
    assert Task.objects.get().title == "Milk"
    turn = Turn.objects.latest("pk")
    assert turn.door == Key.objects.get(pk=str(turn.key)).last_door == "ai-sdk"
