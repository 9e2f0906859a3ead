"""A Chat Completions answer, put together from its bytes.

The protocol: https://platform.openai.com/docs/api-reference/chat-streaming, and what servers that
call themselves compatible make of it: a plain JSON answer where a stream was asked for, or behind
one, calls in the words of before there could be several.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TypeVar

from agent import beside
from agent.llm import LLMBadResponse, LLMUnavailable, Response
from agent.remote.failures import CallError, in_answer
from agent.remote.pieces import Calls
from agent.remote.thinking import Thinking, in_a_part, told_apart
from agent.remote.usage import Usage
from text import clean_text, paired

CUT_OFF = re.compile(
    r"length|max_?(?:output_)?tokens|(?:token|time)_limit|context_window|incomplete"
)
FILTERED = re.compile(
    r"content.?filter|safety|recitation|prohibited|blocklist|spii|sensitive|guardrail|refusal|toxic"
)
FAILED = re.compile(
    r"error|malformed|unexpected|insufficient|abort|overloaded|unspecified|timeout|too_many|missing"
    r"|^other$|^language$"
)
"""Why an answer ended, in small letters, as the servers of many makers tell it.

Such as ``function_call_filter: MALFORMED_FUNCTION_CALL`` (Gemini), ``ERROR_TOXIC`` (Cohere),
``model_context_window_exceeded`` (Z.ai), ``guardrail_intervened`` (Bedrock), ``abort`` (vLLM).
"""

CALLS = ("tool_calls", "function_call")
"""Where a message has its calls; the latter is from before there could be several."""

WORDS = frozenset({"role", "content"})
"""Most pieces of an answer have no more than these."""

SAID = ("text", "output_text", None)
"""Types of the parts of a content that are said; some servers tell none."""

BOM = b"\xef\xbb\xbf"

JSON = json.JSONDecoder()

Kind = TypeVar("Kind")


class Completion:
    """One answer of the model. ``read`` it to its end, then ``finish`` it.

    ``names`` are those of the tools that the model may ask for.
    """

    def __init__(self, model: str, names: Collection[str] = ()) -> None:
        self._model = model
        self._texts: list[str] = []
        self._names = names
        self._calls = Calls(names)
        self._content: list[str] = []
        self._usage = Usage()
        self._finish_reason = ""
        self._has_begun = False
        self._has_deltas = False
        self._has_ended = False
        self._half = ""
        self._thinking = Thinking()
        self._beside: list[dict[str, Any]] = []

    @property
    def text(self) -> str:
        """All that has been yielded."""
        return "".join(self._texts)

    def read(
        self, pieces: Iterable[bytes], when_finished: Callable[[], None] = lambda: None
    ) -> Iterator[str]:
        """The text, as it comes: that of each piece at once. Raises CallError for an answer that
        makes no sense.

        Stops at the protocol's end mark; what may follow it in ``pieces`` is not looked at. Some
        servers send none: once the answer tells why it ended, ``when_finished`` is called, and
        nothing that goes wrong behind it counts. Some tell it with each piece: it is called again
        with each text.
        """
        events = _read_data(pieces)
        goes_on, finished, has_told = True, False, False
        while goes_on:
            texts, failure, goes_on = [], None, False
            try:
                for data, is_whole in events:
                    if goes_on := not data:
                        break
                    if data == b"[DONE]":
                        self._has_ended = True
                        break
                    texts.append(self._fold_data(data, is_whole))
                    finished |= bool(self._finish_reason)
            except CallError as error:
                failure = error
            text = self._whole("".join(texts))
            yield from self._said(text)
            if finished and (text or not has_told):
                has_told = True
                when_finished()
            if failure and not finished:
                raise failure

    def finish(self) -> Iterator[str]:
        """What was held back of the text. Raises CallError for an answer without an end."""
        yield from self._said(clean_text(self._thinking.end()))
        if not self._has_begun:
            raise CallError(LLMBadResponse, "no choices")
        if not (self._has_ended or self._finish_reason):
            raise CallError(LLMUnavailable, "dropped connection: no end")
        self._finish_reason = self._finish_reason or ("tool_calls" if self._calls else "stop")

    def response(self, *, warning: str) -> Response:
        return Response(
            text=self.text,
            tool_requests=self._calls.requests(),
            finish_reason=self._finish_reason,
            model=self._model,
            warning=warning,
            **self._usage.counts(),
            thinking=self._thinking.thought,
            pieces=sum(map(bool, self._content)),
            beside=beside.joined(self._beside) if self._calls else {},
        )

    def _said(self, text: str) -> Iterator[str]:
        if text:
            self._texts.append(text)
            yield text

    def _whole(self, text: str) -> str:
        """Without half a character, whose other half the next piece may bring."""
        text = paired(self._half + text)
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return clean_text(text)

    def _fold_data(self, data: bytes, is_whole: bool) -> str:
        """Take in one object of the stream, or a whole plain answer; return its text."""
        try:
            return self._fold(_typed(_read_json(data.strip().decode()), dict))
        except (ValueError, RecursionError):
            if is_whole:
                raise CallError(LLMBadResponse, "no JSON") from None
            raise CallError(LLMUnavailable, "dropped connection: half an event") from None
        except TypeError:
            raise CallError(LLMBadResponse, "wrong types") from None

    def _fold(self, event: dict[str, Any]) -> str:
        _check(event)
        self._note_model(event)
        self._usage.note(event)
        choices = _typed(event.get("choices"), list)
        choice = _typed(choices[0], dict) if choices else {}  # none beside the usage
        _check(choice)
        self._usage.note(choice)
        self._finish_reason = _finish_reason(choice) or self._finish_reason
        delta, message = choice.get("delta"), choice.get("message")
        self._has_ended = self._has_ended or message is not None
        self._has_begun = self._has_begun or delta is not None or message is not None
        said = self._fold_delta(_typed(delta, dict))
        self._has_deltas = self._has_deltas or bool(delta)
        return said + (self._fold_message(_typed(message, dict)) if message else "")

    def _note_model(self, event: dict[str, Any]) -> None:
        """Nothing is wrong with an answer that tells no model that can be read."""
        model = event.get("model")
        if isinstance(model, str) and model != self._model:
            self._model = clean_text(model)[:200] or self._model

    def _fold_message(self, message: dict[str, Any]) -> str:
        """The answer as a whole; of one that has come in deltas only what these did not tell."""
        if not self._has_deltas:
            return self._fold_delta(message)
        told, content = paired("".join(self._content)), _content(message.get("content"))
        rest = {"content": content[len(told) :] if content.startswith(told) else ""}
        calls = {name: message[name] for name in CALLS if message.get(name)}
        if calls:
            self._calls = Calls(self._names)
        return self._fold_delta(rest | calls)

    def _fold_delta(self, delta: dict[str, Any]) -> str:
        told = delta.get("content")
        content = _content(told)
        self._content.append(content)
        if delta.keys() <= WORDS and not isinstance(told, list):
            return self._thinking.feed(content)
        self._fold_calls(delta)
        if more := beside.unknown(delta, beside.IN_A_MESSAGE):
            self._beside.append(more)
        self._thinking.note(told_apart(delta))
        return self._thinking.feed(content) + _typed(delta.get("refusal"), str)

    def _fold_calls(self, delta: dict[str, Any]) -> None:
        pieces, old = delta.get("tool_calls") or [], delta.get("function_call")
        if old and not pieces:
            pieces = {"function": old}
        for piece in [pieces] if isinstance(pieces, dict) else _typed(pieces, list):
            self._calls.fold(_typed(piece, dict))


def _read_json(text: str) -> Any:
    """As json.loads, which looks twice for white space around it. Raises ValueError."""
    value, end = JSON.raw_decode(text)
    if end < len(text):
        raise ValueError("more than one value")
    return value


def _content(value: Any) -> str:
    """A text, or a list of parts of which the text is said (others are thought)."""
    if not isinstance(value, list):
        return _typed(value, str)
    parts = [_typed(part, dict) for part in value]
    said = (part for part in parts if part.get("type") in SAID and not in_a_part(part))
    return "".join(_typed(part.get("text"), str) for part in said)


def _check(told: dict[str, Any]) -> None:
    """Raises CallError for an error that stands in the answer itself, by its code if it has one."""
    is_one = "error" in (told.get("object"), told.get("type"))  # older vLLM, Anthropic
    if error := told.get("error") or (is_one and told):
        raise in_answer(error)


def _finish_reason(choice: dict[str, Any]) -> str:
    """Why the answer ended, in the protocol's words where they are known. Raises CallError."""
    told = choice.get("finish_reason") or choice.get("finishReason")
    if told is None:
        return ""
    reason = clean_text(_typed(told, str))[:64]
    word = reason.lower()
    if FILTERED.search(word):
        return "content_filter"
    if FAILED.search(word):
        raise CallError(LLMUnavailable, "the model failed")
    return "length" if CUT_OFF.search(word) else reason


def _read_data(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The data of each server-sent event; or the one JSON object, if the answer is no stream.

    With whether it came to its end, as the last event may not; and nothing behind all that came
    with one piece. By https://html.spec.whatwg.org/multipage/server-sent-events.html, where only
    data matters here.
    """
    data: list[bytes] = []
    lines = _read_lines(pieces)
    for line in lines:
        if line is None:
            yield b"", False
            continue
        if line and not line.startswith(b"data:"):
            line = line.removeprefix(BOM).lstrip()
        if line.startswith(b"data:"):
            told = line.removeprefix(b"data:").strip()
            if data and data[-1].endswith(b"}") and told.startswith((b"{", b"[DONE]")):
                yield b"\n".join(data), True  # some leave out the empty line behind an event
                data = []
            data.append(told)
        elif line.startswith(b"{"):
            yield line + b"".join(filter(None, lines)), True
            return
        elif not line:
            if any(data):
                yield b"\n".join(data), True
            data = []
    if any(data):
        yield b"\n".join(data), False


def _read_lines(pieces: Iterable[bytes]) -> Iterator[bytes | None]:
    """Of bytes: text would be cut at more line ends, which the strings of JSON may hold.

    None behind the last line that is whole in a piece.
    """
    rest = bytearray()
    for piece in pieces:
        rest += piece
        if b"\n" in piece:
            *lines, left = bytes(rest).split(b"\n")
            yield from map(bytes.strip, lines)
            rest = bytearray(left)
            yield None
    yield bytes(rest).strip()


def _typed(value: Any, kind: type[Kind]) -> Kind:
    """The value, or an empty one for null. Raises CallError for one of another type."""
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise CallError(LLMBadResponse, "wrong types")
    return value
