from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.fakes import ScriptedServer
from tests.fakes.asking import remote

Connects = Callable[..., ScriptedServer]


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connects]:
    """``connects(answer, …, deadline=1.5)``: a real remote model, whose server is scripted."""
    with ExitStack() as running:

        def install(*answers: object, answer_of: object = None, **options: Any) -> ScriptedServer:
            rules = {"fault_of": options.pop("fault_of")} if "fault_of" in options else {}
            script = ScriptedServer(*answers, answer_of=answer_of, **rules)
            server = running.enter_context(script)
            llm = remote(server.url, **{"deadline": 1.5, **options})
            running.enter_context(closing(llm))
            monkeypatch.setattr("chat.views.chosen_llm", lambda: llm)
            return server

        yield install
