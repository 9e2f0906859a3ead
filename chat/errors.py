"""What can stand in the way of a turn, as HTTP tells it."""

from rest_framework.exceptions import APIException


class ConversationIsBusy(APIException):
    status_code = 409
    default_code = "conversation_busy"
    default_detail = "Another message of this conversation is still being answered. Try again soon."
    wait = 2


class TooManyOpenTurns(APIException):
    status_code = 429
    default_code = "too_many_turns"
    default_detail = "You have as many messages in work as you may have. Wait for one of them."
    wait = 2


class NothingToCancel(APIException):
    status_code = 409
    default_code = "nothing_to_cancel"
    default_detail = "No message of this conversation is being answered."


class TaskChangedSince(APIException):
    status_code = 409
    default_code = "changed_since"
    default_detail = "The task has changed since, so this can not be undone any more."


class TurnInProgress(APIException):
    status_code = 409
    default_code = "turn_in_progress"
    default_detail = "This message is being answered already. Ask again soon for the answer."
    wait = 2


class IdempotencyKeyReused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key came with another message before. Use a new one."
