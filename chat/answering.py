"""What a person answers, by a click in some client, to what the latest reply asks about."""

from collections.abc import Mapping
from contextlib import suppress

from django.db.models import QuerySet
from rest_framework.exceptions import APIException

from accounts.models import User
from conversations.asked import asked_in
from conversations.models import Conversation, Turn
from conversations.models.told import latest_told
from todos.models import AlreadyDecided, Expired, Outdated, Proposal
from todos.models.proposal import Status

YES = "Yes."
NO = "No."


class NotAsked(APIException):
    """Never asked, by somebody else, answered before, or too long ago: nobody learns which."""

    status_code = 409
    default_code = "not_asked"
    default_detail = "Nobody asks that now, so nothing was done. Ask for it again."


def asked_now(user: User, conversation: Conversation) -> list[Proposal]:
    """The open ones that its latest reply asks about."""
    return list(_still_open(user, _asked(conversation)))


def _still_open(user: User, asked: set[str]) -> QuerySet[Proposal]:
    return Proposal.objects.for_user(user).with_status(Status.OPEN).filter(pk__in=asked)


def _asked(conversation: Conversation) -> set[str]:
    """Once the reply has ended, for until then it may ask for more."""
    last = latest_told(conversation, 1)
    turn = last[0].turn_behind if last else None
    has_ended = turn and turn.shown_status != Turn.Status.IN_PROGRESS
    return set(asked_in(last[0].calls)) if has_ended else set()


def words_for(user: User, conversation: Conversation, answers: Mapping[str, bool]) -> str:
    """The message that says it: a turn with it decides, as if the person had typed it.

    ``answers`` are by the ids of proposals, and each must be asked by the latest reply. A yes is to
    one that is open, and leaves no other open one without an answer: the message is to all of them.
    A no may come whatever became of it. Where there are both, the noes are left at once. Raises
    NotAsked, and then nothing is decided.
    """
    asked = _asked(conversation)
    if not answers or not answers.keys() <= asked:
        raise NotAsked
    agreed = {id for id, said in answers.items() if said}
    if not agreed:
        return NO
    proposals = {str(each.pk): each for each in _still_open(user, asked)}
    if not agreed <= proposals.keys() <= answers.keys():
        raise NotAsked
    for id in proposals.keys() - agreed:
        with suppress(AlreadyDecided, Expired, Outdated):
            proposals[id].reject()
    return YES
