"""What a model can do of what is asked of it here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent import prompt
from agent.llm import LLM, Message
from agent.trying.asking import Heard, Made, NoAnswer, ask, asked, made_of
from agent.trying.length import context_of
from text import is_blank

TITLE, OTHER_TITLE = "Buy oat milk", "Water the plants"
HELLO = "Say hello in one short sentence."
ONE_TASK = f"Add the task “{TITLE}” to my list."
TWO_TASKS = f"Add two tasks to my list: “{TITLE}” and “{OTHER_TITLE}”."
MORE = "Thank you. What is on my list?"
COUNT = "Write the numbers from 1 to 40 as words, without any tool."
PARSERS = "llama.cpp wants --jinja, vLLM --enable-auto-tool-choice and --tool-call-parser."
DROPPED_TOKENS = 50
"""By fewer tokens than this no prompt grows by the tools: the model does not get to see them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """``is_fault``: the product cannot do its work with it. Else it is well, or worth knowing."""

    says: str
    is_fault: bool = False
    is_note: bool = False


def first_call(llm: LLM) -> tuple[Heard, Finding]:
    """Whether it asks for a tool where it should. Raises NoAnswer."""
    heard = ask(llm, asked(ONE_TASK))
    calls = made_of(heard.response, llm.model)
    if heard.is_written:
        said = "It writes calls as text, which is read as calls where that is possible."
        return heard, Finding(f"{said} Better its server reads them: {PARSERS}", is_note=True)
    if any(call.name == "create_task" and isinstance(call.arguments, dict) for call in calls):
        return heard, Finding(f"It calls tools: the first came after {heard.first:.1f} s.")
    if calls:
        names = ", ".join(sorted({call.name for call in calls}))
        said = f"It calls {names} where it should add a task: it may be too small for this."
        return heard, Finding(said, is_note=True)
    return heard, Finding(_why_no_call(llm, heard), is_fault=True)


def _why_no_call(llm: LLM, heard: Heard) -> str:
    if heard.response.lacks_tools:
        return (
            "It takes no tools: its server refuses them. It can talk and do nothing. Take another "
            f"model, or have its server read calls: {PARSERS}"
        )
    if "create_task" in heard.response.text:
        return f"It writes calls as text, and its server does not read them: {PARSERS}"
    if heard.response.finish_reason == "length":
        return (
            "Its answer ends before it comes to a call, for it thinks or talks too long. Give it "
            "more tokens (AGENT_MAX_TOKENS, the context of its server) or switch off its thinking."
        )
    with_tools = heard.response.input_tokens
    try:
        without = ask(llm, asked(ONE_TASK), with_tools=False).response.input_tokens
    except NoAnswer:
        without = None
    if with_tools and without and with_tools - without < DROPPED_TOKENS:
        return (
            "Tools are ignored: the server drops them before the model sees them. It will talk "
            "and do nothing; it needs a chat template with tools, or another model."
        )
    return "Tools are ignored: it talks where it should call one. Choose another model."


class Trial:
    """Of one endpoint. ``make(max_tokens=…)`` makes its model; ``longest`` is in tokens, and
    ``witness`` tells in a sentence whether another client gets an answer.

    ``settings`` are the limits of an endpoint to be set, as they were found.
    """

    def __init__(
        self,
        make: Callable[..., LLM],
        *,
        longest: int,
        first_byte: float,
        witness: Callable[[], str],
    ) -> None:
        self._make = make
        self._witness = witness
        self._llm = make()
        self._longest = longest
        self._first_byte = first_byte
        self._slowest = 0.0
        self.settings: dict[str, int] = {}

    def findings(self) -> Iterator[Finding]:
        """One after the other, as they come; the first that nothing can follow is the last."""
        try:
            heard = ask(self._llm, asked(HELLO))
        except NoAnswer as why:
            yield Finding(f"It gives no answer: {why}", is_fault=True)
            yield Finding(self._witness(), is_note=True)
            return
        yield from self._plain(heard)
        steps = (self._calls, self._two_calls, self._streams, self._is_cut)
        for step in steps:
            try:
                yield from step()
            except NoAnswer as why:
                said = f"{step.__doc__} It gives no answer: {why}"
                is_fault = step == self._calls
                yield Finding(said, is_fault=is_fault, is_note=not is_fault)
        yield from self._long(heard)
        yield from self._slow()

    def _ask(self, messages: list[Message], llm: LLM | None = None) -> Heard:
        heard = ask(llm or self._llm, messages)
        self._slowest = max(self._slowest, heard.first)
        return heard

    def _plain(self, heard: Heard) -> Iterator[Finding]:
        self._slowest = heard.first
        if is_blank(heard.response.text) and heard.response.thinking:
            yield Finding("It thinks, and then says nothing.", is_note=True)
        else:
            yield Finding(f"It answers: the first word came after {heard.first:.1f} s.")
        if heard.left_out:
            said = f"Refused, and left out from now on: {heard.left_out}."
            yield Finding(said, is_note=True)
        if heard.response.thinking:
            yield Finding("It thinks before it speaks, and tells what it thinks.", is_note=True)
        used = heard.response.output_tokens
        if heard.response.input_tokens is None or used is None:
            yield Finding("No usage told: the tokens of its answers stay unknown.", is_note=True)
        elif not heard.response.thinking and used > 50 + len(heard.response.text):
            said = f"It thinks before it speaks: {used} tokens for a short sentence."
            yield Finding(said, is_note=True)

    def _calls(self) -> Iterator[Finding]:
        """A tool call, its result, and another turn."""
        heard, finding = first_call(self._llm)
        yield finding
        made = made_of(heard.response, self._llm.model) or [
            Made("create_task", {"title": TITLE}, {"task": {"title": TITLE}})
        ]
        told = [*asked(ONE_TASK), *prompt.step_messages(made, self._llm.model)]
        try:
            answer = self._ask(told)
        except NoAnswer as why:
            yield Finding(self._why_no_result(told, why), is_fault=True)
            return
        if answer.left_out:
            said = f"After a call, refused and left out: {answer.left_out}."
            yield Finding(said, is_note=True)
        yield Finding("It takes the result of a call, and goes on.")
        reply = {"role": "assistant", "content": answer.response.text or "Done."}
        second = self._ask([*told, reply, *asked(MORE)[1:]])
        if second.left_out:
            yield Finding(f"In a second turn, left out: {second.left_out}.", is_note=True)
        yield Finding("It takes a second turn.")

    def _why_no_result(self, told: list[Message], why: NoAnswer) -> str:
        """Whether it is our ids of calls that it does not take."""
        longer = [_with_long_ids(message) for message in told]
        try:
            ask(self._llm, longer)
        except NoAnswer:
            return f"It refuses the result of a call, so it can do nothing: {why}"
        return "Ids are refused: it does not take ids of calls of nine letters and digits."

    def _two_calls(self) -> Iterator[Finding]:
        """Two calls at once."""
        heard = self._ask(asked(TWO_TASKS))
        made = made_of(heard.response, self._llm.model)
        if not made:
            return
        items = [call.arguments.get("tasks") for call in made if isinstance(call.arguments, dict)]
        if len(made) < 2 and not any(isinstance(each, list) for each in items):
            yield Finding("It asks for one thing at a time.", is_note=True)
            return
        self._ask([*asked(TWO_TASKS), *prompt.step_messages(made, self._llm.model)])
        yield Finding("It asks for two things at once, and takes their results.")

    def _streams(self) -> Iterator[Finding]:
        """A stream."""
        heard = self._ask(asked(COUNT))
        if len(heard.response.text) < 60:
            return
        if heard.response.pieces < 3:
            said = "It does not stream: a long answer comes in one piece."
            yield Finding(said, is_note=True)
        else:
            yield Finding(f"It streams: a long answer came in {heard.response.pieces} pieces.")

    def _is_cut(self) -> Iterator[Finding]:
        """An answer with a limit."""
        heard = self._ask(asked(COUNT), self._make(max_tokens=16))
        if heard.response.finish_reason == "length" or heard.has_no_room:
            yield Finding("It keeps to the limit of an answer.")
        elif "max_tokens" in heard.left_out:
            said = "max_tokens refused: an answer is as long as its server lets it be."
            yield Finding(said, is_note=True)
        elif len(heard.response.text) > 160:
            said = "max_tokens ignored: an answer is as long as its server lets it be."
            yield Finding(said, is_note=True)

    def _long(self, short: Heard) -> Iterator[Finding]:
        try:
            longest, context, is_silent = context_of(self._make, short, self._longest)
        except NoAnswer as why:
            yield Finding(f"A long prompt gets no answer: {why}", is_note=True)
            return
        self._slowest = max(self._slowest, longest.seconds)
        if not context:
            yield Finding(f"It takes a prompt of {longest.tokens:,} tokens.")
            return
        self.settings |= {"context_tokens": context, "max_tokens": min(4_000, context // 4)}
        said = f"Context of {context:,} tokens: longer prompts are "
        said += "cut without a word" if is_silent else "refused"
        yield Finding(f"{said}. Set it, so that as much is sent.", is_note=True)

    def _slow(self) -> Iterator[Finding]:
        if self._slowest > self._first_byte / 2:
            self.settings["first_byte"] = 10 * (int(self._slowest * 3) // 10 + 1)
            said = f"It is slow: the first word came after {self._slowest:.0f} s."
            yield Finding(said, is_note=True)


def _with_long_ids(message: Message) -> Message:
    """The same with ids as OpenAI makes them."""
    changed = dict(message)
    if "tool_call_id" in message:
        changed["tool_call_id"] = f"call_{message['tool_call_id']:0>24}"
    if "tool_calls" in message:
        changed["tool_calls"] = [
            {**call, "id": f"call_{call['id']:0>24}"} for call in message["tool_calls"]
        ]
    return changed
