"""The tool that takes a turn: what a client's model says to the assistant, and its reply."""

from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError

from accounts.models import User
from accounts.scopes import Need
from chat.answering import NotAsked, asked_now, words_for
from chat.doors.mcp import consent
from chat.doors.mcp.caller import DOOR, Call, Caller
from chat.doors.mcp.faults import INVALID_PARAMS, Fault, Json
from chat.doors.mcp.results import done, failed
from chat.doors.mcp.schemas import ASK_ASSISTANT
from chat.send import Asker, Where, send
from chat.serializers import LONGEST_MESSAGE
from chat.turns import TurnEnded, take
from conversations.asked import asked_in
from conversations.models import Conversation, ToolCall, Turn
from todos.models import TaskChange
from web.errors import NOTHING_HERE, field_errors, summary
from web.fields import IdField, RequestBody, SpokenTextField

STILL_OPEN = "It is still being answered. Ask for the conversation again soon."
TOO_MANY = 429


class AskedSerializer(RequestBody, serializers.Serializer[Any]):
    message = SpokenTextField(max_length=LONGEST_MESSAGE)
    conversation = IdField(required=False)


class AskAssistant:
    need = Need.WRITE
    told = ASK_ASSISTANT

    def call(self, call: Call) -> Json:
        """Takes a turn. Raises Throttled and its like (429), and then nothing is kept."""
        if call.state is not None:
            return _answered(call)
        form = AskedSerializer(data=call.arguments)
        try:
            form.is_valid(raise_exception=True)
            where, text = form.validated_data.get("conversation"), form.validated_data["message"]
            return _told(call, _said(call.caller, where, text, call.caller.idempotency_key))
        except Http404:
            return failed(NOTHING_HERE)
        except ValidationError as error:
            return failed(summary(list(field_errors(error.detail))))
        except APIException as error:
            if error.status_code == TOO_MANY:
                raise
            return failed(str(error.detail))


def _answered(call: Call) -> Json:
    """What the person answers to all that the reply asked is a turn, as if they had typed it.

    Raises Fault.
    """
    user = call.caller.user
    with transaction.atomic():
        first, said = consent.asked_by(call), consent.answer_in(call.responses)
    if said in ("", "later"):
        return consent.ask(call, first) if said == "" else consent.later(call, first)
    try:
        conversation = Conversation.objects.for_user(user).get(pk=str(first.conversation_id))
        asked = {first.pk} | {each.pk for each in asked_now(user, conversation)}
        words = words_for(user, conversation, {str(id): said == "yes" for id in asked})
    except (NotAsked, Conversation.DoesNotExist):
        raise Fault(INVALID_PARAMS, consent.NOT_OPEN) from None
    return _told(call, _said(call.caller, conversation, words, f"mcp:{first.pk}", by_hand=True))


def _said(
    caller: Caller, where: Where, text: str, key: str | None, *, by_hand: bool = False
) -> TurnEnded:
    asker = Asker(caller.user, DOOR, caller.key.pk if caller.key else None)
    turn, replayed = send(asker, where, text, key)
    if replayed:
        return TurnEnded(turn)
    *_, ended = take(turn, caller.user, by_hand=by_hand)
    return cast(TurnEnded, ended)


def _told(call: Call, ended: TurnEnded) -> Json:
    turn = ended.turn
    where: Json = {"conversation_id": str(turn.conversation_id)}
    if turn.status == Turn.Status.IN_PROGRESS:  # another process took it over
        return failed(STILL_OPEN, where)
    if turn.status == Turn.Status.FAILED:
        again = {"retry_after": ended.retry_after} if ended.retry_after else {}
        return failed(turn.error_detail, where | again)
    asked = [consent.bind(call, id) for id in asked_in(turn.calls)]
    if asked and call.can_ask:
        return consent.ask(call, *asked)
    page = call.caller.page(turn.conversation_id)
    waiting = [consent.waiting(each, page) for each in asked]
    proposals = {"proposals": waiting} if waiting else {}
    return done(where | _reply(turn, call.caller.user) | proposals)


def _reply(turn: Turn, user: User) -> Json:
    warning = {"warning": turn.warning} if turn.warning else {}
    return {
        "reply": turn.reply.content,
        "status": turn.status,
        "tool_calls": [_call(each) for each in turn.calls],
        "tasks_changed": _changed(turn, user),
    } | warning


def _call(call: ToolCall) -> Json:
    error = {"error": call.result["error"]} if "error" in call.result else {}
    return {"name": call.name, "arguments": call.arguments, "status": call.status} | error


def _changed(turn: Turn, user: User) -> list[Json]:
    calls = [call.pk for call in turn.calls]
    if not calls:
        return []
    changes = TaskChange.objects.for_user(user).of_calls(calls).exclude(task=None)
    found: dict[UUID | None, Json] = {}
    for change in changes.select_related("task").order_by("created_at", "id"):
        title = change.task.title if change.task else ""
        told = found.setdefault(
            change.task_id, {"id": str(change.task_id), "title": title, "kinds": []}
        )
        told["kinds"] += [] if change.kind in told["kinds"] else [change.kind]
    return list(found.values())
