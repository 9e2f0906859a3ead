"""What a model's server takes of a request, and what is asked in its place once it is refused."""

import logging
from collections.abc import Iterator
from math import inf
from time import monotonic
from typing import Any

from agent import plainer
from agent.llm import Message
from agent.remote.refusals import OF_TOKENS, Reason, Refusal

logger = logging.getLogger(__name__)

USAGE: dict[str, Any] = {"stream_options": {"include_usage": True}}
NO_TOOLS_SECONDS = 600
"""After which a model that took no tools is offered them again: it may be another one by then."""

FOR_THE_ANSWER = 4_000
"""Tokens of a context that are left to the answer, and never more than a quarter of it."""

NO_TOOLS = (
    "This language model cannot use tools: it does not see your tasks and cannot change any, "
    "whatever it says."
)

STOOD_IN = "The language model cannot use tools; the built-in assistant answered."

Fields = dict[str, Any]


class Terms:
    """What is known of one server, learnt from its refusals; for all turns of a process.

    ``context_tokens`` is all that the model can read and say, 0 where nobody knows it yet.
    """

    def __init__(self, max_tokens: int, temperature: float | None, context_tokens: int) -> None:
        self.ladder = _ladder(max_tokens, temperature)
        self._context: float = context_tokens or inf
        self._room: float = inf
        self._no_tools_until = -inf

    @property
    def room(self) -> float:
        """Tokens of a prompt with its tools, as ``plainer.tokens`` estimates them."""
        return min(self._room, self._context - min(FOR_THE_ANSWER, self._context // 4))

    @property
    def takes_tools(self) -> bool:
        return monotonic() > self._no_tools_until

    def capped(self, fields: Fields) -> Fields:
        """With no more tokens for the answer than the context has room for."""
        most = self._context // 4
        return {
            name: int(min(value, most)) if name in OF_TOKENS else value
            for name, value in fields.items()
        }

    def learn_context(self, tokens: int) -> None:
        self._context = min(self._context, tokens)

    def learn_room(self, tokens: float) -> None:
        self._room = min(self._room, tokens)

    def learn_no_tools(self) -> None:
        logger.warning("the model takes no tools, so it cannot see or change tasks; choose another")
        self._no_tools_until = monotonic() + NO_TOOLS_SECONDS

    def lift_limit(self) -> bool:
        """Set no limit for the tokens of an answer from now on; False where there was none."""
        without = [
            {name: value for name, value in fields.items() if name not in OF_TOKENS}
            for fields in self.ladder
        ]
        was_limited = without[0] != self.ladder[0]
        self.ladder = _each_once(without)
        return was_limited


class Asking:
    """One request, and after each refusal a plainer one in its place, until there is none."""

    def __init__(
        self, terms: Terms, model: str, messages: list[Message], tools: list[dict[str, Any]]
    ) -> None:
        self._terms = terms
        self._model = model
        self._tools = tools
        self._messages = messages
        self._ladder = terms.ladder
        self._refused_fields: set[str] = set()
        self._forms: Iterator[list[Message]] | None = None
        self._room = inf
        self.lacks_tools = False
        if tools and not terms.takes_tools:
            self._leave_tools_out()
        self._fit(terms.room)
        self._first = self.body()

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self._model, "messages": self._messages, "stream": True}
        if self._tools:
            body["tools"] = self._tools
        return body | self._terms.capped(self._ladder[0])

    def ask_less(self, refusal: Refusal) -> bool:
        """Whether there is something to ask in place of what was refused."""
        match refusal.reason:
            case Reason.TOO_LONG:
                return self._shorten(refusal.limit)
            case Reason.NO_TOOLS if self._tools:
                self._terms.learn_no_tools()
                self._leave_tools_out()
                return True
            case Reason.FIELD if refusal.field in self._ladder[0]:
                self._leave_out(refusal.field)
                return True
            case Reason.FIELD | Reason.UNKNOWN:
                return self._step_down() or self._take_plainer()
            case Reason.FILTERED:
                return self._take_plainer()
        return False

    def was_taken(self) -> None:
        """Remember for other turns what was needed, but how many of the messages that was."""
        body = self.body()
        left_out = sorted(self._first.keys() - body.keys())
        if body["messages"] != self._first["messages"] and "tools" not in left_out:
            left_out.append("some of the messages")
        if not left_out:
            return
        without = ", ".join(left_out)
        if OF_TOKENS[1] in body:
            without += f", but with {OF_TOKENS[1]}"
        logger.warning("the model's server took a request only without %s", without)
        self._terms.ladder = self._ladder
        self._terms.learn_room(self._room)

    def _leave_tools_out(self) -> None:
        self._tools = []
        self._messages = plainer.without_tools(self._messages)
        self.lacks_tools = True

    def _leave_out(self, *fields: str) -> None:
        self._refused_fields.update(fields)
        self._ladder = self._all_that_may_be_taken()

    def _all_that_may_be_taken(self) -> list[Fields]:
        ladder = self._terms.ladder
        return [fields for fields in ladder if not fields.keys() & self._refused_fields]

    def _step_down(self) -> bool:
        """To fewer fields, as long as it may be these that are refused."""
        if self._forms is not None or len(self._ladder) == 1:
            return False
        self._ladder = self._ladder[1:]
        return True

    def _take_plainer(self) -> bool:
        """With all fields again: it was not these."""
        if self._forms is None:
            self._forms = plainer.forms(self._messages)
            self._ladder = self._all_that_may_be_taken()
        form = next(self._forms, None)
        self._messages = form or self._messages
        return form is not None

    def _shorten(self, limit: int | None) -> bool:
        """To what the server can read by its own word, else to half of what it cannot."""
        refused = self.body()
        size = plainer.tokens([*self._messages, *self._tools])
        if limit:
            self._terms.learn_context(limit)
            self._fit(min(self._terms.room, size))
            if self.body() != refused:
                return True
        self._room = size * 3 // 4 if limit else size // 2
        self._fit(self._room)
        if self.body() == refused and refused.keys() & set(OF_TOKENS):
            self._leave_out(*OF_TOKENS)  # it may be the answer that has no room
        return self.body() != refused

    def _fit(self, room: float) -> None:
        if room < inf:
            self._messages = plainer.fit(self._messages, int(room) - plainer.tokens(self._tools))


def _ladder(max_tokens: int, temperature: float | None) -> list[Fields]:
    """The fields that some servers refuse, and what to send in their place, one after the other."""
    limit: Fields = {OF_TOKENS[0]: max_tokens} if max_tokens else {}
    renamed: Fields = {OF_TOKENS[1]: max_tokens} if max_tokens else {}
    warmth: Fields = {} if temperature is None else {"temperature": temperature}
    steps = [
        USAGE | limit | warmth,
        USAGE | renamed | warmth,
        USAGE | limit,
        limit | warmth,
        USAGE | renamed,
        limit,
        {},
    ]
    return _each_once(steps)


def _each_once(steps: list[Fields]) -> list[Fields]:
    return [step for place, step in enumerate(steps) if step not in steps[:place]]
