from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from typing import Any

import pytest
from django.conf import settings

from agent.chain import Chain, Link
from agent.llm import LLM
from agent.offline.assistant import OfflineLLM
from tests.fakes import ScriptedServer
from tests.fakes.asking import remote

Connects = Callable[..., ScriptedServer]
Chains = Callable[..., list[ScriptedServer]]


def chosen(monkeypatch: pytest.MonkeyPatch, *llms: LLM) -> None:
    """These, in the place of those of the settings."""
    links = [Link(llm, f"endpoint {place}") for place, llm in enumerate(llms, 1)]
    monkeypatch.setattr(
        "chat.turns.chosen_llm",
        lambda: Chain(links, settings.AGENT_TURN_DEADLINE) if links[1:] else links[0].llm,
    )


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connects]:
    """``connects(answer, …, deadline=1.5)``: a real remote model, whose server is scripted.

    With ``falls_back`` the built-in assistant goes on where it fails.
    """
    with ExitStack() as running:

        def install(
            *answers: object, answer_of: object = None, falls_back: bool = False, **options: Any
        ) -> ScriptedServer:
            rules = {"fault_of": options.pop("fault_of")} if "fault_of" in options else {}
            script = ScriptedServer(*answers, answer_of=answer_of, **rules)
            server = running.enter_context(script)
            llm = remote(server.url, **{"deadline": 1.5, **options})
            running.enter_context(closing(llm))
            chosen(monkeypatch, llm, *[OfflineLLM()] * falls_back)
            return server

        yield install


@pytest.fixture
def chains(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chains]:
    """``chains(script, …)``: a model behind a server for each; each script is a list of answers, or
    one that it gives for ever. ``built_in`` is the last one if wished.
    """
    with ExitStack() as running:

        def install(
            *scripts: Any, built_in: bool = False, rules: Sequence[Any] = (), **options: Any
        ) -> list[ScriptedServer]:
            servers, llms = [], []
            for place, script in enumerate(scripts):
                rule = {"fault_of": rules[place]} if rules else {}
                server = (
                    ScriptedServer(*script, **rule)
                    if isinstance(script, list)
                    else ScriptedServer(answer_of=lambda body, same=script: same, **rule)
                )
                servers.append(running.enter_context(server))
                model = f"model-{place + 1}"
                llm = remote(server.url, **{"deadline": 1.5, "model": model, **options})
                llms.append(running.enter_context(closing(llm)))
            chosen(monkeypatch, *llms, *[OfflineLLM()] * built_in)
            return servers

        yield install
