"""A model behind TLS: over one connection, in parts of any size, and trusted by its certificate."""

import json
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent.llm import LLMUnavailable
from agent.remote import connection
from tests.fakes import ScriptedServer
from tests.fakes.answers import event, says
from tests.fakes.asking import Heard, listen, remote
from tests.fakes.certificates import certified
from tests.fakes.server import Answer, Exchange


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """What a server speaks TLS with, which we trust."""
    context, certificate = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    connection._tls.cache_clear()
    yield context
    connection._tls.cache_clear()


def behind(context: ssl.SSLContext, *answers: Answer) -> ScriptedServer:
    server = ScriptedServer(*answers)
    server._http.socket = context.wrap_socket(server._http.socket, server_side=True)
    return server


def slowly(exchange: Exchange) -> None:
    """More than one read takes, and then little by little."""
    exchange.begin()
    exchange.send(b": " + b"x" * 100_000 + b"\n\n")
    for part in ("Hi", " there"):
        exchange.send(b"data: %s\n\n" % json.dumps(event({"content": part})).encode())
        exchange.wait(0.05)
    exchange.send(b"data: [DONE]\n\n")
    exchange.end()


def test_two_answers_come_over_one_connection(trusted: ssl.SSLContext) -> None:
    with (
        behind(trusted, slowly, says("Once more.")) as server,
        closing(remote(server.url.replace("http:", "https:"))) as llm,
    ):
        assert [listen(llm, Heard()).said for _ in range(2)] == ["Hi there", "Once more."]
    first, second = server.requests
    assert first.peer == second.peer


def test_who_is_not_trusted_is_told_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        behind(certified(tmp_path)[0], says("Hi")) as server,
        closing(remote(server.url.replace("http:", "https:"))) as llm,
    ):
        assert type(listen(llm, Heard()).error) is LLMUnavailable
    assert server.hits == 0
    assert "(no connection: SSLCertVerificationError)" in caplog.text
