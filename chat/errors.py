"""What can stand in the way of a turn, as HTTP tells it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from conversations.models.turn import TurnQuerySet
from web.throttles import TooManyRequests


class WaitsForATurn(APIException):
    """``wait`` seconds until one of the open turns that stand in the way may have ended."""

    def __init__(self, standing_in_the_way: TurnQuerySet) -> None:
        super().__init__()
        self.wait = standing_in_the_way.wait(timedelta(seconds=settings.AGENT_LEASE))


class ConversationIsBusy(WaitsForATurn):
    status_code = 409
    default_code = "conversation_busy"
    default_detail = "Another message of this conversation is still being answered. Try again soon."


class TooManyOpenTurns(WaitsForATurn):
    status_code = 429
    default_code = "too_many_turns"
    default_detail = "You have as many messages in work as you may have. Wait for one of them."


class DailyTurnsUsedUp(TooManyRequests):
    def __init__(self, most: int, until: datetime) -> None:
        why = _("You have sent all your messages of today (%(most)d); a day ends at 00:00 UTC.")
        wait = ceil((until - timezone.now()).total_seconds())
        super().__init__(wait, why % {"most": most})


class NotTheLastExchange(APIException):
    status_code = 409
    default_code = "not_the_last"
    default_detail = "Something was said after this, so it cannot be taken back any more."


class NothingToCancel(APIException):
    status_code = 409
    default_code = "nothing_to_cancel"
    default_detail = "No message of this conversation is being answered."


class TaskChangedSince(APIException):
    status_code = 409
    default_code = "changed_since"
    default_detail = "The task has changed since, so this cannot be undone any more."

    def __init__(self, tasks: Iterable[UUID]) -> None:
        super().__init__()
        self.members = {"changed": [str(task) for task in tasks]}


class TurnInProgress(WaitsForATurn):
    status_code = 409
    default_code = "turn_in_progress"
    default_detail = "This message is being answered already. Ask again soon for the answer."

    def __init__(self, mine: TurnQuerySet) -> None:
        super().__init__(mine)
        where = mine.values_list("conversation_id", flat=True).first()
        self.members = {"conversation_id": str(where) if where else None}
