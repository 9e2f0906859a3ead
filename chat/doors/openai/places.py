"""Where a request to the Responses API belongs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.exceptions import APIException

from accounts.models import User
from chat.doors.openai import ids
from chat.doors.openai.threads import began, thread_of, thread_of_key
from chat.send import Where, request_hash
from conversations.models import Turn


class PreviousResponseNotFound(APIException):
    status_code = 400
    default_code = "previous_response_not_found"
    default_detail = "There is no such previous response, or it is not yours."
    members = {"errors": [{"field": "previous_response_id", "code": default_code}]}


@dataclass(frozen=True, slots=True)
class Place:
    """``last`` is the turn that stands last there, and ``seq`` is of its reply, where known."""

    where: Where
    last: UUID | None = None
    seq: int = 0

    def before(self, turn: Turn) -> UUID | None:
        """The turn before one that was begun here."""
        return self.last if turn.user_message.seq == self.seq + 1 else turn.turn_before()


def place_of(
    user: User, asked: Mapping[str, Any], headers: Mapping[str, str], key: str | None
) -> Place:
    """The conversation that is named, or that of the previous response if it is the last one there;
    else a new one, for conversations have no branches. A key leads to where it led before.

    A client that names neither may keep the history itself: see threads.
    """
    begun = Turn.objects.with_key(user.pk, key).first() if key else None
    if "conversation" in asked:
        return _named(asked["conversation"])
    if "previous_response_id" in asked:
        return _behind(user, asked["previous_response_id"], begun)
    said = asked["input"]
    where = thread_of(user, said, headers, asked["user"])
    return Place(thread_of_key(begun, said.text, where) if begun else where)


def began_here(turn: Turn, asked: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
    """Whether this request can have begun the turn, as ``threads.began`` has it."""
    said = asked["input"]
    if "conversation" in asked:
        place, same = asked["conversation"], turn.conversation_id == asked["conversation"]
    elif "previous_response_id" in asked:
        before = turn.turn_before()
        place = turn.conversation_id if before else None
        same = before in (None, ids.read("resp", asked["previous_response_id"]))
    else:
        return began(turn, said, headers, asked["user"])
    return same and turn.request_hash == request_hash(place, said.text)


def _named(conversation: UUID | None) -> Place:
    if conversation is None:
        raise Http404
    return Place(conversation)


def _behind(user: User, response: str, begun: Turn | None) -> Place:
    turns = Turn.objects.for_user(user).standing().of_kept_conversations().with_last()
    id = ids.read("resp", response)
    previous = turns.filter(pk=id).first() if id else None
    if previous is None:
        raise PreviousResponseNotFound
    here = previous.conversation_id
    if begun:
        return Place(here if begun.conversation_id == here else None)
    if previous.last != previous.pk:
        return Place(None)
    return Place(here, previous.pk, previous.last_seq)
