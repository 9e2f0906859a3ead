"""A turn at work: its prompt, the events of the agent, its tool calls and its text, all kept."""

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from contextvars import copy_context
from copy import copy
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from threading import Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.keys import Key
from accounts.line import stands_in_line
from accounts.models import User
from agent import prompt, runner, tools
from agent.chain import measured_llm, who_answered_instead
from agent.events import Event, TextDelta, ToolFinished, ToolStarted
from agent.given import given
from agent.llm import LLM, Message
from agent.offline.dates import Habits, LocalTime
from agent.offline.replying import DecidedLLM
from agent.outcome import Outcome
from chat import titles
from chat.consent import AsksFirst, Consent, question
from chat.deciding import decide, to_decide
from chat.told import history_of, in_window, is_answer, lines_told_by
from chat.undo import left_of_turn, show_undone
from chat.unfounded import changes_of, unfounded
from chat.watch import Watched, watch
from conversations.models import ToolCall, Turn, TurnLost, renewal
from telemetry.measured import UNKNOWN_TOOL, Measured
from telemetry.metrics import called_tool
from telemetry.turns import ended
from todos.models import Origin, TaskChange
from web.connections import log_database_failure, release_connection

logger = logging.getLogger(__name__)

SAVE_SECONDS = 1.0
"""So often text is saved while somebody follows it from the rows."""
OURS_ALONE = (Turn.Status.COMPLETED, Turn.Status.FAILED)
"""As nobody else settles a turn."""
COST = frozenset({"steps", "input_tokens", "output_tokens", "cached_tokens", "thinking"})
NO_HISTORY = "The earlier messages could not be read; this was answered without them."
DONE_BEFORE = "Not done again: you asked for this very thing before, in answer to this message."
BROKEN_TOOL = "internal_error: the tool failed, and nothing was changed."


class Work:
    """What is known of a turn only by the process that works on it: above all what was said.

    ``by_hand``: the message is an answer that the person gave by a click, also where the door is
    one for models. It is kept nowhere: who takes the turn over holds the message for a model's.
    """

    def __init__(
        self, turn: Turn, user: User, measured: Measured, *, by_hand: bool = False
    ) -> None:
        self.turn = turn
        self.user = user
        self.measured = measured
        self.said = ""
        self.outcome = Outcome()
        self.saved_at = monotonic()
        self.watched = Watched()
        self.by_model = turn.door == "mcp" and not by_hand
        said = turn.user_message.content
        self.consent = Consent(user, said, turn.calls, tainted=self.by_model)
        self.lease = timedelta(seconds=settings.AGENT_LEASE)
        self.told: list[str] = []

    def answer(self, llm: LLM) -> Generator[Event, None, None]:
        """Answer and settle the turn. Raises LLMError, TurnLost, and what the database raises."""
        history, no_history = self._history()
        self._decide(history)
        llm = measured_llm(DecidedLLM() if self._is_answer() else llm, self.measured)
        history = in_window(history)
        for call in self.turn.calls:  # of an earlier attempt, and what was just decided
            yield ToolStarted(call.pk, call.name, call.arguments)
            yield ToolFinished(call.pk, call.name, call.status, call.result, call.duration_ms)
        messages = prompt.build(history, self.user.zone, llm.model, self.told)
        self.consent.read(messages)
        with watch.over(self.turn) as self.watched:
            yield from self._keep(self._run(llm, messages))
        instead = who_answered_instead(llm)
        fields = asdict(self.outcome)
        warning = instead or no_history or self.outcome.warning
        fields["warning"] = warning or unfounded(self.turn, self.user, self.said, self._asked_at())
        title = "" if no_history else self._title(history)
        self.settle(Turn.Status.COMPLETED, degraded=bool(instead), title=title, **fields)

    def _title(self, history: Sequence[prompt.MessageRow]) -> str:
        """Empty where the history is not whole: what the conversation began with should stand."""
        is_whole = history[0].seq == 1 or self.turn.reply.seq < settings.AGENT_HISTORY_MESSAGES
        if not is_whole:
            return ""
        earlier = (call for message in history[:-2] for call in message.calls)
        return titles.made_of(chain(earlier, self.turn.calls))

    def cancel(self) -> None:
        """If the turn still is ours, for then it was to be cancelled."""
        self.settle(Turn.Status.CANCELLED, **self._cost())

    def fail(self, code: str, detail: str) -> None:
        """Told at once; and kept at once, or as soon as the database takes it."""
        fields = {"error_code": code, "error_detail": detail, **self._cost()}
        try:
            self.settle(Turn.Status.FAILED, **fields)
        except (OperationalError, InterfaceError) as error:
            log_database_failure(error)
            self.turn.show_as(Turn.Status.FAILED, self.said, **fields, **self._measures())
            later = copy_context().run
            Thread(
                target=later, args=(self._settle_later, copy(self.turn), fields), daemon=True
            ).start()

    def _settle_later(self, turn: Turn, fields: dict[str, Any]) -> None:
        """As it is shown; once its lease is over, the rows tell that it was broken off."""
        give_up = monotonic() + settings.AGENT_LEASE
        while monotonic() < give_up:
            connection.close()
            sleep(SAVE_SECONDS)
            with suppress(OperationalError, InterfaceError):
                with suppress(Turn.DoesNotExist):
                    self._settle(turn, Turn.Status.FAILED, **fields)
                break
        connection.close()

    def settle(self, status: Turn.Status, **fields: Any) -> None:
        """Once; if another process was faster, the turn is as that one left it."""
        self._settle(self.turn, status, **fields)

    def _settle(self, turn: Turn, status: Turn.Status, **fields: Any) -> None:
        """Who settles a turn tells of its end; of one whose rows are gone nobody else does.

        An earlier try may have come through, though the database could not say so any more.
        """
        lease = turn.lease_token
        try:
            turn.finish(status, self.said, **fields, **self._measures())
        except TurnLost:
            try:
                turn.reload()
            except Turn.DoesNotExist:
                turn.status = Turn.Status.CANCELLED
                ended(turn, self.measured)
                raise
            if turn.lease_token != lease or turn.status not in OURS_ALONE:
                return
        ended(turn, self.measured)

    def _measures(self) -> dict[str, Any]:
        failure = self.measured.failure
        return {
            "first_word_ms": self.measured.first_word_ms,
            "streamed": self.measured.streamed,
            "instructions": given().hash,
            "failure": f"{failure.reason} ({failure.model})"[:100] if failure else "",
            "trace_id": self.measured.span.trace_id,
        }

    def _cost(self) -> dict[str, Any]:
        """Of the steps that came to their end, also where the turn did not."""
        return {name: value for name, value in asdict(self.outcome).items() if name in COST}

    def _history(self) -> tuple[Sequence[prompt.MessageRow], str]:
        """And a warning when the database would not give the earlier messages."""
        try:
            self._read_told()
            return history_of(self.turn), ""
        except (DatabaseError, ValueError):  # or a row holds what its column cannot
            logger.error("the history of turn %s cannot be read", self.turn.pk)
            return [self.turn.user_message, self.turn.reply], NO_HISTORY
        finally:
            release_connection()

    def _decide(self, history: Sequence[prompt.MessageRow]) -> None:
        """Do or leave what was proposed before, if the message is a plain answer to it.

        One that a model has written is no consent of the person's.
        """
        said, proposals = ("", []) if self.by_model else to_decide(history, self.turn)
        for id in proposals if said else ():
            started_at, key = timezone.now(), uuid7()
            with self._transaction():
                decided = decide(self.user, id, said, self._origin(key))
                if decided:
                    name, arguments, result = decided
                    self.turn.record(
                        id=key,
                        step=self._next_step(),
                        position=0,
                        name=name,
                        arguments=arguments,
                        result=result,
                        status=ToolCall.Status.SUCCEEDED,
                        started_at=started_at,
                        duration_ms=round(
                            (timezone.now() - started_at) / timedelta(milliseconds=1)
                        ),
                    )

    def _is_answer(self) -> bool:
        """Whether it decides what was proposed: that is put into words without asking a model."""
        return any(map(is_answer, self.turn.calls))

    def _next_step(self) -> int:
        return self.turn.calls[-1].step + 1 if self.turn.calls else 0

    def _read_told(self) -> None:
        self.told = lines_told_by(self.user)

    def _run(self, llm: LLM, messages: list[Message]) -> Iterator[Event]:
        limits = runner.Limits(
            steps=settings.AGENT_MAX_STEPS,
            tool_calls=settings.AGENT_MAX_TOOL_CALLS,
            seconds=settings.AGENT_TURN_DEADLINE,
            characters=settings.AGENT_MAX_REPLY_CHARS,
        )
        return runner.run(
            llm,
            messages,
            self._execute,
            self.outcome,
            limits=limits,
            first_step=self._next_step(),
            idle=self._look_up,
            closing=lambda: question(self.turn.calls),
        )

    def _keep(self, events: Iterator[Event]) -> Iterator[Event]:
        """The same events; their text is kept on the way, and saved now and then."""
        for event in events:
            if isinstance(event, TextDelta):
                self.said += event.text
                self.measured.spoke()
            self._look_up()
            yield event

    def _look_up(self) -> None:
        """Show that we live. Raises TurnLost, also to cancel the turn."""
        self.watched.live()
        seldom = renewal(self.lease).total_seconds()
        pause = SAVE_SECONDS if self.watched.is_followed else seldom
        if monotonic() - self.saved_at > pause and self.said != self.turn.reply.content:
            self._save()

    def _save(self) -> None:
        """Keep the text so far. Raises TurnLost."""
        began = monotonic()
        with self._transaction():
            self.turn.save_text(self.said)
        self.saved_at = began

    def _execute(self, call: runner.Call) -> ToolCall:
        made = self._make(call)
        self.consent.hear(made.result)
        return made

    def _make(self, call: runner.Call) -> ToolCall:
        """Make the call and keep its record, in one transaction; a failed one changes nothing."""
        started_at, clock = timezone.now(), monotonic()

        def record(status: str, result: dict[str, Any]) -> ToolCall:
            self.turn.save_text(self.said)
            return self.turn.record(
                id=call.id,
                step=call.step,
                position=call.position,
                text_before=len(self.said),
                name=call.name,
                arguments=call.kept,
                model=call.model,
                beside=call.beside,
                result=result,
                status=status,
                started_at=started_at,
                duration_ms=round((monotonic() - clock) * 1000),
            )

        try:
            if call.refused:
                raise tools.ToolError(call.refused)
            tool = tools.bind(call.name, call.arguments, self._asked_at())
            self._refuse_repetition(call, tool)
            origin = self._origin(call.id)
            with self._transaction(in_line=tools.changes(call.name)):
                result = tool.run(self._desk(origin))
                self.consent.check(call.name, tool, result, origin)
                if isinstance(tool, tools.Remember):
                    self._read_told()
                done = record(ToolCall.Status.SUCCEEDED, result)
            self.consent.count(call.name, result, origin)
            return done
        except AsksFirst as asked:
            with self._transaction():
                result = self.consent.propose(asked, self._origin(call.id))
                return record(ToolCall.Status.SUCCEEDED, result)
        except (TurnLost, OperationalError, InterfaceError):
            raise
        except tools.ToolError as error:
            why = error.result
        except Exception:
            logger.exception("tool %s crashed in turn %s", call.name, self.turn.pk)
            why = {"error": BROKEN_TOOL}
        with self._transaction():
            return record(ToolCall.Status.FAILED, why)

    @contextmanager
    def _transaction(self, *, in_line: bool = False) -> Iterator[None]:
        """Behind the fence of the turn; if it fails, the turn knows of nothing kept in it.

        Else each that was made in it is kept now, and measured. ``in_line``: tasks are changed in
        it, and whatever fails takes all of it back.
        """
        calls, text = list(self.turn.calls), self.turn.reply.content
        try:
            stands = stands_in_line(self.user.pk) if in_line else nullcontext()
            with self.turn.fenced(self.lease, in_line=in_line), stands:
                yield
        except BaseException:
            self.turn.calls, self.turn.reply.content = calls, text
            raise
        finally:
            release_connection()
        for made in self.turn.calls[len(calls) :]:
            name = made.name if made.name in tools.TOOLS else UNKNOWN_TOOL
            seconds = made.duration_ms / 1000
            self.measured.called(made.pk, name, made.status, made.started_at, seconds)
            called_tool(name, made.status)

    def _origin(self, call: UUID) -> Origin:
        """The changes of a tool call are one act, which has its id."""
        source = "mcp" if self.by_model else "chat"
        where = {"tool_call_id": call, "conversation_id": self.turn.conversation_id}
        return Origin.by(self._key, source, **where, act=call)

    @cached_property
    def _key(self) -> Key | None:
        """By which the turn came. That it is valid still, the fence knows."""
        return Key.objects.filter(pk=self.turn.key).first() if self.turn.key else None

    def _desk(self, origin: Origin) -> tools.Desk:
        message = self.turn.user_message
        said = "" if self.by_model else message.content
        return tools.Desk(self.user, origin, self._show_undone, said, message.pk)

    def _show_undone(self, changes: Sequence[TaskChange]) -> int:
        """How many other acts of the same turn are left."""
        show_undone(changes)
        self.turn.calls = list(self.turn.tool_calls.all())  # it may be one of them
        return left_of_turn(changes)

    def _asked_at(self) -> datetime:
        """When the user wrote what is answered, on their own clock."""
        at = self.turn.user_message.created_at.astimezone(self.user.zone)
        return LocalTime.of(at, Habits.of(self.told))

    def _refuse_repetition(self, call: runner.Call, asked: tools.Tool | tools.Several) -> None:
        """A model that repeats itself, in whatever words, must not make a second task of one wish.

        A call without arguments names no wish: with each one more is taken back. What was taken
        back may be done again.
        """
        standing = [done for done in changes_of(self.turn) if done.arguments and not done.undone_at]
        made = [done.arguments for done in standing if done.name == call.name]
        if any(tools.asks_again(asked, call.name, each, self._asked_at()) for each in made):
            raise tools.ToolError(DONE_BEFORE)
