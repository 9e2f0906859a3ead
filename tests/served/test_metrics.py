"""The numbers are those of the record, in any number of processes, whoever is killed."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import count, cycle
from threading import Event
from typing import Any

import httpx2
import pytest
from django.db.models import Count, F, Sum
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from agent.tools import TOOLS
from conversations.models import Conversation, ToolCall, Turn
from reminders.models import Delivery
from tests.factories import ConversationFactory, TaskFactory, UserFactory
from tests.fakes import Answer, call
from tests.fakes.answers import asks, fails, says
from tests.fakes.prompts import words_of
from tests.fakes.receiver import Receiver
from tests.fakes.server import Exchange
from tests.served.conftest import served
from tests.served.processes import Model, Mortal, client_of, files_of, until
from tests.served.test_remind import with_a_due_reminder
from tests.servers import ROOT
from todos.models import Task

NODES, WORKERS = int(os.environ.get("NODES", 2)), int(os.environ.get("WORKERS", 2))
TURNS, ROUNDS = int(os.environ.get("TURNS", 60)), int(os.environ.get("ROUNDS", 1))
MODEL = "gpt-4.1-mini"
TOKEN = "a token of the one who looks"
HELD = 6  # turns that are at work when their process is killed
KINDS = ("Task", "Hello", "Odd", "Unknown", "Refused", "Task and words", "Twice")
Numbers = Counter[tuple[str, ...]]


class Speaker:
    """A model that answers by the first word that it is told; a turn that is held uses a tool
    first, and waits for ``go_on`` before it says something."""

    def __init__(self) -> None:
        self.go_on = Event()
        self.held = 0

    def __call__(self, body: dict[str, Any]) -> Answer:
        said = words_of(next(each for each in body["messages"] if each["role"] == "user"))
        results = sum(each["role"] == "tool" for each in body["messages"])
        word = said.partition(" ")[0]
        if word == "Refused":
            return fails(401)
        if word == "Held" and results and not self.go_on.is_set():
            return self._hold
        if word == "Hello" or results:
            return says("Well, ", "here it is.")
        if word == "Odd":
            return asks(call("create_task", title=""))
        if word == "Unknown":
            return asks(call("open_the_door", to="Ada"))
        tasks = [
            call("create_task", title=f"{said} {place}") for place in range(1 + (word == "Twice"))
        ]
        return asks(*tasks)

    def _hold(self, exchange: Exchange) -> None:
        self.held += 1
        self.go_on.wait(60)
        says("At last.")(exchange)


class People:
    """Who talk to the nodes in turn; where a node refuses the connection they go to another."""

    def __init__(self, nodes: list[Mortal], threads: ThreadPoolExecutor) -> None:
        self.nodes, self.threads = nodes, threads
        self.users = [UserFactory() for _ in range(8)]
        self.told: Numbers = Counter()

    def say(self, *words: str, to: Mortal | None = None) -> list[Future[None]]:
        """All at once, as far as there are hands."""
        return [self.threads.submit(self._say, each, place, to) for place, each in enumerate(words)]

    def _say(self, words: str, place: int, to: Mortal | None) -> None:
        body = {"message": words, "stream": place % 2 == 0}
        for again in count(place):
            node = to or self.nodes[again % len(self.nodes)]
            with client_of(node, self.users[place % len(self.users)]) as client:
                try:
                    with client.stream("POST", "/api/chat/", json=body) as answer:
                        self.told["api/chat/", "POST", str(answer.status_code)] += 1
                        answer.read()
                except httpx2.ConnectError:
                    time.sleep(0.05)
                    continue
                except httpx2.TransportError:  # it was killed; others finish what was said
                    pass
            return


@pytest.fixture
def receivers() -> Iterator[list[Receiver]]:
    with ExitStack() as running:
        yield [running.enter_context(Receiver(answer)) for answer in (204, 410, 503)]


@pytest.fixture
def nodes(
    transactional_db: None, model: Model, receivers: list[Receiver], threads: ThreadPoolExecutor
) -> Iterator[list[Mortal]]:
    settings = {
        "WEB_CONCURRENCY": str(WORKERS),
        "DB_POOL_MAX": "4",
        "METRICS_TOKEN": TOKEN,
        "AGENT_FINISH_TURNS": "1",
        "AGENT_DAILY_TURNS": "0",
        "AGENT_MAX_OPEN_TURNS": "50",
        "REGISTER_RATE": "1/h",
        "REMIND": "1",
        "OUTBOUND_PRIVATE_HOSTS": ",".join(receiver.host for receiver in receivers),
    }
    all_nodes = [served(model, **settings, NODE=f"node {number}") for number in range(NODES)]
    with ExitStack() as running:
        list(threads.map(running.enter_context, all_nodes))
        yield all_nodes


def numbers_of(nodes: list[Mortal]) -> Numbers:
    """What all of them tell together: the name of a sample, and ``label=value`` for each label."""
    total: Numbers = Counter()
    for node in nodes:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = httpx2.get(f"{node.url}/metrics", headers=headers, verify=False, timeout=30)
        assert answer.status_code == 200
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                labels = (f"{name}={value}" for name, value in sorted(sample.labels.items()))
                total[sample.name.removeprefix("todo_chat_"), *labels] += round(sample.value)
    return total


def by(numbers: Numbers, name: str, *labels: str) -> dict[tuple[str, ...], int]:
    """The samples of this name, added up by these labels; none that is 0."""
    found: Counter[tuple[str, ...]] = Counter()
    for (sample, *pairs), value in numbers.items():
        values = dict(pair.split("=", 1) for pair in pairs)
        if sample == name:
            found[tuple(values.get(label, "") for label in labels)] += value
    return {key: value for key, value in found.items() if value}


def rows(queryset: Any, *fields: str) -> dict[tuple[str, ...], int]:
    found = queryset.order_by().values_list(*fields).annotate(number=Count("pk"))
    return {tuple(map(str, key)): number for *key, number in found}


@pytest.mark.only_on("postgresql")
def test_each_number_is_that_of_the_record_whoever_is_stopped_or_killed(
    nodes: list[Mortal], model: Model, receivers: list[Receiver], threads: ThreadPoolExecutor
) -> None:
    """Killed is who waits for the model. In the moment between the commit of a row and its count
    a kill would lose one: nothing in memory and a database change together."""
    model.begin(answer_of=Speaker())
    people, kinds = People(nodes, threads), cycle(KINDS)
    for receiver in receivers:
        for user in [UserFactory() for _ in range(5)]:
            with_a_due_reminder(user, receiver.url)
    refused = [register(nodes[0]) for _ in range(3 * WORKERS)].count(429)

    for meanwhile in DISTURBANCES * ROUNDS:
        each = TURNS // (len(DISTURBANCES) * ROUNDS)
        meanwhile(people, [f"{next(kinds)} {number}" for number in range(each)], model)
    until(lambda: not Turn.objects.broken_off().exists())
    until(lambda: not Delivery.objects.to_take().exists())
    until(lambda: sum(by(numbers_of(nodes), "turns_total").values()) == attempts()["all"])

    numbers = numbers_of(nodes)
    agree_on_turns(numbers)
    agree_on_deliveries(numbers)
    requests = by(numbers, "requests_total", "route", "method", "status")
    answered = {key: number for key, number in requests.items() if key[0] == "api/chat/"}
    assert answered == people.told
    assert by(numbers, "throttled_total", "code", "limit") == {("throttled", "register"): refused}
    nothing_is_told_of(people, nodes)
    cleaned_up(nodes[0])


def settled(said: list[Future[None]]) -> None:
    for each in said:
        each.result()
    until(lambda: not Turn.objects.in_progress().exists())


def restarted(people: People, words: list[str], model: Model) -> None:
    node, said = people.nodes[-1], people.say(*words)
    said[len(said) // 3].result()
    node.stop()
    node.start()
    settled(said)


def killed_at_work(people: People, words: list[str], model: Model) -> None:
    """A process, while each turn that is at work has used a tool and waits for the model."""
    node, speaker = people.nodes[0], Speaker()
    model.begin(answer_of=speaker)
    said = people.say(*(f"Held {number}" for number in range(HELD)), to=node)
    until(lambda: speaker.held == HELD)
    os.kill(at_work(node), signal.SIGKILL)
    until(lambda: any(each.done() for each in said) or Turn.objects.filter(attempt=2).exists())
    speaker.go_on.set()
    settled([*said, *people.say(*words)])
    until(lambda: not Turn.objects.broken_off().exists())


def at_work(node: Mortal) -> int:
    """A process that has an open turn: it holds the file of the name under which it took it."""
    names = {str(name) for name in Turn.objects.in_progress().values_list("process", flat=True)}
    return next(pid for pid in sorted(node.workers) if names & files_of(pid))


def renewed(people: People, words: list[str], model: Model) -> None:
    """The processes of a node make room for new ones, in the midst of what is said."""
    node, said = people.nodes[0], people.say(*words)
    before = node.workers
    said[len(said) // 3].result()
    os.kill(node.arbiter, signal.SIGHUP)
    settled(said)
    until(lambda: len(node.workers) == WORKERS and not node.workers & before)


def killed(people: People, words: list[str], model: Model) -> None:
    """A node, between two turns."""
    node = people.nodes[-1]
    settled(people.say(*words[::2]))
    node.kill()
    node.start()
    settled(people.say(*words[1::2]))


DISTURBANCES = (restarted, killed_at_work, renewed, killed)[: int(os.environ.get("WAYS", 2))]


def register(node: Mortal) -> int:
    return httpx2.post(f"{node.url}/api/auth/register/", json={}, verify=False).status_code


def attempts() -> dict[str, int]:
    return Turn.objects.aggregate(all=Sum("attempt"), again=Sum(F("attempt") - 1))


def agree_on_turns(numbers: Numbers) -> None:
    """Each attempt is counted when it ends; one that was killed is tried again, and completed."""
    ended, again = attempts()["all"], attempts()["again"]
    assert again > 0
    turns = by(numbers, "turns_total", "status", "code", "streamed")
    assert sum(turns.values()) == ended
    told = rows(Turn.objects.all(), "status", "error_code", "streamed")
    assert turns == {
        **{
            (status, code, streamed.lower()): number
            for (status, code, streamed), number in told.items()
        },
        ("incomplete", "interrupted", "none"): again,
    }
    assert by(numbers, "turns_total", "model") == {(MODEL,): ended - again, ("none",): again}
    assert by(numbers, "turn_seconds_count", "model") == {(MODEL,): ended - again}
    kinds = ("input", "output", "cached")
    sums = Turn.objects.aggregate(**{kind: Sum(f"{kind}_tokens", default=0) for kind in kinds})
    assert by(numbers, "tokens_total", "kind") == {(kind,): n for kind, n in sums.items() if n}
    calls = rows(ToolCall.objects.filter(name__in=TOOLS), "name", "status")
    unknown = ToolCall.objects.exclude(name__in=TOOLS).count()
    assert by(numbers, "tool_calls_total", "tool", "status") == {
        **calls,
        ("unknown", "failed"): unknown,
    }


def agree_on_deliveries(numbers: Numbers) -> None:
    """Each attempt that failed, and is followed by another one, is counted as waiting."""
    told = rows(Delivery.objects.all(), "channel", "status")
    assert told == {("webhook", status): 5 for status in ("sent", "failed", "waiting")}
    failures = Delivery.objects.aggregate(all=Sum("failures"))["all"]
    assert by(numbers, "deliveries_total", "channel", "status") == {
        **told,
        ("webhook", "waiting"): failures,
    }


def nothing_is_told_of(people: People, nodes: list[Mortal]) -> None:
    turn = Turn.objects.select_related("user").filter(tool_calls__name="open_the_door")[0]
    path = f"/api/conversations/{turn.conversation_id}/"
    with client_of(nodes[0], turn.user) as client:
        assert client.get(path).status_code == 200
        assert client.get(f"{path}{turn.pk}/Ada/").status_code == 404

    labels = {label for _name, *labels in numbers_of(nodes) for label in labels}
    assert "route=api/conversations/(?P<pk>[^/.]+)/" in labels
    secrets = {str(turn.pk), str(turn.conversation_id), "open_the_door", "Ada", turn.user.username}
    assert [label for label in labels if any(secret in label for secret in secrets)] == []


def cleaned_up(node: Mortal) -> None:
    """Also what a command does, in a process of its own, is counted."""
    long_ago = timezone.now() - timedelta(days=40)
    Conversation.objects.filter(pk=ConversationFactory().pk).update(deleted_at=long_ago)
    Task.objects.filter(pk=TaskFactory().pk).update(deleted_at=long_ago - timedelta(days=60))
    command = [sys.executable, "manage.py", "cleanup_conversations"]
    environment = {**os.environ, **node.settings, "DATA_DIR": str(node.folder)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)

    cleaned = by(numbers_of([node]), "cleaned_total", "what")
    assert (cleaned["conversation",], cleaned["deleted task",]) == (1, 1)
