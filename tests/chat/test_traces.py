"""Traces as a collector receives them: a real turn, sent over HTTP to a receiver on loopback."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Turn
from telemetry import genai, spans, tracing
from tests.chat.conftest import Chains, Connects
from tests.chat.streams import read
from tests.conftest import Plays
from tests.doors.mcp.wire import modern, post
from tests.fakes import ScriptedServer, call
from tests.fakes.answers import asks, fails, says
from tests.fakes.receiver import Receiver
from tests.servers import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

SECRET = "Zwetschgenknödel"
CALLER, OF_CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{CALLER}-{OF_CALLER}-01"


@dataclass
class Traced:
    """What a collector has got."""

    receiver: Receiver
    flush: Callable[[], object]

    @property
    def bytes(self) -> bytes:
        self.flush()
        return b"".join(sent.body for sent in self.receiver.sent)

    @property
    def spans(self) -> list[Span]:
        """In the order in which they began; those of the record of a tool call as it tells."""
        self.flush()
        requests = [ExportTraceServiceRequest.FromString(each.body) for each in self.receiver.sent]
        found = [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        return sorted(found, key=lambda span: span.start_time_unix_nano)

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.spans]

    @property
    def resource(self) -> dict[str, Any]:
        self.flush()
        request = ExportTraceServiceRequest.FromString(self.receiver.sent[0].body)
        return of(request.resource_spans[0].resource)


def of(told: Any) -> dict[str, Any]:
    """The attributes of a span, or of a resource."""
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value")) for each in told.attributes
    }


@pytest.fixture
def traced(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Traced]:
    monkeypatch.setattr(spans.process, "begin", spans.process.begin)
    with Receiver(200) as receiver:
        settings.OTEL_EXPORTER_OTLP_ENDPOINT = f"http://{receiver.host}"
        provider = tracing.send_traces(f"http://{receiver.host}/", "node-3", "9.9")
        yield Traced(receiver, provider.force_flush)
        provider.shutdown()


@pytest.fixture(params=[True, False], ids=["streamed", "whole"])
def streamed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def server(client: APIClient, connects: Connects, traced: Traced, streamed: bool) -> ScriptedServer:
    """A model's, which was asked twice in a turn with two tool calls, one of which there is not."""
    server = connects(
        asks(call("create_task", title="Milk"), call("no_such"), said="See."), says("Done.")
    )
    body = {"message": "milk", "stream": streamed}
    answer = client.post("/api/chat/", body, headers={"traceparent": TRACEPARENT})
    if streamed:
        read(answer)
    return server


def test_a_turn_is_a_trace_whose_spans_nest(server: ScriptedServer, traced: Traced) -> None:
    root, *rest = traced.spans
    first, tool, _unknown, second = rest
    assert traced.names == [
        "invoke_agent Todo Chat",
        "chat some-model",
        "execute_tool create_task",
        "execute_tool unknown",
        "chat some-model",
    ]
    assert root.trace_id.hex() == CALLER == Turn.objects.get().trace_id
    assert root.parent_span_id.hex() == OF_CALLER
    assert {(each.trace_id, each.parent_span_id) for each in rest} == {
        (root.trace_id, root.span_id)
    }
    assert all(
        root.start_time_unix_nano
        <= each.start_time_unix_nano
        <= each.end_time_unix_nano
        <= root.end_time_unix_nano
        for each in rest
    )
    kinds = [span.kind for span in (root, first, tool)]
    assert kinds == [Span.SPAN_KIND_INTERNAL, Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_INTERNAL]
    assert [request.headers["traceparent"] for request in server.requests] == [
        f"00-{CALLER}-{each.span_id.hex()}-01" for each in (first, second)
    ]


@pytest.mark.usefixtures("server")
def test_spans_tell_names_and_numbers(traced: Traced, streamed: bool) -> None:
    turn = Turn.objects.get()
    root, first, tool, unknown, _second = traced.spans
    made, refused = turn.tool_calls.order_by("position")
    assert of(root) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "todo_chat",
        "gen_ai.agent.name": "Todo Chat",
        "gen_ai.conversation.id": str(turn.conversation_id),
        "gen_ai.request.model": "some-model",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.output_tokens": 16,
        "todo_chat.turn": str(turn.pk),
        "todo_chat.attempt": 1,
        "todo_chat.status": "completed",
        "todo_chat.door": "api",
        "todo_chat.degraded": False,
        "todo_chat.streamed": streamed,
        "todo_chat.steps": 2,
    }
    told = of(first)
    assert told.pop("gen_ai.response.time_to_first_chunk") > 0
    assert told == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "some-model",
        "gen_ai.request.stream": True,
        "gen_ai.usage.input_tokens": 21,
        "gen_ai.usage.output_tokens": 8,
        "todo_chat.endpoint": "some-model",
        "todo_chat.outcome": "ok",
    }
    assert of(tool) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "create_task",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": str(made.pk),
    }
    assert of(unknown)["error.type"] == "tool_error"
    assert of(unknown)["gen_ai.tool.call.id"] == str(refused.pk)
    assert unknown.status.code == Status.STATUS_CODE_ERROR
    assert {name: traced.resource[name] for name in ("service.name", "service.version")} == {
        "service.name": "todo-chat",
        "service.version": "9.9",
    }
    assert traced.resource["service.instance.id"] == "node-3"


def test_a_trace_of_its_own_opens_the_turn_in_the_admin(
    client: APIClient, user: User, plays: Plays, traced: Traced
) -> None:
    plays(["Hello."])
    client.post("/api/chat/", {"message": "Hi"}, headers={"traceparent": "nonsense"})
    client.post("/api/chat/", {"message": "Hi"})
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    client.force_login(user)

    first, second = Turn.objects.order_by("pk")
    assert len({first.trace_id, second.trace_id}) == 2
    assert {span.trace_id.hex() for span in traced.spans} == {first.trace_id, second.trace_id}
    page = client.get(f"/admin/conversations/turn/?q={first.trace_id}", HTTP_AUTHORIZATION="")
    assert str(first.pk) in page.content.decode()
    assert str(second.pk) not in page.content.decode()


def test_the_tries_of_a_chain_are_spans_of_their_own(
    client: APIClient, chains: Chains, traced: Traced
) -> None:
    chains([fails(429), fails(429)], [says("Hello.")])

    client.post("/api/chat/", {"message": "Hi"})

    _root, failed, answered = traced.spans
    assert (failed.name, answered.name) == ("chat model-1", "chat model-2")
    assert of(failed)["error.type"] == "llm_unavailable"
    assert of(failed)["http.response.status_code"] == 429
    assert failed.status.code == Status.STATUS_CODE_ERROR
    assert answered.status.code == Status.STATUS_CODE_UNSET


@pytest.mark.parametrize(
    "answer",
    [
        asks(call("create_task", title=SECRET), call(SECRET, a=SECRET), said=SECRET),
        fails(400, words=json.dumps({"error": {"message": SECRET, "type": SECRET}})),
        KeyError(SECRET),
    ],
)
def test_no_words_are_in_it(
    client: APIClient, connects: Connects, plays: Plays, traced: Traced, answer: Any
) -> None:
    if isinstance(answer, Exception):
        plays(answer)
    else:
        connects(answer, says(SECRET), answer)

    client.post(
        "/api/chat/",
        {"message": SECRET},
        headers={"traceparent": TRACEPARENT, "tracestate": "a=words", "baggage": "a=words"},
    )

    assert Turn.objects.get().status in ("completed", "failed")
    assert b"invoke_agent" in traced.bytes
    for words in (SECRET, SECRET[:6], "words"):
        assert words.encode() not in traced.bytes


def test_a_request_of_mcp_tells_its_trace_in_the_message(
    client: APIClient, plays: Plays, traced: Traced
) -> None:
    plays(["Hello."])

    body = modern("tools/call", {"name": "ask_assistant", "arguments": {"message": "Hi"}})
    body["params"]["_meta"]["traceparent"] = TRACEPARENT

    post(client, body)

    assert Turn.objects.get().trace_id == CALLER
    assert traced.spans[0].parent_span_id.hex() == OF_CALLER


def test_a_collector_that_is_away_harms_nobody_and_is_told_of_once(
    client: APIClient, plays: Plays, traced: Traced, caplog: pytest.LogCaptureFixture
) -> None:
    plays(["One."], ["Two."], ["Three."])
    told = []
    for status in (400, 400, 200):
        traced.receiver.answer = status
        assert client.post("/api/chat/", {"message": SECRET}).status_code == 200
        traced.flush()
        told.append([each.getMessage() for each in caplog.records if "traces" in each.message])

    away, back = "traces cannot be delivered; those of now are lost", "traces are delivered again"
    assert told == [[away], [away], [away, back]]


WITHOUT = """
import sys
sys.modules["opentelemetry"] = None
import django
django.setup()
from telemetry import spans
assert spans.begin("x") is spans.NO_SPAN
"""


def test_where_it_is_not_installed_that_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "requirements-tracing.txt is not installed" in ran.stderr


def test_the_names_hold_no_words() -> None:
    """Those of the conventions that would are not among ours."""
    names = [value for name, value in vars(genai).items() if name.isupper()]
    ends = ("messages", "instructions", "arguments", "result")
    assert not [name for name in names if name.endswith(ends)]
