"""How the remote model is asked, and how its answer is put together; over real HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from agent.events import TextDelta
from tests.fakes import ScriptedServer, call
from tests.fakes.answers import (
    USAGE,
    asks,
    asks_whole,
    cuts,
    event,
    hangs,
    plain,
    resets,
    says,
    stream,
    talks_for_ever,
)
from tests.fakes.asking import KEY, PROMPT, Heard, ask, listen, remote
from tests.fakes.server import Answer, Exchange

MILK, BREAD = call("create_task", title="Milk"), call("create_task", title="Bread")
TWO = [("create_task", '{"title": "Milk"}'), ("create_task", '{"title": "Bread"}')]
TOOL = {"type": "function", "function": {"name": "create_task", "parameters": {}}}


def test_text_is_yielded_before_the_answer_is_complete() -> None:
    answer = stream(event({"content": "One "}), done=False, then=hangs)
    with ScriptedServer(answer) as server, closing(remote(server.url)) as llm:
        deltas = llm.stream(PROMPT, [])
        assert next(deltas) == TextDelta("One ")
        deltas.close()


def test_an_answer_tells_its_text_its_end_its_model_and_its_cost() -> None:
    heard = ask(says("Good ", "day."))
    assert heard.said == "Good day."
    assert heard.response.text == "Good day."
    assert heard.response.finish_reason == "stop"
    assert heard.response.model == "scripted-1"
    assert (heard.response.input_tokens, heard.response.output_tokens) == (21, 8)


@pytest.mark.parametrize("usage", [None, [], {"prompt_tokens": "many"}, {"prompt_tokens": 2**40}])
def test_an_answer_without_readable_usage_is_an_answer(usage: Any) -> None:
    heard = ask(stream(event({"content": "Hi"}, "stop", usage=usage, model=5)))
    assert heard.response.text == "Hi"
    assert heard.response.input_tokens is None
    assert heard.response.model == "some-model"


def test_the_request_is_the_prompt_as_it_stands_with_few_headers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-another-endpoint")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-another-endpoint")
    with ScriptedServer(says("Hi")) as server, closing(remote(server.url)) as llm:
        list(llm.stream(PROMPT, [TOOL]))
    assert server.requests[0].body == {
        "model": "some-model",
        "messages": PROMPT,
        "tools": [TOOL],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    headers = {name.lower(): value for name, value in server.requests[0].headers.items()}
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers.keys() == {
        *("host", "connection", "authorization", "accept", "accept-encoding"),
        *("content-type", "content-length", "user-agent"),
    }


def test_a_server_without_keys_is_asked_with_an_empty_one() -> None:
    assert ask(says("Hi"), api_key="").response.text == "Hi"


def test_no_tools_are_sent_where_there_are_none() -> None:
    assert "tools" not in ask(says("Hi")).server.requests[0].body


def test_two_steps_go_over_one_connection() -> None:
    with ScriptedServer(says("One"), says("Two")) as server, closing(remote(server.url)) as llm:
        for _ in range(2):
            listen(llm, Heard(server))
    first, second = server.requests
    assert first.peer == second.peer


def test_threads_share_a_model_and_each_gets_its_own_answer() -> None:
    def echo(body: dict[str, Any]) -> Answer:
        return says(*body["messages"][-1]["content"])

    def question(number: int) -> str:
        prompt = [PROMPT[0], {"role": "user", "content": f"number {number}"}]
        return listen(llm, Heard(server), prompt).response.text

    with (
        ScriptedServer(answer_of=echo) as server,
        closing(remote(server.url)) as llm,
        ThreadPoolExecutor(16) as threads,
    ):
        answers = list(threads.map(question, range(64)))
    assert answers == [f"number {number}" for number in range(64)]


def test_who_closes_the_stream_hangs_up() -> None:
    with ScriptedServer(talks_for_ever) as server, closing(remote(server.url)) as llm:
        deltas = llm.stream(PROMPT, [])
        next(deltas)
        deltas.close()
        assert server.hung_up.wait(10)


def _pieces(*pieces: dict[str, Any]) -> Answer:
    return stream(*(event({"tool_calls": [piece]}) for piece in pieces), event({}, "tool_calls"))


def _piece(name: str | None, arguments: Any, **more: Any) -> dict[str, Any]:
    return {**more, "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize(
    "answer",
    [
        asks(MILK, BREAD),
        asks(MILK, BREAD, piece=1),
        asks_whole(MILK, BREAD),
        asks_whole(MILK, BREAD, same_index=True),
        plain({"choices": [{"message": {"tool_calls": [
            _piece(*TWO[0], id="a"), _piece(*TWO[1], id="b")]}, "finish_reason": "tool_calls"}]}),
        # Two at once, their pieces in turns.
        _pieces(
            _piece("create_task", "", index=0, id="a"), _piece("create_task", "", index=1, id="b"),
            _piece(None, '{"title":', index=0), _piece(None, '{"title":', index=1),
            _piece(None, ' "Milk"}', index=0), _piece(None, ' "Bread"}', index=1),
        ),
        # Whole, of one index and of one id or none: only the arguments tell them apart.
        _pieces(*(_piece(*one, index=0, id="") for one in TWO)),
        _pieces(*(_piece(*one, index=0, id="same") for one in TWO)),
        _pieces(*(_piece(*one) for one in TWO)),
        # One id for calls of two indexes.
        _pieces(*(_piece(*one, index=place, id="x") for place, one in enumerate(TWO))),
        # Id and name again with each piece.
        _pieces(*(
            _piece("create_task", part, index=place, id=f"id{place}")
            for place, one in enumerate(TWO) for part in (one[1][:5], one[1][5:-1], one[1][-1], "")
        )),
        # A new id with each piece, and pieces without an index.
        _pieces(*(
            _piece(name, part, id=part)
            for one in TWO for name, part in ((one[0], one[1][:9]), (None, one[1][9:]))
        )),
        _pieces(*(
            _piece("create_task", json.loads(one[1]), index=place)
            for place, one in enumerate(TWO)
        )),
    ],
)  # fmt: skip
def test_two_calls_are_two_calls_however_they_are_streamed(answer: Answer) -> None:
    heard = ask(answer)
    assert heard.calls == TWO
    assert heard.response.finish_reason == "tool_calls"


def test_two_calls_of_one_index_without_arguments_differ_by_their_ids() -> None:
    answer = _pieces(*(_piece("list_tasks", "", index=0, id=id_) for id_ in "ab"))
    assert ask(answer).calls == [("list_tasks", "")] * 2


def test_a_piece_that_only_looks_like_an_end_is_none() -> None:
    parts = ('{"title": "}', '"}')
    answer = _pieces(*(_piece("create_task", part, index=0) for part in parts))
    assert ask(answer).calls == [("create_task", "".join(parts))]


def test_words_beside_a_call_are_kept() -> None:
    heard = ask(asks(MILK, said="Let me see."))
    assert heard.texts == ["Let me see."]
    assert heard.calls == TWO[:1]


@pytest.mark.parametrize("arguments", ["", "null", '{"title": "Mi', "[1]", "no JSON"])
def test_arguments_are_handed_on_unchecked(arguments: str) -> None:
    assert ask(_pieces(_piece("create_task", arguments, index=0))).calls == [
        ("create_task", arguments)
    ]


def test_a_name_is_handed_on_unchecked() -> None:
    answer = _pieces(_piece("create task!" * 9, "{}", index=0), _piece(None, "{}", index=1))
    assert ask(answer).calls == [("create task!" * 9, "{}"), ("", "{}")]


def test_a_call_of_nothing_is_none() -> None:
    assert ask(_pieces({"index": 0}, _piece(*TWO[0], index=1))).calls == TWO[:1]


@pytest.mark.parametrize(
    ("finish_reason", "delta", "text"),
    [
        ("stop", {"content": None}, ""),
        ("stop", {}, ""),
        ("stop", {"content": None, "refusal": "I will not."}, "I will not."),
        ("content_filter", {"content": None}, ""),
        ("content_filter", {"content": "So far"}, "So far"),
        ("length", {"content": "So far"}, "So far"),
        ("length", {"content": None}, ""),
    ],
)
def test_an_unusual_end_is_told(finish_reason: str, delta: dict[str, Any], text: str) -> None:
    message = {"choices": [{"message": delta, "finish_reason": finish_reason}]}
    for answer in (stream(event(delta, finish_reason)), plain(message)):
        heard = ask(answer)
        assert heard.response.text == heard.said == text
        assert heard.response.finish_reason == finish_reason


def test_a_cut_answer_with_calls_goes_on_with_the_calls() -> None:
    heard = ask(stream(event({"tool_calls": [_piece(*TWO[0])]}, "length")))
    assert (heard.calls, heard.texts) == (TWO[:1], [])


def test_text_that_no_database_takes_is_left_out() -> None:
    heard = ask(stream(event({"content": "a\x00b\ud800c\U0001f600"}, "stop")))
    assert heard.texts == ["abc\U0001f600"]


def test_arguments_are_whole_again_wherever_they_were_cut() -> None:
    halves = [_piece("create_task", '{"title": "\ud83e', index=0), _piece("", '\udd5b"}', index=0)]
    heard = ask(stream(*(event({"tool_calls": [half]}) for half in halves), event({}, "stop")))
    assert heard.calls == [("create_task", '{"title": "🥛"}')]


TEXT = "é\u2028\u0085\U0001f600"
ONE = json.dumps(event({"content": TEXT}, "stop"), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "content",
    [
        b": a comment\n\nevent: x\nid: 1\ndata: %s\n\ndata: [DONE]\n\n" % ONE,
        b"data:%s\r\n\r\ndata: [DONE]\r\n\r\n" % ONE,
        b"\n\n\ndata: %s" % ONE,
        b"data: %s\ndata: %s\n\n" % tuple(ONE.split(b" ", 1)),
        b'data: {"choices": null}\n\ndata: %s\n\n' % ONE,
        b"data:\n\ndata: \n\ndata: %s\n\n" % ONE,
        b'data: {"choices": []}\ndata: %s\ndata: [DONE]\n' % ONE,
        b" %s " % ONE,
        json.dumps(json.loads(ONE), indent=2).encode(),
    ],
)
def test_events_are_read_in_every_legal_form_and_however_they_are_cut(content: bytes) -> None:
    assert ask(plain(content)).texts == [TEXT]

    def byte_by_byte(exchange: Any) -> None:
        exchange.begin()
        for place in range(len(content)):
            exchange.send(content[place : place + 1])
        exchange.end()

    assert ask(byte_by_byte).texts == [TEXT]


def test_an_end_mark_without_a_reason_is_an_end() -> None:
    assert ask(stream(event({"content": "Hi"}))).response.finish_reason == "stop"
    called = ask(stream(event({"tool_calls": [_piece(*TWO[0])]})))
    assert called.response.finish_reason == "tool_calls"
    assert ask(plain({"choices": [{"message": {"content": "Hi"}}]})).response.text == "Hi"


def test_a_server_that_hangs_after_its_end_mark_has_answered() -> None:
    """The deadline is so far off that nobody would wait for it."""
    hanging = ask(stream(event({"content": "Hi"}, "stop"), then=hangs), deadline=3600)
    assert hanging.response.text == "Hi"


def _tells_on(exchange: Exchange) -> None:
    """Comments for ever, as some gateways send them."""
    while not exchange.wait(0.01):
        exchange.send(b": still here\n\n")


ENDS = {"hangs": hangs, "is cut": cuts, "is reset": resets, "sends comments": _tells_on}


@pytest.mark.parametrize("then", ENDS.values(), ids=ENDS.keys())
def test_the_finish_reason_ends_an_answer_whatever_comes_behind_it(then: Answer) -> None:
    arguments = json.dumps({"title": "Milk"})
    piece = {"index": 0, "id": "x", "function": {"name": "create_task", "arguments": arguments}}
    said = ask(stream(event({"content": "Hi"}), event({}, "stop"), done=False, then=then))
    called = ask(
        stream(event({"tool_calls": [piece]}), event({}, "tool_calls"), done=False, then=then)
    )

    assert (said.response.text, said.response.finish_reason) == ("Hi", "stop")
    assert called.calls == [("create_task", arguments)]


def test_usage_behind_the_finish_reason_is_read_without_an_end_mark() -> None:
    heard = ask(stream(event({"content": "Hi"}, "stop"), {"usage": USAGE}, done=False, then=hangs))

    assert (heard.response.input_tokens, heard.response.output_tokens) == (21, 8)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("length", "length"),
        ("MAX_TOKENS", "length"),
        ("max_tokens", "length"),
        ("model_length", "length"),
        ("max_output_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("token_limit", "length"),
        ("SAFETY", "content_filter"),
        ("sensitive", "content_filter"),
        ("IMAGE_SAFETY", "content_filter"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
        ("refusal", "content_filter"),
        ("ERROR_TOXIC", "content_filter"),
        ("stop", "stop"),
        ("eos", "eos"),
        ("stop_sequence", "stop_sequence"),
        ("COMPLETE", "COMPLETE"),
        ("end_turn", "end_turn"),
    ],
)
def test_the_words_of_many_makers_for_an_end_are_understood(told: str, reason: str) -> None:
    for key in ("finish_reason", "finishReason"):
        answer = stream({"choices": [{"delta": {"content": "Hi"}, key: told}]})
        assert ask(answer).response.finish_reason == reason


def test_a_character_that_is_split_over_two_pieces_arrives_whole() -> None:
    halves = (
        rb'{"choices": [{"delta": {"content": "\ud83d"}}]}',
        rb'{"choices": [{"delta": {"content": "\ude00!"}}]}',
    )

    assert ask(stream(*halves, event({}, "stop"))).response.text == "😀!"


def test_a_byte_order_mark_is_no_fault() -> None:
    body = json.dumps({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]})

    assert ask(plain(b"\xef\xbb\xbf" + body.encode())).response.text == "Hi"
