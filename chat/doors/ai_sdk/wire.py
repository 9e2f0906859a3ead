"""A turn as a UI message stream, v1: https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol

A chunk that a client does not know ends the stream there with an error, and in the first releases
of `ai` 5 and 6 so does an unknown member of one. So only those are told that all releases of 5, 6
and 7 know, but for ``tool-approval-request`` and what is in ``NEWER``, which 5 is not told.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from agent import tools
from agent.events import TextDelta, ToolFinished, ToolStarted
from chat.deciding import LEFT, LEFT_ELSEWHERE
from chat.sse import data_line
from chat.telling import Frame
from chat.turns import TurnEnded, TurnEvent, TurnStarted
from conversations.asked import asked_in, proposal_of
from conversations.models import ToolCall, Turn
from conversations.pieces import in_order

HEADERS = {"x-vercel-ai-ui-message-stream": "v1"}
DONE = b"data: [DONE]\n\n"
LAST = frozenset({"finish", "abort", "error"})
FINISH_REASONS = {"stop": "stop", "length": "length", "content_filter": "content-filter"}
FAILED = "The tool failed."
NEWER = frozenset({"title", "finishReason"})


class Wire:
    """One message of the client: a turn, or several where answers to approvals continue it.

    ``earlier`` are the turns of the same message before this one, oldest first: their chunks are
    told again with ``whole``; else the client has them. What a reply asks is text alone for `ai` 5
    (``is_5``). The whole turn is one step: whether all is answered, a client asks of the last step.
    """

    def __init__(
        self, *, earlier: Sequence[Turn] = (), whole: bool = False, is_5: bool = False
    ) -> None:
        self._earlier = earlier
        self._whole = whole
        self._is_5 = is_5
        self._asked = {id: call for turn in earlier for id, call in asked_in(turn.calls).items()}
        self._reply: UUID | None = None
        self._pieces = 0
        self._text = ""  # the id of the piece of text that is open
        self._held: ToolStarted | None = None

    def line(self, frame: Frame, number: int) -> bytes:
        left_out = NEWER if self._is_5 else ()
        told = {name: value for name, value in frame.data.items() if name not in left_out}
        line = data_line(told)
        return line + DONE if frame.data["type"] in LAST else line

    def frames(self, event: TurnEvent) -> Iterator[Frame]:
        match event:
            case TurnStarted(turn):
                yield from self._start(turn)
            case TextDelta(text):
                yield from self._say(text)
            case ToolStarted():
                yield from self._begin(event)
            case ToolFinished():
                yield from self._finish(event)
            case TurnEnded(turn):
                yield from self._end(turn)

    def _start(self, turn: Turn) -> Iterator[Frame]:
        first = [*self._earlier, turn][0]
        yield _chunk("start", messageId=first.reply.pk, messageMetadata=_place(turn))
        for each in self._earlier if self._whole else ():
            yield self._start_step(each)
            for event in _events(each):
                yield from self.frames(event)
            yield from self._end_step(each)
        yield self._start_step(turn)

    def _start_step(self, turn: Turn) -> Frame:
        self._reply, self._pieces = turn.reply.pk, 0
        return _chunk("start-step")

    def _say(self, text: str) -> Iterator[Frame]:
        if not self._text:
            self._pieces += 1
            self._text = f"{self._reply}-{self._pieces}"
            yield _chunk("text-start", id=self._text)
        data = {"type": "text-delta", "id": self._text, "delta": text}
        yield Frame(data, text="delta")

    def _end_text(self) -> Iterator[Frame]:
        if self._text:
            yield _chunk("text-end", id=self._text)
        self._text = ""

    def _begin(self, started: ToolStarted) -> Iterator[Frame]:
        """Where the message goes on with answers it is held: the result tells if it is one."""
        yield from self._end_text()
        if self._earlier:
            self._held = started
        else:
            yield _input(started)

    def _finish(self, done: ToolFinished) -> Iterator[Frame]:
        answered = self._asked.pop(str(_result(done).get("answers")), None)
        asks_anew = proposal_of(done) is not None
        if self._held and (answered is None or asks_anew):
            yield _input(self._held)
        self._held = None
        if answered:
            yield _answered(answered.pk, done)
        if asks_anew and not self._is_5:
            return  # until the end: a later call may ask in its place
        if not answered or asks_anew:
            yield _output(done.id, done)
        if done.status == ToolCall.Status.SUCCEEDED and tools.has_changed(done.name, done.result):
            changed = {"tool": done.name, "ids": tools.changed_tasks(done.result)}
            yield _chunk("data-tasks", data=changed, transient=True)

    def _end_step(self, turn: Turn) -> Iterator[Frame]:
        """With what stands asked in the end, as the last reply of its conversation asks it."""
        yield from self._end_text()
        asked = asked_in(turn.calls)
        for call in () if self._is_5 else turn.calls:
            if told := proposal_of(call):
                yield _request(told["id"], call) if told["id"] in asked else _output(call.pk, call)
        yield _chunk("finish-step")

    def _end(self, turn: Turn) -> Iterator[Frame]:
        yield from self._end_step(turn)
        if turn.warning:
            yield _chunk("data-warning", data={"text": turn.warning})
        metadata = _cost(turn)
        if turn.shown_status == Turn.Status.COMPLETED:
            reason = FINISH_REASONS.get(turn.finish_reason, "other")
            yield _chunk("finish", finishReason=reason, messageMetadata=metadata)
            return
        yield _chunk("message-metadata", messageMetadata=metadata)
        if turn.error:
            yield _chunk("error", errorText=turn.error["detail"])
        else:
            yield _chunk("abort")


def _events(turn: Turn) -> Iterator[TextDelta | ToolStarted | ToolFinished]:
    """Of a settled turn."""
    for piece in in_order(turn.reply.content, turn.calls):
        if isinstance(piece, str):
            yield TextDelta(piece)
            continue
        yield ToolStarted(piece.pk, piece.name, piece.arguments)
        yield ToolFinished(piece.pk, piece.name, piece.status, piece.result, piece.duration_ms)


def _chunk(type: str, **members: Any) -> Frame:
    return Frame({"type": type, **members})


def _input(started: ToolStarted) -> Frame:
    return _chunk(
        "tool-input-available",
        toolCallId=started.id,
        toolName=started.name,
        title=started.name.replace("_", " ").capitalize(),
        input=started.arguments,
        dynamic=True,
    )


def _output(tool_call_id: UUID, done: ToolFinished | ToolCall) -> Frame:
    told = {"toolCallId": tool_call_id, "dynamic": True, "providerExecuted": True}
    if done.status == ToolCall.Status.FAILED:
        return _chunk(
            "tool-output-error", errorText=str(_result(done).get("error", FAILED)), **told
        )
    return _chunk("tool-output-available", output=done.result, **told)


def _answered(tool_call_id: UUID, done: ToolFinished) -> Frame:
    """What became of the call that had asked."""
    if _result(done).get("note") in (LEFT, LEFT_ELSEWHERE):
        return _chunk("tool-output-denied", toolCallId=tool_call_id)
    return _output(tool_call_id, done)


def _request(proposal: str, call: ToolCall) -> Frame:
    return _chunk("tool-approval-request", approvalId=proposal, toolCallId=call.pk)


def _result(done: ToolFinished | ToolCall) -> dict[str, Any]:
    """Rows may have been changed by hand."""
    return done.result if isinstance(done.result, dict) else {}


def _place(turn: Turn) -> dict[str, Any]:
    """Where the reply is kept: for our other paths, above all to stop it and no other one."""
    return {
        "conversation_id": turn.conversation_id,
        "assistant_message_id": turn.reply.pk,
        "created_at": turn.reply.created_at,
        "status": Turn.Status.IN_PROGRESS,
    }


def _cost(turn: Turn) -> dict[str, Any]:
    cost = {
        "status": turn.shown_status,
        "model": turn.model or None,
        "usage": turn.usage,
        "warning": turn.warning or None,
        "error": turn.error,
    }
    return {name: value for name, value in cost.items() if value is not None}
