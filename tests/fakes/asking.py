"""One question to a RemoteLLM, and all that came of it."""

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from agent.llm import LLM, LLMError, Message, Response
from agent.remote.model import RemoteLLM
from tests.fakes.server import Answer, ScriptedServer

KEY = "sk-secret-key-of-the-operator"
PROMPT: list[Message] = [
    {"role": "system", "content": "You look after tasks."},
    {"role": "user", "content": "Add milk"},
]


@dataclass
class Heard:
    """``texts`` are the deltas; then there is a response, or an error."""

    _server: ScriptedServer | None = None
    texts: list[str] = field(default_factory=list)
    _response: Response | None = None
    error: LLMError | None = None

    @property
    def server(self) -> ScriptedServer:
        assert self._server is not None
        return self._server

    @property
    def said(self) -> str:
        """What comes close together may be one delta or several."""
        return "".join(self.texts)

    @property
    def response(self) -> Response:
        assert self._response is not None, f"no answer but {self.error!r}"
        return self._response

    @property
    def calls(self) -> list[tuple[str, str]]:
        return [(request.name, request.arguments) for request in self.response.tool_requests]


def remote(base_url: str, **options: Any) -> RemoteLLM:
    return RemoteLLM(
        **{
            "base_url": base_url,
            "api_key": KEY,
            "model": "some-model",
            "deadline": 20,
            **options,
        }
    )


def listen(llm: LLM, heard: Heard, prompt: list[Message] = PROMPT) -> Heard:
    stream = llm.stream(prompt, [])
    try:
        while True:
            heard.texts.append(next(stream).text)
    except StopIteration as stop:
        heard._response = stop.value
    except LLMError as error:
        heard.error = error
    return heard


def ask(*answers: Answer, **options: Any) -> Heard:
    """Of a server that answers so, by a RemoteLLM with these options."""
    with (
        ScriptedServer(*answers) as server,
        closing(remote(**{"base_url": server.url, **options})) as llm,
    ):
        return listen(llm, Heard(server))
