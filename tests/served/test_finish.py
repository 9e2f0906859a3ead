"""Turns are finished whose process was killed, wherever that was, though their client has gone."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.db.models.functions import Now

from benchmarks.invariants import violations
from conversations.models import Conversation, Message, ToolCall, Turn
from tests.conftest import database_url
from tests.factories import LEASE, ConversationFactory, UserFactory
from tests.fakes import Answer, call
from tests.fakes.answers import asks, says
from tests.fakes.server import Exchange
from tests.served.conftest import served
from tests.served.processes import (
    PATIENCE,
    Held,
    Model,
    Mortal,
    client_of,
    happens,
    listens,
    until,
)
from tests.servers import ROOT
from todos.models import Task, TaskChange

pytestmark = pytest.mark.only_on("postgresql")  # it is about processes, not rows

FINISHES = {"AGENT_FINISH_TURNS": "1", "AGENT_LEASE": "10"}
MILK, BREAD, EGGS = (call("create_task", title=title) for title in ("Milk", "Bread", "Eggs"))
WORDS = ("All three ", "are on the list.")

BY_A_BREAKPOINT = {
    "its message is kept": "before answer",
    "the model has asked for a tool": "before _execute 1",
    "a task is made, without its record": "before record 1",
    "a task and its record are written, and not committed": "after record",
    "a tool was used, and nobody knows": "after _execute",
    "it is between two tools of one step": "before _execute 3",
    "all is said": "before finish",
    "its end is to be written": "before settle",
}
BY_THE_MODEL = {  # as it is asked, by how many tools have been used; and after how many words
    "the model is asked": (0, ()),
    "there are words before the tools": (0, ("Let me see",)),
    "the model is asked with a result": (1, ()),
    "half of the words are said": (3, WORDS[:1]),
}


class Fatal(Mortal):
    """Its processes die at the points that it is told; new ones are forked at once."""

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "benchmarks/gunicorn.py"]
        places = {"DATA_DIR": str(self.folder), "PORT": str(self.port)}
        environment = {**os.environ, **places, **self.settings}
        self._run([*command, "tests.served.fatal"], {}, cwd=ROOT, env=environment)

    def dies(self, *points: str) -> None:
        (self.folder / "dies").write_text("\n".join(points))

    def kill_workers(self) -> None:
        for worker in self.workers:
            os.kill(worker, signal.SIGKILL)


class Shopper:
    """A model that wants three tasks, and forgets which of the last two it has got.

    ``dies`` tells by the words of the user when its caller is killed: once, by ``kill``.
    """

    def __init__(self) -> None:
        self.dies: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.kill = lambda: None

    def __call__(self, body: dict[str, Any]) -> Answer:
        messages = body["messages"]
        words = next(each["content"] for each in messages if each["role"] == "user")
        results = [json.loads(each["content"]) for each in messages if each["role"] == "tool"]
        made = {result["task"]["title"] for result in results if "task" in result}
        return self._killing(words, len(made)) or self._step(made)

    def _step(self, made: set[str]) -> Answer:
        if not made:
            return asks(MILK, said="Let me see. ")
        if made == {"Milk", "Bread", "Eggs"}:
            return says(*WORDS)
        return asks(BREAD, EGGS)

    def _killing(self, words: str, made: int) -> Answer | None:
        for point, (tools, said) in self.dies.items():
            if point in words and tools == made:
                del self.dies[point]
                return self._dies_after(said)
        return None

    def _dies_after(self, said: tuple[str, ...]) -> Answer:
        def answer(exchange: Exchange) -> None:
            if said:
                exchange.begin()
                for word in said:
                    delta = {"choices": [{"index": 0, "delta": {"content": word}}]}
                    exchange.send(b"data: %s\n\n" % json.dumps(delta).encode())
                exchange.wait(1.2)  # by then it is saved
            self.kill()
            exchange.cut()

        return answer


@pytest.fixture
def shopper(model: Model) -> Shopper:
    shopper = Shopper()
    model.begin(answer_of=shopper)
    return shopper


@pytest.fixture
def fatal(transactional_db: None, model: Model) -> Iterator[Fatal]:
    with served(model, Fatal, AGENT_LEASE="1.5") as server:
        assert isinstance(server, Fatal)
        yield server


def send_and_lose(server: Mortal, conversation: Conversation, text: str) -> None:
    with client_of(server, conversation.user) as client:
        url = f"/api/conversations/{conversation.pk}/messages/"
        with suppress(httpx2.TransportError):
            answer = client.post(url, json={"content": text})
            pytest.fail(f"{text}: {answer.status_code}, and not dead")


def is_settled(turn: Turn) -> bool:
    turn.refresh_from_db()
    return turn.status not in (Turn.Status.IN_PROGRESS, Turn.Status.INCOMPLETE)


def check(turn: Turn, attempt: int) -> None:
    """It is completed, and did once what was wanted."""
    told = turn.user_message.content
    assert (turn.status, turn.attempt) == ("completed", attempt), told
    assert turn.reply.content.endswith("".join(WORDS)), told
    titles = Task.objects.for_user(turn.conversation.user).values_list("title", flat=True)
    assert sorted(titles) == ["Bread", "Eggs", "Milk"], told
    made = TaskChange.objects.filter(user=turn.user_id).values_list("tool_call_id", flat=True)
    calls = turn.tool_calls.filter(status=ToolCall.Status.SUCCEEDED)
    assert set(made) == set(calls.values_list("pk", flat=True)), told
    assert turn.messages.filter(role=Message.Role.USER).count() == 1


def test_killed_at_each_of_twelve_points_it_is_completed(
    fatal: Fatal, model: Model, shopper: Shopper
) -> None:
    shopper.kill = fatal.kill_workers
    shopper.dies = dict(BY_THE_MODEL)
    for why in [*BY_A_BREAKPOINT, *BY_THE_MODEL]:
        fatal.dies(BY_A_BREAKPOINT.get(why, ""))
        send_and_lose(fatal, ConversationFactory(user=UserFactory()), f"Killed when {why}")
    turns = list(Turn.objects.order_by("pk"))
    assert len(turns) == 12
    assert {turn.attempt for turn in turns} == {1}
    with served(model, **FINISHES):
        until(lambda: all(is_settled(turn) for turn in turns))

    for turn in turns:
        check(turn, attempt=2)
    assert violations([]) == []


def test_takers_that_die_too_are_followed_by_others_of_which_one_gets_it(
    transactional_db: None, model: Model, shopper: Shopper
) -> None:
    conversation = ConversationFactory(user=UserFactory())
    takers = {**FINISHES, "AGENT_LEASE": "2", "WEB_CONCURRENCY": "2"}
    with served(model, Fatal, **takers) as fatal:
        assert isinstance(fatal, Fatal)
        fatal.dies("after _execute", "before record")
        send_and_lose(fatal, conversation, "Killed twice")
        turn = conversation.turns.get()
        until(lambda: is_settled(turn))

    check(turn, attempt=3)
    assert violations([]) == []


@pytest.fixture
def interrupted(transactional_db: None) -> Turn:
    """Its process died a while ago."""
    turn: Turn = ConversationFactory(user=UserFactory()).begin_turn("add milk", LEASE)
    Turn.objects.interrupt()
    Turn.objects.update(finished_at=Now() - timedelta(seconds=10))
    return turn


def test_what_is_being_finished_comes_to_its_end_when_the_server_stops(
    interrupted: Turn, model: Model
) -> None:
    held = Held(says("Just in time."))
    model.begin(held)
    with served(model, **FINISHES) as server:
        assert happens(held.asked)
        server.signal(signal.SIGTERM)
        until(lambda: not listens(server))
        held.go_on.set()

    interrupted.refresh_from_db()
    assert (interrupted.status, interrupted.attempt) == ("completed", 2)


def command(*words: str) -> list[str]:
    return [sys.executable, "manage.py", "finish_turns", *words]


def test_the_command_finishes_what_can_be_finished_now(interrupted: Turn) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url()}

    def run() -> str:
        done = subprocess.run(
            command(), cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    said, then = run(), run()

    interrupted.refresh_from_db()
    assert interrupted.status == "completed"
    assert Task.objects.get().title == "Milk"
    assert said == f"… turn {interrupted.pk}: completed, attempt 2\n1 turn taken over.\n"
    assert then == "0 turns taken over.\n"


def test_the_command_goes_on_until_it_is_stopped_and_ends_what_it_has_in_hand(
    interrupted: Turn, model: Model
) -> None:
    held = Held(says("Just in time."))
    model.begin(held)
    environment = {**os.environ, "DATABASE_URL": database_url(), "OPENAI_BASE_URL": model.url}
    with subprocess.Popen(
        command("--watch"), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as watching:
        assert happens(held.asked)
        watching.terminate()
        held.go_on.set()
        said, _ = watching.communicate(timeout=PATIENCE)

    assert watching.returncode == 0
    assert said == f"… turn {interrupted.pk}: completed, attempt 2\n"
