"""What stands in a request, beside what the openai package's own client sends; real HTTP."""

from contextlib import closing, suppress
from urllib.parse import parse_qsl, urlsplit

import openai
import pytest

from tests.fakes import ScriptedServer
from tests.fakes.answers import fails
from tests.fakes.asking import KEY, PROMPT, Heard, listen, remote
from tests.fakes.server import Request

OURS = {"Accept-Encoding": "identity", "User-Agent": "todo-chat"}


def ask_by_the_package(base_url: str, api_key: str) -> None:
    address, _, query = base_url.partition("?")
    client = openai.OpenAI(
        base_url=address,
        api_key=api_key or "none",
        default_query=dict(parse_qsl(query)),
        default_headers=OURS,
        max_retries=0,
    )
    with client, suppress(openai.APIStatusError):
        client.chat.completions.create(
            model="some-model",
            messages=PROMPT,  # type: ignore[arg-type] # as a turn has them
            stream=True,
            stream_options={"include_usage": True},
        )


def headers_of(request: Request) -> dict[str, str]:
    """But those that tell of the machine, and in which the spaces of JSON may count."""
    told = {name.lower(): value for name, value in request.headers.items()}
    return {name: value for name, value in told.items() if not name.startswith("x-stainless-")}


@pytest.mark.parametrize(
    ("behind", "key"),
    [("", KEY), ("/", ""), ("?api-version=2024-10-21", KEY), ("/?a=b c&é=%26", KEY)],
)
def test_it_is_asked_as_the_openai_package_asks(behind: str, key: str) -> None:
    with ScriptedServer(answer_of=lambda body: fails(404)) as server:
        base_url = server.url.replace("127.0.0.1", "localhost") + behind
        with closing(remote(base_url, api_key=key)) as llm:
            listen(llm, Heard())
        ask_by_the_package(base_url, key)
    ours, theirs = server.requests
    told, known = urlsplit(ours.path), urlsplit(theirs.path)

    assert (told.path, parse_qsl(told.query)) == (known.path, parse_qsl(known.query))
    assert ours.body == theirs.body
    for_azure = {"api-key": key} if "api-version" in behind else {}
    assert headers_of(ours) == headers_of(theirs) | for_azure


def test_a_name_and_a_password_in_an_address_go_along() -> None:
    with ScriptedServer(answer_of=lambda body: fails(404)) as server:
        base_url = server.url.replace("://", "://me:pass%40word@")
        with closing(remote(base_url)) as llm:
            listen(llm, Heard())

    assert server.requests[0].headers["Authorization"] == "Basic bWU6cGFzc0B3b3Jk"
