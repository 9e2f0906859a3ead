"""The server is stopped in order, and comes back."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from conversations.models import Turn
from tests.chat.streams import parse
from tests.factories import PASSWORD, UserFactory
from tests.fakes.answers import obliges, says
from tests.served.conftest import Pair, served
from tests.served.processes import PATIENCE, Held, Model, client_of, listens, until
from todos.models import Task

pytestmark = pytest.mark.only_on("postgresql")  # it is about processes, not rows

KEY = {"Idempotency-Key": "key-1"}
TURNS = 10


def test_turns_in_flight_are_completed_before_the_server_stops(
    transactional_db: None, model: Model, threads: ThreadPoolExecutor
) -> None:
    held = Held(says("Just in time."))
    model.begin(answer_of=lambda body: held)
    users = [UserFactory() for _ in range(TURNS)]

    def attempt(number: int) -> Any:
        stream = number % 2 == 0
        with client_of(server, users[number]) as client:
            answer = client.post("/api/chat/", json={"message": "Hello", "stream": stream})
        return parse([answer.content])[-1].data if stream else answer.json()

    with served(model) as server:
        sending = [threads.submit(attempt, number) for number in range(TURNS)]
        until(lambda: model.hits == TURNS)
        stopping = threads.submit(server.stop)  # SIGTERM; an error if it has to be killed
        until(lambda: not listens(server))
        assert not any(sent.done() for sent in sending)
        held.go_on.set()
        stopping.result()

    for sent in sending:
        reply = sent.result()["assistant_message"]
        assert (reply["status"], reply["content"]) == ("completed", "Just in time.")
    assert Turn.objects.filter(status=Turn.Status.COMPLETED).count() == TURNS


def test_processes_are_renewed_without_a_lost_request(
    transactional_db: None, model: Model, threads: ThreadPoolExecutor
) -> None:
    held = Held(says("Just in time."))
    model.begin(answer_of=lambda body: held)
    user = UserFactory()
    with served(model) as server, client_of(server, user) as client:
        before, ready = server.workers, f"{server.url}/health/ready/"
        sending = threads.submit(client.post, "/api/chat/", json={"message": "Hello"})
        until(lambda: model.hits == 1)

        os.kill(server.arbiter, signal.SIGHUP)
        statuses = set()
        while server.workers <= before:
            statuses.add(httpx2.get(ready, timeout=PATIENCE).status_code)
        statuses |= {httpx2.get(ready, timeout=PATIENCE).status_code for _ in range(50)}
        held.go_on.set()
        answer = sending.result()
        until(lambda: not server.workers & before)
        statuses.add(httpx2.get(ready, timeout=PATIENCE).status_code)

    assert statuses == {200}
    assert answer.json()["assistant_message"]["content"] == "Just in time."


def test_a_process_that_dies_is_replaced_and_who_comes_meanwhile_waits(
    transactional_db: None, model: Model, threads: ThreadPoolExecutor
) -> None:
    user = UserFactory()
    with served(model) as server, client_of(server, user) as client:
        (worker,) = server.workers
        os.kill(worker, signal.SIGKILL)
        asked = [threads.submit(client.get, "/api/tasks/") for _ in range(20)]

        assert {each.result().status_code for each in asked} == {200}
        assert worker not in server.workers


def test_whoever_is_left_by_gunicorn_finishes_its_turns_and_leaves_the_address(
    transactional_db: None, model: Model, threads: ThreadPoolExecutor
) -> None:
    held = Held(says("Just in time."))
    model.begin(answer_of=lambda body: held)
    user = UserFactory()
    with served(model) as server, client_of(server, user) as client:
        sending = threads.submit(client.post, "/api/chat/", json={"message": "Hello"})
        until(lambda: model.hits == 1)

        server.orphan()
        until(lambda: not listens(server))
        server.start()  # at the same address
        assert not sending.done()
        held.go_on.set()
        answer = sending.result()

    assert answer.json()["assistant_message"]["content"] == "Just in time."


def test_a_kept_connection_is_served_to_its_end_when_the_server_stops(
    transactional_db: None, model: Model, threads: ThreadPoolExecutor
) -> None:
    held = Held(says("Just in time."))
    model.begin(answer_of=lambda body: held)
    user, other = UserFactory(), UserFactory()
    with (
        served(model) as server,
        client_of(server, user) as client,
        client_of(server, other) as kept,
    ):
        assert kept.get("/api/tasks/").status_code == 200
        sending = threads.submit(client.post, "/api/chat/", json={"message": "Hello"})
        until(lambda: model.hits == 1)

        stopping = threads.submit(server.stop)
        last = kept.get("/api/tasks/")
        until(lambda: not listens(server))
        held.go_on.set()
        stopping.result()

    assert last.status_code == 200
    assert sending.result().json()["assistant_message"]["status"] == "completed"


def test_an_answer_is_replayed_after_a_restart_and_with_a_new_token(
    mortals: Pair, model: Model
) -> None:
    model.begin(answer_of=obliges)
    server, _ = mortals
    user = UserFactory()
    said = {"message": "Milk"}
    with httpx2.Client(base_url=server.url, timeout=60) as client:
        sign_in = {"username": user.username, "password": PASSWORD}
        pair = client.post("/api/auth/token/", json=sign_in).json()
        bearer = {"Authorization": f"Bearer {pair['access']}"}
        first = client.post("/api/chat/", json=said, headers=KEY | bearer)

    server.stop()
    server.start()
    with httpx2.Client(base_url=server.url, timeout=60) as client:
        old = {"refresh": pair["refresh"]}
        access = client.post("/api/auth/token/refresh/", json=old).json()["access"]
        bearer = {"Authorization": f"Bearer {access}"}
        again = client.post("/api/chat/", json=said, headers=KEY | bearer)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert model.hits == 2
    assert Task.objects.get().title == "Milk"
