"""What no door takes: it says so in the words of its protocol, and nothing comes of it."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.conftest import Plays
from tests.doors.rows.row import Answer, Row, Sent
from tests.doors.through import DOORS
from tests.factories import ConversationFactory, say
from tests.web.test_strangers import everything

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
    pytest.mark.parametrize("door", DOORS, ids=lambda row: row.name),
]
NO_WORDS: list[Any] = [
    *("", "  \n", "a\0b", "\ud800", "x" * 10_001),
    *(5, 1.5, True, None, [], {}, [5], [None], {"a": 1}),
]
NO_OBJECTS = [
    *(b"", b"{", b"[]", b"5", b"null", b'"x"', b"\xff", b"[" * 2_000, b'{"a": 1, "a": 2}'),
    *(b'{"a": NaN}', b'[{"a": 1}]'),
]


@pytest.fixture
def where(user: User) -> str:
    conversation = ConversationFactory(user=user)
    say(conversation, "Good morning")
    return str(conversation.pk)


def fault_of(door: Row, answer: Answer, *, statuses: range = range(400, 500)) -> str:
    """What is wrong with how it was refused."""
    if answer.status not in statuses:
        return f"{answer.status} {answer.text[:200]}"
    if "html" in answer.headers["Content-Type"] or "<html" in answer.text:
        return "a page"
    if answer.headers["X-Request-ID"] not in answer.text and answer.status != 200:
        return f"no request_id in {answer.text[:200]}"
    return "" if door.refusal(answer) else "no sentence"


def test_what_is_no_message_is_refused(
    door: Row, client: APIClient, plays: Plays, where: str
) -> None:
    llm = plays()
    before = everything()

    for words in NO_WORDS:
        for stream in door.modes:
            answer = door.said(words, where, stream=stream).by(client)
            assert fault_of(door, answer, statuses=door.bad_input) == "", repr(words)[:20]

    assert everything() == before
    assert llm.prompts == []


def test_what_is_no_request_is_refused(
    door: Row, client: APIClient, plays: Plays, where: str
) -> None:
    llm = plays()
    before = everything()
    path = door.said("Hello", where).path

    for sent in [*(Sent(path, body) for body in NO_OBJECTS), *door.bad(where)]:
        answer = sent.by(client)
        assert fault_of(door, answer, statuses=door.bad_input) == "", str(sent)[:200]

    assert everything() == before
    assert llm.prompts == []


def test_a_body_may_be_so_large_and_no_larger(
    door: Row, client: APIClient, plays: Plays, where: str
) -> None:
    llm = plays(["Hello."])
    sent = door.said("Hello", where)
    fits = Sent(sent.path, sent.body | {"unknown": "x" * (door.most - 2_000)}, headers=sent.headers)
    too_large = Sent(sent.path, sent.body | {"unknown": "x" * door.most}, headers=sent.headers)

    refused, taken = too_large.by(client), fits.by(client)

    assert refused.status == 413
    assert fault_of(door, refused) == ""
    assert door.reply(taken) == "Hello."
    assert len(llm.prompts) == 1


def test_what_nobody_asked_for_is_ignored(
    door: Row, client: APIClient, plays: Plays, where: str
) -> None:
    plays(["Hello."])
    sent = door.said("Hello", where)

    answer = Sent(sent.path, {**sent.body, "xyzzy": {"a": [1]}}, headers=sent.headers).by(client)

    assert door.reply(answer) == "Hello."


def test_the_anonymous_get_nothing(
    door: Row, anonymous: APIClient, plays: Plays, where: str
) -> None:
    llm = plays()
    before = everything()

    for words in ("Hello", "", 5):
        answer = door.said(words, where).by(anonymous)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert fault_of(door, answer) == ""

    assert everything() == before
    assert llm.prompts == []


def test_the_conversation_of_somebody_else_is_as_none_at_all(
    door: Row, client: APIClient, plays: Plays, stranger: User
) -> None:
    theirs = ConversationFactory(user=stranger)
    say(theirs, "My zebra is ill", "That is a pity.")
    gone = ConversationFactory(user=stranger)
    gone.remove()
    before = rows_of(stranger)
    answers = []

    for where in (theirs.pk, gone.pk, uuid4()):
        llm = plays(["Hello."])
        answers.append(door.said("Hello", str(where)).by(client))
        assert "zebra" not in str(llm.prompts) + answers[-1].text

    assert len({each.status for each in answers}) == 1
    assert rows_of(stranger) == before


def rows_of(user: User) -> list[Any]:
    owned = (Conversation, Turn)
    return [list(model.objects.filter(user=user).order_by("pk").values()) for model in owned]
