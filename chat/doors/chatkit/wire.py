"""One turn as the events of a ChatKit stream."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError

from accounts.models import User
from agent.events import TextDelta, ToolFinished, ToolStarted
from chat.doors.chatkit.asking import asks_of
from chat.doors.chatkit.items import (
    Item,
    end_item,
    item_id,
    output_text,
    said,
    text_item,
    thread,
    tools_item,
)
from chat.doors.chatkit.tasks import changed, finished, running
from chat.sse import data_line
from chat.telling import Frame
from chat.turns import TurnEnded, TurnEvent, TurnStarted
from conversations.models import Conversation, Message, ToolCall, Turn
from web.connections import log_database_failure, release_connection

TASKS_CHANGED = "tasks_changed"
KEEP_ALIVE = data_line({"type": "progress_update", "text": "Still working on it."})


class Wire:
    """Of one attempt at a turn.

    ``begins``: with it the thread begins. ``removed`` are the ids of items that it takes the place
    of, where a page has them; ``answered`` is what it answers. ``can_be_left``: who leaves stops
    it.
    """

    def __init__(
        self,
        user: User,
        *,
        begins: bool = False,
        removed: Sequence[str] = (),
        answered: Item | None = None,
        can_be_left: bool = False,
    ) -> None:
        self.user = user
        self.begins = begins
        self.removed = removed
        self.answered = answered
        self.can_be_left = can_be_left
        self.part = 0
        self.text = ""  # of the piece that is told
        self.tasks: list[Item] = []  # of the run of tools that is told
        self.started: ToolStarted | None = None

    def line(self, frame: Frame, number: int) -> bytes:
        return data_line(frame.data)

    def frames(self, event: TurnEvent) -> Iterator[Frame]:
        match event:
            case TurnStarted(turn):
                yield from self._start(turn)
            case TextDelta(text):
                yield from self._say(text)
            case ToolStarted():
                yield from self._begin_tool(event)
            case ToolFinished():
                yield from self._end_tool(event)
            case TurnEnded(turn):
                yield from self._end(turn)

    def _start(self, turn: Turn) -> Iterator[Frame]:
        self.reply, self.title = turn.reply, turn.conversation.title
        if self.begins:
            yield _frame("thread.created", thread=thread(turn.conversation))
        for id in self.removed:
            yield _frame("thread.item.removed", item_id=id)
        if self.answered:
            yield _frame("thread.item.replaced", item=self.answered)
        yield _done(said(turn.user_message))
        yield _frame("stream_options", stream_options={"allow_cancel": self.can_be_left})

    def _say(self, text: str) -> Iterator[Frame]:
        """White space at the start of a piece is left out, so that none is nothing else."""
        text = text if self.text else text.lstrip()
        if not text:
            return
        if not self.text:
            yield from self._close()
            yield _frame("thread.item.added", item=text_item(self.reply, self.part, ""))
            yield self._update("assistant_message.content_part.added", content=output_text(""))
        self.text += text
        yield self._update("assistant_message.content_part.text_delta", delta=text)

    def _begin_tool(self, event: ToolStarted) -> Iterator[Frame]:
        if self.text:
            yield from self._close()
        self.started = event
        self.tasks = [*self.tasks, running(event.name)]
        if len(self.tasks) == 1:
            yield _frame("thread.item.added", item=tools_item(self.reply, self.part, self.tasks))
        else:
            yield self._task("workflow.task.added")

    def _end_tool(self, event: ToolFinished) -> Iterator[Frame]:
        arguments = self.started.arguments if self.started else {}
        call = ToolCall(
            name=event.name, arguments=arguments, result=event.result, status=event.status
        )
        self.tasks = [*self.tasks[:-1], finished(call, self.user, self.reply.created_at)]
        yield self._task("workflow.task.updated")
        if effect := changed(call):
            yield _frame("client_effect", name=TASKS_CHANGED, data=effect)

    def _close(self) -> Iterator[Frame]:
        """The piece of text, or the run of tools, that is told has come to its end."""
        if self.text:
            content = output_text(self.text)
            yield self._update("assistant_message.content_part.done", content=content)
            yield _done(text_item(self.reply, self.part, self.text))
        elif self.tasks:
            yield _done(tools_item(self.reply, self.part, self.tasks))
        else:
            return
        self.part, self.text, self.tasks = self.part + 1, "", []

    def _end(self, turn: Turn) -> Iterator[Frame]:
        yield from self._close()
        try:
            yield from self._asks(turn)
        except (OperationalError, InterfaceError) as error:  # a client can read the items later
            log_database_failure(error)
        finally:
            release_connection()
        if turn.warning:
            yield _frame("notice", level="warning", message=turn.warning)
        yield _done(end_item(turn.reply))
        if turn.error:
            told = {"message": turn.error["detail"], "allow_retry": True}
            yield _frame("error", code="custom", **told)

    def _asks(self, turn: Turn) -> Iterator[Frame]:
        """What became of what was asked before, what the reply asks, and a title that is new.

        To take an exchange back may have changed the title before the turn began.
        """
        before = _question_before(turn)
        asking = [turn.reply]
        if before:
            before.said_after = turn.user_message.content
            asking.append(before)
        asks = asks_of(asking, self.user)
        if before and before.pk in asks and asks[before.pk] != self.answered:
            yield _frame("thread.item.replaced", item=asks[before.pk])
        if turn.reply.pk in asks:
            yield _done(asks[turn.reply.pk])
        if self.begins or self.removed or turn.calls:
            now = Conversation.objects.get(pk=turn.conversation_id, user=turn.user_id)
            if self.removed or now.title != self.title:
                yield _frame("thread.updated", thread=thread(now))

    def _task(self, type_: str) -> Frame:
        """Of the latest one."""
        place = len(self.tasks) - 1
        return self._told(type_, task_index=place, task=self.tasks[place])

    def _update(self, type_: str, **of: Any) -> Frame:
        """Of the only content that a piece of text has."""
        return self._told(type_, content_index=0, **of)

    def _told(self, type_: str, **of: Any) -> Frame:
        id, update = item_id(self.reply, self.part), {"type": type_, **of}
        return _frame("thread.item.updated", item_id=id, update=update)


def _frame(type_: str, **of: Any) -> Frame:
    return Frame({"type": type_, **of})


def _done(item: Item) -> Frame:
    return _frame("thread.item.done", item=item)


def _question_before(turn: Turn) -> Message | None:
    """The last message before the turn, if it asks something."""
    earlier = turn.conversation.messages.standing().before(turn.user_message.seq).order_by("-seq")
    words = earlier.values_list("content", flat=True).first() or ""
    return earlier.select_related("turn").first() if "?" in words else None
