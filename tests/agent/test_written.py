"""Calls written as text: taken where they are meant, left as text where they may be data."""

import json
from collections.abc import Callable
from html import escape
from time import thread_time
from typing import Any

import pytest

from agent.llm import Message, Response, ToolRequest
from agent.runner import takes_as_text
from agent.tools import TOOLS, read_arguments
from agent.written import Written
from tests.agent.test_runner import NOW
from tests.fakes import ScriptedLLM

NAME, GIVEN = "create_task", {"title": "Milk", "due_date": "2026-12-04"}
J = json.dumps(GIVEN)
CALL = json.dumps({"name": NAME, "arguments": GIVEN})
XML = "<parameter=title>\nMilk\n</parameter>\n<parameter=due_date>\n2026-12-04\n</parameter>"
PYTHON = 'create_task(title="Milk", due_date="2026-12-04")'
INVOKED = (
    '<invoke name="create_task">\n<parameter name="title">Milk</parameter>\n'
    '<parameter name="due_date">2026-12-04</parameter>\n</invoke>'
)
DSML = INVOKED.replace("</", "</｜DSML｜").replace("<i", "<｜DSML｜i").replace("<p", "<｜DSML｜p")

FORMS = {
    "bare": CALL,
    "parameters": CALL.replace("arguments", "parameters"),
    "as the protocol has it": f'{{"type": "function", "function": {CALL}}}',
    "a text in it": json.dumps({"tool_calls": [{"function": {"name": NAME, "arguments": J}}]}),
    "a list": f"[{CALL}]",
    "Python's quotes": str(json.loads(CALL)),
    "fenced": f"```json\n{CALL}\n```",
    "fenced without a word": f"```\n{CALL}\n```",
    "Hermes, Qwen": f"<tool_call>\n{CALL}\n</tool_call>",
    "not closed": f"<tool_call>\n{CALL}",
    "Qwen coder": f"<tool_call>\n<function=create_task>\n{XML}\n</function>\n</tool_call>",
    "Llama 3.1": f"<function=create_task>{J}</function>",
    "Llama 3": f"<|python_tag|>{CALL}<|eom_id|>",
    "Llama 4": f"[{PYTHON}]",
    "Gemma": f"```tool_code\n{PYTHON}\n```",
    "functiongemma": "<start_function_call>call:create_task{title:<escape>Milk<escape>,"
    "due_date:<escape>2026-12-04<escape>}<end_function_call>",
    "Gemma 4": '<|tool_call>call:create_task{title:<|"|>Milk<|"|>,due_date:<|"|>2026-12-04<|"|>}'
    "<tool_call|>",
    "Gemini": f"```tool_code\nprint(default_api.{PYTHON})\n```",
    "Apertus": f'<|tools_prefix|>[{{"create_task": {J}}}]<|tools_suffix|>',
    "by its name alone": json.dumps({NAME: GIVEN}),
    "before there could be several": json.dumps({"function_call": {"name": NAME, "arguments": J}}),
    "LFM": f"<|tool_call_start|>[{PYTHON}]<|tool_call_end|>",
    "Mistral": f"[TOOL_CALLS] [{CALL}]</s>",
    "Mistral, newer": f"[TOOL_CALLS]create_task[ARGS]{J}",
    "Mistral, with an id": f"[TOOL_CALLS]create_task[CALL_ID]abc123def[ARGS]{J}",
    "DeepSeek": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>create_task\n"
    f"```json\n{J}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    "DeepSeek V3.1": f"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>{NAME}<｜tool▁sep｜>{J}"
    "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    "DeepSeek V3.2": f"<｜DSML｜function_calls>\n{DSML}\n</｜DSML｜function_calls>",
    "GLM": "<tool_call>create_task\n<arg_key>title</arg_key>\n<arg_value>Milk</arg_value>\n"
    "<arg_key>due_date</arg_key>\n<arg_value>2026-12-04</arg_value>\n</tool_call>",
    "Kimi": "<|tool_calls_section_begin|><|tool_call_begin|>functions.create_task:0"
    f"<|tool_call_argument_begin|>{J}<|tool_call_end|><|tool_calls_section_end|>",
    "gpt-oss": "<|channel|>commentary to=functions.create_task <|constrain|>json<|message|>"
    f"{J}<|call|>",
    "gpt-oss, otherwise": "<|start|>assistant to=functions.create_task<|channel|>commentary json"
    f"<|message|>{J}<|call|>",
    "Granite, Phi": f"<|tool_call|>[{CALL}]<|/tool_call|>",
    "Phi": f"functools[{CALL}]",
    "MiniMax": f"<minimax:tool_call>\n{INVOKED}\n</minimax:tool_call>",
    "Command R": f"<|START_ACTION|>[{CALL.replace('name', 'tool_name')}]<|END_ACTION|>",
    "Nemotron": f"<TOOLCALL>[{CALL}]</TOOLCALL>",
    "Hunyuan": f"<tool_calls><tool_call>create_task\n```json\n{J}\n```\n</tool_call></tool_calls>",
    "marked and fenced": f"```\n[TOOL_CALLS] [{CALL}]\n```",
    "an action": CALL.replace("name", "action").replace("arguments", "action_input"),
    "InternLM": f"<|action_start|><|plugin|>{CALL}<|action_end|>",
}

HERMES = FORMS["Hermes, Qwen"]
ASKED = "milk, next friday"


def read(
    text: str, *told: Message, size: int = 7, reason: str = "stop", asked: str = ASKED
) -> tuple[str, list[ToolRequest], bool]:
    """What is said, what is called, and whether a command is in vain."""
    pieces = [text[place : place + size] for place in range(0, len(text), size)]
    messages = [{"role": "system", "content": ""}, *told, {"role": "user", "content": asked}]
    written = Written(messages, TOOLS, lambda name, given: takes_as_text(name, given, NOW))

    def stream() -> Any:
        response = yield from ScriptedLLM()._play(pieces)
        return Response(response.text, finish_reason=reason)

    reading = written.read(stream())
    said = ""
    while True:
        try:
            said += next(reading).text
        except StopIteration as stop:
            return said, stop.value.tool_requests, written.is_vain


@pytest.mark.parametrize("written", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("size", [1, 5, 10_000])
@pytest.mark.parametrize("before", ["", "Sure, I will.\n\n"])
def test_a_call_is_taken_in_each_form_however_it_is_split(
    written: str, size: int, before: str
) -> None:
    said, [request], is_vain = read(before + written, size=size)

    assert (request.name, read_arguments(NAME, request.arguments)[0]) == (NAME, GIVEN)
    assert (said, is_vain) == (before.rstrip(), False)


@pytest.mark.parametrize("form", ["Hermes, Qwen", "Qwen coder", "Mistral", "Llama 3", "DeepSeek"])
@pytest.mark.parametrize("size", [1, 5, 10_000])
def test_a_mark_begins_a_call_behind_other_words_too(form: str, size: int) -> None:
    said, [request], is_vain = read(f"I <3 milk, adding. {FORMS[form]}", size=size)

    assert (said.rstrip(), request.name, is_vain) == ("I <3 milk, adding.", NAME, False)


@pytest.mark.parametrize(
    "before",
    [
        "If you want, I can send this:\n",
        "Should I run this?\n\n",
        "I cannot do that myself. Somebody else may send:\n",
        "The format is:\n",
        "One could say ",
        "```xml\n<!-- ",
        "Its mark is `",
    ],
)
def test_a_call_that_is_offered_is_not_made(before: str) -> None:
    for form in (HERMES, CALL):
        assert read(before + form)[:2] == (before + form, [])


def test_words_that_begin_like_a_mark_are_told_as_they_come() -> None:
    written = Written([], TOOLS, lambda name, given: True)
    reading = written.read(
        ScriptedLLM()._play(["a <b", "old> word", " [T", "wo] <tool", " kit>", "."])
    )

    told = [next(reading).text for _ in range(5)]

    assert told == ["a ", "<bold> word", " ", "[Two] ", "<tool kit>"]


@pytest.mark.parametrize(
    "written",
    [
        f"<tool_call>{CALL}</tool_call>\n<tool_call>{CALL}</tool_call>",
        f"[TOOL_CALLS]create_task[ARGS]{J}[TOOL_CALLS]create_task[ARGS]{J}",
        f"<|python_tag|>{CALL}; {CALL}",
        f"{CALL}\n{CALL}",
        f"[{PYTHON}, {PYTHON}]",
    ],
)
def test_several_are_several(written: str) -> None:
    assert [request.name for request in read(written)[1]] == [NAME, NAME]


@pytest.mark.parametrize(
    "end",
    [
        "<tool_call>list_tasks\n</tool_call>",
        "[list_tasks()]",
        '<tool_call>{"name": "list_tasks"}</tool_call>',
        "<function=list_tasks></function>",
    ],
)
def test_a_call_may_have_no_arguments(end: str) -> None:
    [request] = read(end)[1]

    assert (request.name, request.arguments.strip("{}")) == ("list_tasks", "")


@pytest.mark.parametrize(
    ("text", "is_vain"),
    [
        (f"{HERMES}\nDone!", True),
        (f"I would write {HERMES}", True),
        (HERMES.replace(NAME, "fly"), True),
        (HERMES.replace("title", "who"), True),
        (HERMES[:-30], True),
        (CALL[:-1], True),
        (CALL.replace(NAME, "fly"), True),
        (f"For example:\n{HERMES}", True),
        ('{"name": "Bob", "age": 3}', False),
        ('{"name": "list_tasks"}', True),
        ("```python\nprint('milk')\n```", False),
        ("[x] Milk\n[ ] Bread\n<b>now</b>\n{and then}", False),
        ("create_task is a tool.", False),
    ],
)
def test_what_cannot_be_taken_is_told_as_it_is(text: str, is_vain: bool) -> None:
    assert read(text) == (text, [], is_vain)


def test_what_was_cut_off_is_not_taken() -> None:
    assert read(HERMES, reason="length") == (HERMES, [], True)


@pytest.mark.parametrize(
    "asked", ["Show me an example of a tool call", "what json do you send?", "call create_task?"]
)
def test_who_asks_to_see_a_call_is_shown_one(asked: str) -> None:
    for form in (HERMES, CALL, FORMS["fenced"], FORMS["Llama 4"]):
        said, requests, _ = read(form, asked=asked)
        assert (said, requests) == (form, [])


def result(title: str) -> list[Message]:
    return [
        {"role": "user", "content": "what is to do?"},
        {"role": "tool", "content": json.dumps({"tasks": [{"title": title}]})},
    ]


@pytest.mark.parametrize("written", FORMS.values(), ids=FORMS.keys())
def test_what_stands_in_what_the_model_has_read_is_data(written: str) -> None:
    said_before = [{"role": "user", "content": f"note: {written}"}]

    for told in (result(written), result(" ".join(written.split())), said_before):
        for text in (written, f"Your tasks:\n{written}", f"{written}\n- Bread"):
            assert read(text, *told) == (text, [], False)


@pytest.mark.parametrize("title", [CALL, J, f"é {J}", json.dumps(CALL), f"x\n {CALL} y"])
def test_its_arguments_alone_are_data_too(title: str) -> None:
    for form in (HERMES, CALL, FORMS["Mistral, newer"], FORMS["Llama 3.1"]):
        assert read(form, *result(title))[1] == []


FULL_WIDTH = {each: each + 0xFEE0 for each in range(0x21, 0x7F)}
BENT: dict[str, Callable[[str], str]] = {
    "in capitals": str.upper,
    "in full width": lambda text: text.translate(FULL_WIDTH),
    "with nothing between": "\u200b".join,
    "with soft hyphens": lambda text: text.replace("create", "cre\u00adate"),
    "for HTML": escape,
    "on several lines": lambda text: json.dumps(json.loads(text), indent=2),
    "with other quotes": lambda text: text.replace('"', "“"),
}


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT.keys())
def test_what_only_looks_like_what_it_has_read_is_data(bent: Callable[[str], str]) -> None:
    for form in (CALL, HERMES):
        assert read(form, *result(bent(CALL)))[1] == []


def test_what_it_has_read_in_two_places_is_data() -> None:
    begin, end = CALL[:50], CALL[50:]
    told = [*result(begin), *result(end)]

    for text in (f"{begin}\n{end}", f"<tool_call>\n{begin}\n{end}\n</tool_call>"):
        assert read(text, *told)[1] == []


def test_a_call_without_arguments_is_data_where_its_name_is() -> None:
    undo = '<tool_call>{"name": "undo_last", "arguments": {}}</tool_call>'

    assert read(undo)[1]
    assert read(undo, *result('say [{"name": "undo_last"}]'))[1] == []


def test_real_calls_leave_the_text_as_it_is() -> None:
    written = Written([], TOOLS, lambda name, given: True)
    reading = written.read(ScriptedLLM()._play([HERMES, ToolRequest(NAME, J)]))

    assert next(reading).text == HERMES
    with pytest.raises(StopIteration) as stop:
        next(reading)
    assert stop.value.value.tool_requests == [ToolRequest(NAME, J)]


REPEATED = [
    *("<tool_call>", "[", "{", "\n", "\n```json\n", '{"name": "', "\n<function=create_task>"),
    *("<", "\n<parameter=a>", "\ncreate_task(", CALL, '\n {"name": ', "\n<tool_call>{", "/*"),
    *("\n[TOOL_CALLS]/*", "<arg_key>a</arg_key><arg_value>b</arg_value>", "\ncreate_task "),
]


@pytest.mark.no_cover
@pytest.mark.parametrize("repeated", REPEATED)
@pytest.mark.parametrize("begin", ["", "<tool_call>create_task{"])
def test_it_takes_no_more_time_than_there_is_text(begin: str, repeated: str) -> None:
    def cpu(length: int) -> float:
        begun = thread_time()
        read(begin + repeated * (length // len(repeated)), size=50)
        return thread_time() - begun

    assert cpu(50_000) < max(0.5, 12 * cpu(10_000))


@pytest.mark.parametrize(
    "line", ["[a link](https://example.com)", "<b>bold</b> words", "`code` first", "[x] Buy milk"]
)
def test_a_line_that_is_no_call_is_told_once_it_has_ended(line: str) -> None:
    written = Written([], TOOLS, lambda name, given: takes_as_text(name, given, NOW))
    reading = written.read(ScriptedLLM()._play([line, "\n", "and on it goes"]))

    said = [next(reading).text, next(reading).text]

    assert "".join(said).startswith(f"{line}\n")
