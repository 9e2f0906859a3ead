"""A request that comes twice under one Idempotency-Key is done once."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.answered import AnsweredRequest, ClaimLost
from accounts.models import User
from tests.conftest import SignIn
from tests.todos.at_once import at_once
from todos.models import Task

MILK = {"title": "Milk", "notes": "2 l"}


def send(client: APIClient, body: Any = MILK, key: str = "k-1", path: str = "/api/tasks/") -> Any:
    return client.post(path, body, headers={"Idempotency-Key": key})


def test_the_same_request_gets_the_same_answer(client: APIClient) -> None:
    first = send(client)
    again = send(client, {"notes": "2 l", "title": "Milk"})

    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Task.objects.count() == 1


def test_it_is_told_as_it_was_whatever_came_since(client: APIClient) -> None:
    first = send(client)
    client.patch(f"/api/tasks/{first.json()['id']}/", {"title": "Oat milk"})
    client.delete(f"/api/tasks/{first.json()['id']}/")

    assert send(client).json() == first.json()


@pytest.mark.parametrize("key", ["", " ", "ü", "a b", "x" * 201])
def test_what_is_no_key_is_400(client: APIClient, key: str) -> None:
    answer = send(client, key=key)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert not Task.objects.exists()


def test_another_body_is_422(client: APIClient) -> None:
    send(client)
    answer = send(client, {**MILK, "notes": ""})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Task.objects.count() == 1


def test_a_key_is_ones_own(client: APIClient, stranger_client: APIClient) -> None:
    assert send(client).json()["id"] != send(stranger_client).json()["id"]


def test_what_was_refused_may_be_sent_again(client: APIClient) -> None:
    assert send(client, {"title": ""}).status_code == 400
    assert not AnsweredRequest.objects.exists()
    assert send(client).status_code == 201


def test_what_is_still_running_is_409(client: APIClient, user: User) -> None:
    send(client)
    AnsweredRequest.objects.update(status=None, answer=None)

    answer = send(client)

    assert (answer.status_code, answer.json()["code"]) == (409, "turn_in_progress")
    assert answer["Retry-After"] == "1"
    assert Task.objects.count() == 1


def test_of_a_process_that_died_the_request_is_taken_over(client: APIClient) -> None:
    send(client)
    Task.objects.all().delete()
    long_ago = timezone.now() - timedelta(minutes=1, seconds=1)
    AnsweredRequest.objects.update(status=None, answer=None, claimed_at=long_ago)

    assert send(client).status_code == 201
    assert Task.objects.count() == 1
    assert "Idempotency-Replayed" in send(client)


def test_whoever_is_so_slow_that_another_took_over_does_nothing(user: User) -> None:
    slow = AnsweredRequest.claimed(user.pk, "k", "what")
    AnsweredRequest.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    fast = AnsweredRequest.claimed(user.pk, "k", "what")

    slow.release()

    assert (slow.is_ours, fast.is_ours) == (True, True)
    assert AnsweredRequest.objects.get().claim == fast.claim
    with pytest.raises(ClaimLost):
        slow.keep(201, {})
    fast.keep(201, {"id": 1})
    assert AnsweredRequest.objects.get().answer == {"id": 1}


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done(user: User, sign_in: SignIn) -> None:
    clients = [sign_in(user) for _ in range(20)]

    answers = at_once(lambda number: send(clients[number]), 20)

    assert Task.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["id"] for answer in answers if answer.status_code == 201} == {
        str(Task.objects.get().pk)
    }
    assert send(clients[0])["Idempotency-Replayed"] == "true"


def test_a_node_whose_clock_is_ahead_takes_no_request_from_one_at_work(user: User) -> None:
    AnsweredRequest.claimed(user.pk, "key-1", "the same")

    with time_machine.travel(timedelta(minutes=10)):
        theirs = AnsweredRequest.claimed(user.pk, "key-1", "the same")

    assert not theirs.is_ours
