"""manage.py try_model: what it says of a model, each through the command and over HTTP."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from agent import choice
from agent.remote.model import RemoteLLM
from agent.trying.start import try_all
from tests.fakes import ScriptedServer
from tests.fakes.answers import fails, page, plain, redirects
from tests.fakes.rules import validate_messages
from tests.fakes.trials import Model

KEY = "sk-secret-key"
WRITTEN = '<tool_call>{"name": "create_task", "arguments": %s}</tool_call>'
Told = tuple[str, bool]
Tries = Callable[..., Told]


@pytest.fixture(autouse=True)
def chosen_anew() -> Iterator[None]:
    choice.chosen_links.cache_clear()
    yield
    for link in choice.chosen_links():
        if isinstance(link.llm, RemoteLLM):
            link.llm.close()
    choice.chosen_links.cache_clear()


@pytest.fixture
def tries() -> Iterator[Tries]:
    """``tries(Model(…))``: all that the command says of it, and whether it ends well."""
    with ExitStack() as running:

        def run(model: Any, *, longest: int = 2_000, rule: Any = validate_messages) -> Told:
            script = {"answer_of": model.answer} if isinstance(model, Model) else {}
            server = ScriptedServer(answer_of=script.get("answer_of", model), fault_of=rule)
            running.enter_context(server)
            return command("--base-url", server.url, "--model", "m", "--longest", str(longest))

        yield run


def command(*words: str) -> Told:
    out = StringIO()
    try:
        call_command("try_model", *words, stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}", False
    return out.getvalue(), True


def test_a_model_that_does_all_that_is_asked_has_no_fault_and_no_note(tries: Tries) -> None:
    told, well = tries(Model())

    assert well
    assert "FAULT" not in told
    assert "note" not in told
    for words in (
        "It answers",
        "It calls tools",
        "It takes the result of a call",
        "It takes a second turn",
        "It asks for two things at once, and takes their results",
        "It streams: a long answer came in 40 pieces",
        "It keeps to the limit of an answer",
        "It takes a prompt of",
    ):
        assert words in told
    assert "Set:" not in told


@pytest.mark.parametrize(
    ("bends", "words"),
    [
        ({"blind": True}, "Tools are ignored: the server drops them before the model sees them"),
        ({"talks": True}, "Tools are ignored: it talks where it should call one"),
        ({"talks": True, "usage": False}, "Tools are ignored: it talks where it should call one"),
        ({"writes_calls": "I say create_task%s."}, "It writes calls as text, and its server does"),
        ({"endless": True}, "Its answer ends before it comes to a call"),
        ({"refuses": ("tools",)}, "It takes no tools: its server refuses them"),
    ],
)
def test_a_model_that_makes_no_calls_cannot_do_the_work(
    tries: Tries, bends: dict[str, Any], words: str
) -> None:
    told, well = tries(Model(**bends))

    assert not well
    assert f"FAULT  {words}" in told
    assert "It calls tools" not in told


@pytest.mark.parametrize(
    ("bends", "words"),
    [
        ({"usage": False}, "No usage told"),
        ({"refuses": ("stream_options",)}, "Refused, and left out from now on: stream_options"),
        ({"one_at_a_time": True}, "It asks for one thing at a time"),
        ({"whole": True}, "It does not stream"),
        ({"knows_limits": False}, "max_tokens ignored"),
        ({"refuses": ("max_tokens", "max_completion_tokens")}, "max_tokens refused"),
        ({"thinks": 300}, "It thinks before it speaks: 305 tokens"),
        ({"thinks_aloud": True, "thinks": 300}, "It thinks before it speaks, and tells"),
        ({"writes_calls": WRITTEN}, "It writes calls as text, which is read as calls"),
        ({"context": 2_000, "beyond": 429}, "A long prompt gets no answer: llm_unavailable (HTTP"),
    ],
)
def test_what_the_product_can_live_with_is_a_note(
    tries: Tries, bends: dict[str, Any], words: str
) -> None:
    told, well = tries(Model(**bends), longest=4_000)

    assert well
    assert f"note   {words}" in told
    assert "Set:" not in told


def test_a_limit_that_has_another_name_is_kept_to(tries: Tries) -> None:
    told, well = tries(Model(refuses=("max_tokens",)))

    assert well
    assert "left out from now on: max_tokens, but with max_completion_tokens." in told
    assert "It keeps to the limit of an answer" in told


def test_two_calls_that_get_no_answer_are_a_note(tries: Tries) -> None:
    def rule(messages: Any) -> str | None:
        return "one" if sum(each["role"] == "tool" for each in messages) > 1 else None

    told, well = tries(Model(), rule=rule)

    assert well
    assert "note   Two calls at once. It gives no answer: llm_misconfigured (HTTP 400" in told


def test_tools_that_are_refused_are_all_that_is_left_out(tries: Tries) -> None:
    told, _ = tries(Model(refuses=("tools",)))

    assert "Refused, and left out from now on: tools." in told


@pytest.mark.parametrize("context", [2_048, 4_096, 8_192])
@pytest.mark.parametrize("how", ["refused", "cut without a word"])
def test_the_context_is_found_and_what_to_set(tries: Tries, context: int, how: str) -> None:
    told, well = tries(Model(context=context, cuts=how != "refused"), longest=32_768)

    assert well
    assert f"Context of {context:,} tokens: longer prompts are {how}." in told
    assert f"AGENT_CONTEXT_TOKENS={context}" in told
    assert f"AGENT_MAX_TOKENS={context // 4}" in told


def test_a_prompt_as_long_as_was_wished_is_the_end(tries: Tries) -> None:
    told, well = tries(Model(context=100_000), longest=20_000)

    assert well
    assert "Context of" not in told


def test_ids_that_are_refused_are_told(tries: Tries) -> None:
    def rule(messages: Any) -> str | None:
        ids = [call["id"] for each in messages for call in each.get("tool_calls", [])]
        return None if all(id.startswith("call_") for id in ids) else "bad id"

    told, well = tries(Model(), rule=rule)

    assert not well
    assert "FAULT  Ids are refused" in told


def test_results_that_are_refused_are_told(tries: Tries) -> None:
    def rule(messages: Any) -> str | None:
        return "no tools" if any(each["role"] == "tool" for each in messages) else None

    told, well = tries(Model(), rule=rule)

    assert not well
    assert "FAULT  It refuses the result of a call" in told


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (fails(401), "llm_misconfigured (HTTP 401: the key is wrong). Give another one, or"),
        (
            fails(404),
            "llm_misconfigured (HTTP 404). Is the address right? Mostly it ends with /v1.",
        ),
        (fails(429), "llm_unavailable (HTTP 429). It is asked too often for its limits"),
        (fails(500), "llm_unavailable (HTTP 500). Its own log tells more"),
        (page(), "llm_bad_response (no choices). Is the address that of an API? Mostly it ends"),
    ],
)
def test_what_gives_no_answer_is_told_with_its_reason(
    tries: Tries, answer: Any, words: str
) -> None:
    told, well = tries(lambda body: answer)

    assert not well
    assert f"FAULT  It gives no answer: {words}" in told
    assert "note   The client of the openai package gets none either: " in told


def test_it_is_told_where_the_openai_package_gets_an_answer(tries: Tries) -> None:
    said = plain({"choices": [{"message": {"content": "Hello."}}]})
    with ScriptedServer(said, fault_of=lambda messages: None) as elsewhere:
        told, well = tries(lambda body: redirects(f"{elsewhere.url}/chat/completions"))

    assert not well
    assert "(HTTP 307)" in told
    assert "note   The client of the openai package gets an answer there. It may go" in told


def test_a_server_that_is_not_there_is_told() -> None:
    told, well = command("--base-url", "http://127.0.0.1:9/v1", "--model", "m")

    assert not well
    assert "It gives no answer: llm_unavailable (no connection: ConnectionRefusedError). Is" in told


def test_each_endpoint_of_a_chain_is_tried(settings: Settings) -> None:
    with (
        ScriptedServer(answer_of=Model(context=4_096).answer) as first,
        ScriptedServer(answer_of=Model(blind=True).answer) as second,
    ):
        entries = [
            {"base_url": server.url, "model": "m", "api_key": KEY, "name": name}
            for server, name in ((first, "one"), (second, "two"))
        ]
        settings.AGENT_MODELS_AND_KEYS = json.dumps([*entries, "built-in"])
        told, well = command("--longest", "9000")
        as_json, _ = command("--longest", "2000", "--json")

    assert not well
    assert told.index("one: ") < told.index("Context of 4,096") < told.index("two: ")
    assert '"context_tokens": 4096, "max_tokens": 1024 in its entry of AGENT_MODELS' in told
    assert told.endswith("Not fit for the work of the assistant: two.")
    assert KEY not in told + as_json
    found = json.loads(as_json[: as_json.rindex("]") + 1])
    assert [each["works"] for each in found] == [True, False]
    assert found[1]["findings"][1]["kind"] == "FAULT"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--base-url", "http://127.0.0.1:9/v1"], "--base-url and --model go together"),
        (["--base-url", "here", "--model", "m"], "it is no http or https address"),
        (["--api-key-variable", "NO_SUCH_KEY"], "There is no environment variable NO_SUCH_KEY"),
        ([], "No model is set up"),
    ],
)
def test_what_cannot_be_tried_is_told_in_a_sentence(words: list[str], fault: str) -> None:
    told, well = command(*words)

    assert not well
    assert fault in told


def test_the_key_of_a_variable_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    with ScriptedServer(answer_of=Model().answer) as server:
        where = ("--base-url", server.url, "--model", "m", "--longest", "1000")
        _, well = command(*where, "--api-key-variable", "SOME_KEY")

    assert well
    assert {
        each.headers.get("Authorization", each.headers.get("authorization"))
        for each in server.requests
    } == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("model", "level", "words", "hits"),
    [
        (Model(), "INFO", "It calls tools", 1),
        (Model(blind=True), "WARNING", "Tools are ignored: the server drops them", 2),
        (Model(refuses=("model",)), "ERROR", "gives no answer: llm_misconfigured", None),
    ],
)
def test_at_start_the_log_has_a_line_for_each_endpoint(
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    model: Model,
    level: str,
    words: str,
    hits: int | None,
) -> None:
    caplog.set_level(logging.INFO)
    with ScriptedServer(answer_of=model.answer) as server:
        entry = {"base_url": server.url, "model": "m", "api_key": KEY, "name": "home"}
        settings.AGENT_MODELS_AND_KEYS = json.dumps([entry, "built-in"])
        try_all()

    said = [each for each in caplog.records if each.name == "agent.trying.start"]
    assert [each.levelname for each in said] == [level]
    assert said[0].message.startswith("home")
    assert words in said[0].message
    assert KEY not in caplog.text
    assert server.hits == (hits or server.hits)
