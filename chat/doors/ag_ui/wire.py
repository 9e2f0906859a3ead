"""A turn as a run of AG-UI: https://docs.ag-ui.com/spec/1.0/events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.models import User
from agent.events import TextDelta, ToolFinished, ToolStarted
from agent.tools import has_changed
from chat.doors.ag_ui import state
from chat.doors.ag_ui.asked import RunInput
from chat.doors.ag_ui.pieces import Told, piece_id, result_id
from chat.sse import data_line
from chat.telling import Frame
from chat.turns import TurnEnded, TurnEvent, TurnStarted
from conversations.asked import asked_in
from conversations.models import ToolCall, Turn
from conversations.models.told import ToldCall
from text import as_json
from todos.models import Proposal

VERSION = "1.0"
OPENING = 2
"""Frames before what the turn says and does: the run begins, and the state."""

TEXT, CALL = "t", "c"
"""What may be open."""

RESPONSE_SCHEMA = {
    "type": "object",
    "properties": {"approved": {"type": "boolean"}},
    "required": ["approved"],
}


@dataclass(slots=True)
class Wire:
    """``open`` is the text or the call that was begun and not ended: a letter, and its id.

    ``anew``: the messages to begin with again in a run that has begun, since the reply does, and
    ``left_open`` what was open in it. With ``was_away`` the tasks are told once more: who comes
    back to a run has not heard what was done to them elsewhere. Both are told ahead of the first
    line, and belong to no number.
    """

    run: RunInput
    turn: Turn
    user: User
    anew: list[Told] | None = None
    left_open: str = ""
    was_away: bool = False
    finished: int = field(default=0, init=False)
    open: str = field(default="", init=False)
    is_too_much: bool = field(default=False, init=False)

    def frames(self, event: TurnEvent) -> Iterator[Frame]:
        match event:
            case TurnStarted():
                yield self._opened()
                yield self._state()
            case TextDelta(text):
                yield from self._say(text)
            case ToolStarted():
                yield from self._end_it()
                yield from self._call(event)
            case ToolFinished():
                self.finished += 1
                yield _frame(
                    "TOOL_CALL_RESULT",
                    messageId=result_id(event.id),
                    toolCallId=event.id,
                    content=as_json(event.result),
                )
                yield from self._changes(event)
            case TurnEnded(turn):
                yield from self._end_it()
                yield from ending(self.run, turn, self.user)

    def line(self, frame: Frame, number: int) -> bytes:
        """Its id says what is open, so that another attempt can end it."""
        place = f"{self.turn.pk}.{self.turn.attempt}.{number}"
        line = data_line(frame.data, id=f"{place}.{self.open}" if self.open else place)
        return b"".join(data_line(each.data) for each in self._ahead()) + line

    def _ahead(self) -> list[Frame]:
        left_open, self.left_open = self.left_open, ""
        was_away, self.was_away = self.was_away, False
        return _end(left_open) + [self._state() for _ in range(was_away)]

    def _opened(self) -> Frame:
        if self.anew is not None:
            return messages(self.anew)
        return started(self.run, self.turn.conversation_id, self.turn.reply.pk)

    def _state(self) -> Frame:
        now = state.snapshot(self.user)
        self.is_too_much = now["more"]
        return tasks(now)

    @property
    def _message(self) -> str:
        return piece_id(self.turn.reply.pk, self.finished)

    def _say(self, text: str) -> Iterator[Frame]:
        if not self.open:
            self.open = TEXT + self._message
            yield _frame("TEXT_MESSAGE_START", messageId=self._message, role="assistant")
        data = {"type": "TEXT_MESSAGE_CONTENT", "messageId": self._message, "delta": text}
        yield Frame(data, text="delta")

    def _end_it(self) -> Iterator[Frame]:
        ended, self.open = self.open, ""
        yield from _end(ended)

    def _call(self, event: ToolStarted) -> Iterator[Frame]:
        begun = {"toolCallName": event.name, "parentMessageId": self._message}
        self.open = f"{CALL}{event.id}"
        yield _frame("TOOL_CALL_START", toolCallId=event.id, **begun)
        yield _frame("TOOL_CALL_ARGS", toolCallId=event.id, delta=as_json(event.arguments))
        yield from self._end_it()

    def _changes(self, event: ToolFinished) -> Iterator[Frame]:
        """One frame, whatever the rows are by now: on that the numbers of the others depend.

        Of a state that has not all tasks, a patch would not say which ones come in and go.
        """
        succeeded = event.status == ToolCall.Status.SUCCEEDED
        if not succeeded or not has_changed(event.name, event.result):
            return
        if self.is_too_much:
            yield self._state()
        else:
            yield _frame("STATE_DELTA", delta=state.patch(self.user, event.id))


def _end(open: str) -> list[Frame]:
    if open.startswith(TEXT):
        return [_frame("TEXT_MESSAGE_END", messageId=open.removeprefix(TEXT))]
    if open.startswith(CALL):
        return [_frame("TOOL_CALL_END", toolCallId=open.removeprefix(CALL))]
    return []


def started(run: RunInput, conversation: UUID | None, reply: UUID | None = None) -> Frame:
    """With our own ids, by which a client finds the conversation over REST and stops the turn."""
    parent = {"parentRunId": run.parent_run_id} if run.parent_run_id else {}
    names = {"conversationId": conversation, "messageId": reply}
    ours = {name: str(id) for name, id in names.items() if id}
    metadata = {"metadata": {"todo-chat": ours}} if ours else {}
    return _frame("RUN_STARTED", **_ids(run), protocolVersion=VERSION, **parent, **metadata)


def messages(told: list[Told]) -> Frame:
    return _frame("MESSAGES_SNAPSHOT", messages=told)


def tasks(told: state.State) -> Frame:
    return _frame("STATE_SNAPSHOT", snapshot=told)


def ending(run: RunInput, turn: Turn, user: User) -> Iterator[Frame]:
    """Of a turn that is settled."""
    if turn.warning:
        warning = {"detail": turn.warning, "degraded": turn.degraded}
        yield _frame("CUSTOM", name="warning", value=warning)
    usage = _usage(turn)
    if error := turn.error:
        yield _frame("RUN_ERROR", message=error["detail"], code=error["code"], **usage)
    else:
        yield finished(run, _outcome(turn, user), **usage)


def finished(run: RunInput, outcome: Told, **more: Any) -> Frame:
    return _frame("RUN_FINISHED", **_ids(run), outcome=outcome, **more)


def asking(user: User, calls: Sequence[ToolCall | ToldCall]) -> Told:
    """The outcome of a run with these calls: what they ask and nobody has answered, if anything."""
    asked = asked_in(calls)
    proposals = Proposal.objects.for_user(user).with_status("open")
    still_open = proposals.in_bulk([UUID(id) for id in asked]) if asked else {}
    interrupts = [
        _interrupt(still_open[key], call)
        for id, call in asked.items()
        if (key := UUID(id)) in still_open
    ]
    return {"type": "interrupt", "interrupts": interrupts} if interrupts else {"type": "success"}


def _outcome(turn: Turn, user: User) -> Told:
    if turn.shown_status == Turn.Status.CANCELLED:
        return {"type": "cancelled"}
    return asking(user, turn.calls)


def _interrupt(proposal: Proposal, call: ToolCall | ToldCall) -> Told:
    """Its call has its result already, so it is a question of its own, and no call that waits."""
    return {
        "id": str(proposal.pk),
        "reason": "confirmation",
        "message": proposal.summary,
        "toolCallId": str(call.id),
        "responseSchema": RESPONSE_SCHEMA,
        "expiresAt": proposal.expires_at.isoformat().replace("+00:00", "Z"),
    }


def _usage(turn: Turn) -> Told:
    names = {"input_tokens": "inputTokens", "output_tokens": "outputTokens"}
    names["cached_tokens"] = "cachedInputTokens"
    counted = {names[name]: count for name, count in turn.usage.items() if count is not None}
    return {"usage": [{"model": turn.model} | counted]} if counted else {}


def _ids(run: RunInput) -> Told:
    return {"threadId": run.thread_id, "runId": run.run_id}


def _frame(type: str, **data: Any) -> Frame:
    return Frame({"type": type, **data})
