"""What a model saw in a turn, rebuilt from the rows by the code that built it then."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent import prompt
from agent.given import Given, given
from agent.handles import Handles
from agent.llm import Message
from agent.remote.terms import NO_TOOLS
from chat.told import history_of, in_window, is_answer, lines_of
from chat.work import NO_HISTORY
from conversations.models import Instructions, ToolCall, Turn
from conversations.models.told import Told

ALWAYS = (
    "The time zone of the user is the one that they have now, and how much of the history a model "
    "is told, and in which words, is as this version and its settings have it.",
    "What a model gave beside its calls, signatures above all, is not kept once the turn has "
    "ended: calls of one step that came with such stood in one message.",
    "A server that takes less than all of it (a shorter context, no tools, stricter rules) was "
    "sent a plainer form.",
)
"""What cannot be known of any turn."""

BEFORE_VERSIONS = (
    "This turn was taken before versions were kept: instructions and tools are those of now."
)
VERSION_GONE = "The version that was used is not kept: instructions and tools are those of now."
TOLD_SINCE = (
    "The user has told, or changed, something about themselves since. That is left out; what "
    "stood in its place then is not kept."
)
TRIED_AGAIN_SINCE = (
    "An earlier message of this conversation was tried again after this turn began: it is shown "
    "as it ended."
)
TRIED_AGAIN = (
    "This is attempt {}: what earlier ones said is not kept. The steps have the calls of all "
    "attempts, for later ones were told them, too."
)
ALONE = "The earlier messages could not be read, so they are not there."
WITHOUT_TOOLS = "The model's server takes no tools: it was sent none, and the calls as plain text."
SEVERAL_MODELS = "Several models asked for the calls: each was told what came before its own."
OPEN = "The turn is not settled: there may be more by now."


@dataclass(frozen=True)
class Seen:
    """``first`` is the prompt of the first step, and each of ``steps`` what the next one was told
    behind it; ``said`` is what the last one said behind its calls. ``doubts`` are sentences.
    """

    given: Given
    first: list[Message]
    steps: list[list[Message]]
    said: str
    doubts: Sequence[str]

    @property
    def tools(self) -> list[dict[str, str]]:
        """Their names and schemas."""
        functions = [tool["function"] for tool in self.given.tools]
        return [
            {"name": each["name"], "schema": json.dumps(each, indent=2, ensure_ascii=False)}
            for each in functions
        ]

    @property
    def prompts(self) -> list[list[Message]]:
        """Of each step, as it was sent."""
        whole = [self.first]
        for step in self.steps:
            whole.append([*whole[-1], *step])
        return whole


def seen(turn: Turn) -> Seen:
    """Raises Message.DoesNotExist where a message was deleted by hand."""
    turn.load_messages()
    version, doubt = _given_to(turn)
    told = list(turn.user.preferences())
    told_before = [each for each in told if each.created_at <= turn.created_at]
    history = _history(turn)
    decided = [call for call in turn.calls if is_answer(call)]
    made = [call for call in turn.calls if not is_answer(call)]
    first = prompt.build(
        [*history[:-1], _reply(turn, "", decided)],
        turn.user.zone,
        told=lines_of(turn.user, told_before),
        instructions=version.text,
    )
    steps, said = prompt.steps_of(_reply(turn, turn.reply.content, made))
    handles = Handles()
    return Seen(
        version,
        handles.tell(first),
        [handles.tell(step) for step in steps],
        said,
        [*doubt, *[TOLD_SINCE] * (told_before != told), *_doubts(turn), *ALWAYS],
    )


def _given_to(turn: Turn) -> tuple[Given, list[str]]:
    """The version that it was taken with; and what is to be said of it."""
    now = given()
    if turn.instructions == now.hash:
        return now, []
    row = Instructions.objects.filter(pk=turn.instructions).first()
    if row:
        return Given(row.hash, row.text, row.tools), []
    return now, [VERSION_GONE if turn.instructions else BEFORE_VERSIONS]


def _history(turn: Turn) -> Sequence[prompt.MessageRow]:
    if turn.warning == NO_HISTORY:
        return [turn.user_message, turn.reply]
    return in_window(history_of(turn))


def _reply(turn: Turn, content: str, calls: list[ToolCall]) -> Told:
    """As it stood when it had said and done so much."""
    row = turn.reply
    told: Any = calls
    return Told(row.role, content, row.created_at, row.seq, turn.pk, None, told)


def _doubts(turn: Turn) -> list[str]:
    models = {call.model for call in turn.calls if call.model}
    found = {
        OPEN: turn.status == Turn.Status.IN_PROGRESS,
        ALONE: turn.warning == NO_HISTORY,
        WITHOUT_TOOLS: turn.warning == NO_TOOLS,
        TRIED_AGAIN.format(turn.attempt): turn.attempt > 1,
        SEVERAL_MODELS: len(models) > 1,
        TRIED_AGAIN_SINCE: Turn.objects.of_conversation(turn)
        .before(turn)
        .ended_after(turn)
        .exists(),
    }
    return [sentence for sentence, holds in found.items() if holds]
