"""Dialect A: the user's id in the path, one door to chat, and a list of conversations."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from tests.factories import ConversationFactory, TaskFactory, say
from tests.fakes import Answer
from tests.fakes.answers import fails, hangs, page, says
from tests.fakes.prompts import all_words
from tests.fakes.server import Exchange
from tests.served.conftest import Pair
from tests.served.dialects.conftest import TURNS_A_DAY, without_request_id
from tests.served.processes import Model, Mortal, client_of
from tests.served.test_races import echoes
from todos.models import Task

pytestmark = pytest.mark.only_on("postgresql")  # as in production; labels are the same on both

FAILURES = {
    "unavailable": (fails(429, retry_after=3600), 503, "llm_unavailable"),
    "nonsense": (page(), 502, "llm_bad_response"),
    "silent": (hangs, 504, "llm_timeout"),
}


def chat(http: httpx2.Client, whose: object, message: str, **more: Any) -> httpx2.Response:
    return http.post(f"/api/{whose}/chat", json={"message": message, **more})


def listed(http: httpx2.Client, whose: object, **query: Any) -> Any:
    answer = http.get(f"/api/{whose}/conversations", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def detail(http: httpx2.Client, whose: object, conversation_id: object) -> Any:
    answer = http.get(f"/api/{whose}/conversations/{conversation_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def assert_nothing_was_said(model: Model) -> None:
    assert not Turn.objects.exists()
    assert not Message.objects.exists()
    assert model.hits == 0


def test_a_chat_without_an_id_begins_a_conversation(
    http: httpx2.Client, model: Model, user: User
) -> None:
    model.begin(says("Hello, Ada."))

    answer = chat(http, user.pk, "Hello, I am Ada")

    assert answer.status_code == 200
    assert answer.json()["assistant_message"]["content"] == "Hello, Ada."
    [made] = listed(http, user.pk)["results"]
    assert made["id"] == answer.json()["conversation_id"]


def test_an_answer_confirms_what_was_done(offline: httpx2.Client, user: User) -> None:
    reply = chat(offline, user.pk, "Add buy milk").json()["assistant_message"]

    assert "“Buy milk”" in reply["content"]
    assert [call["name"] for call in reply["tool_calls"]] == ["create_task"]
    assert Task.objects.get(user=user).title == "Buy milk"


def test_an_answer_asks_which_one_is_meant(offline: httpx2.Client, user: User) -> None:
    tasks = [TaskFactory(user=user, title=title) for title in ("Call mum", "Call the bank")]

    reply = chat(offline, user.pk, "Delete the call task").json()["assistant_message"]

    assert "Which one?" in reply["content"]
    assert all(task.title in reply["content"] for task in tasks)
    assert Task.objects.filter(deleted_at=None).count() == 2


def test_history_survives_between_requests_that_different_processes_serve(
    http: httpx2.Client, elsewhere: httpx2.Client, model: Model, user: User
) -> None:
    model.begin(answer_of=echoes)
    where = chat(http, user.pk, "My name is Ada").json()["conversation_id"]

    again = chat(elsewhere, user.pk, "What is my name?", conversation_id=where)

    assert again.json()["conversation_id"] == where
    told = all_words(model.requests[-1].body["messages"])
    assert told == ["My name is Ada", "You said: My name is Ada", "What is my name?"]
    kept = detail(http, user.pk, where)["messages"]
    assert [message["content"] for message in kept] == [*told, "You said: What is my name?"]


def test_the_list_is_paginated_latest_activity_first(http: httpx2.Client, user: User) -> None:
    made = [str(ConversationFactory(user=user).pk) for _ in range(5)]

    first = listed(http, user.pk, limit=3)
    second = http.get(first["next"]).json()

    assert f"/api/{user.pk}/conversations" in first["next"]
    assert [row["id"] for row in first["results"] + second["results"]] == made[::-1]
    assert (first["previous"], second["next"]) == (None, None)


def test_the_title_comes_from_the_first_message(
    http: httpx2.Client, model: Model, user: User
) -> None:
    model.begin(answer_of=echoes)
    where = chat(http, user.pk, "Plan the garden party").json()["conversation_id"]
    chat(http, user.pk, "And the weather?", conversation_id=where)

    assert detail(http, user.pk, where)["title"] == "Plan the garden party"
    assert [row["title"] for row in listed(http, user.pk)["results"]] == ["Plan the garden party"]


def test_time_stamps_move_with_what_is_said(http: httpx2.Client, model: Model, user: User) -> None:
    model.begin(answer_of=echoes)
    where = chat(http, user.pk, "One").json()["conversation_id"]
    before = detail(http, user.pk, where)
    chat(http, user.pk, "Two", conversation_id=where)
    after = detail(http, user.pk, where)

    assert before["created_at"] == after["created_at"] <= before["updated_at"]
    assert before["updated_at"] < after["updated_at"]
    times = [message["created_at"] for message in after["messages"]]
    assert times == sorted(times)
    assert times[0] < before["updated_at"] < times[2]


def test_somebody_elses_conversation_is_404_below_ones_own_id(
    strangers: httpx2.Client, model: Model, user: User, stranger: User
) -> None:
    theirs = ConversationFactory(user=user)
    say(theirs, "My secret")

    told = []
    for where in (str(theirs.pk), str(uuid4())):
        said = chat(strangers, stranger.pk, "Hello", conversation_id=where)
        read = strangers.get(f"/api/{stranger.pk}/conversations/{where}")
        assert (said.status_code, read.status_code) == (404, 404)
        told += [without_request_id(said), without_request_id(read)]

    assert all(problem == told[0] for problem in told)
    assert listed(strangers, stranger.pk)["results"] == []
    assert theirs.messages.count() == Message.objects.count() == 2
    assert model.hits == 0


def test_without_a_token_it_is_401(pair: Pair, model: Model, user: User) -> None:
    conversation = ConversationFactory(user=user)
    with httpx2.Client(base_url=pair[0].url) as anonymous:
        refused = [
            chat(anonymous, user.pk, "Hello"),
            anonymous.get(f"/api/{user.pk}/conversations"),
            anonymous.get(f"/api/{user.pk}/conversations/{conversation.pk}"),
            chat(anonymous, "nobody", "Hello"),
        ]

    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert_nothing_was_said(model)


def test_any_other_id_in_the_path_is_403_and_does_nothing(
    http: httpx2.Client, model: Model, user: User, stranger: User
) -> None:
    theirs = ConversationFactory(user=stranger)
    nobody = ["0", "987654321", "9" * 40, "nobody", "me", str(uuid4())]
    misspelt = [form.format(user.pk) for form in ("0{}", "+{}", "{}.0", "-{}", "%20{}", "{}%00")]

    refused = []
    for user_id in [stranger.pk, *nobody, *misspelt]:
        refused += [
            chat(http, user_id, "Hello"),
            chat(http, user_id, "Hello", conversation_id=str(theirs.pk)),
            chat(http, user_id, ""),
            http.get(f"/api/{user_id}/conversations"),
            http.get(f"/api/{user_id}/conversations/{theirs.pk}"),
            http.get(f"/api/{user_id}/conversations/{uuid4()}"),
        ]

    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied"), answer.url
        assert without_request_id(answer) == without_request_id(refused[0])
    assert list(Conversation.objects.all()) == [theirs]
    assert_nothing_was_said(model)


def test_a_body_that_names_a_user_changes_nothing(
    http: httpx2.Client, model: Model, user: User, stranger: User
) -> None:
    model.begin(answer_of=echoes)

    answer = chat(http, user.pk, "Hello", user_id=stranger.pk, user=stranger.pk)

    assert answer.status_code == 200
    assert [row.user for row in Conversation.objects.all()] == [user]
    assert {row.user for row in Message.objects.all()} == {user}


def test_past_the_rate_it_is_429_and_says_when_to_come_again(
    at_adjusted: httpx2.Client, adjusted: Mortal, model: Model, user: User, stranger: User
) -> None:
    model.begin(answer_of=echoes)
    accepted = [chat(at_adjusted, user.pk, "Hello").status_code for _ in range(TURNS_A_DAY)]

    refused = chat(at_adjusted, user.pk, "Hello")

    assert accepted == [200] * TURNS_A_DAY
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert int(refused.headers["Retry-After"]) >= 1
    assert Turn.objects.count() == model.hits == TURNS_A_DAY
    with client_of(adjusted, stranger) as other:
        assert chat(other, stranger.pk, "Hello").status_code == 200


@pytest.mark.parametrize(("answer", "status", "code"), FAILURES.values(), ids=FAILURES)
def test_a_failing_model_is_a_problem_and_the_words_are_kept(
    at_adjusted: httpx2.Client, model: Model, user: User, answer: Answer, status: int, code: str
) -> None:
    model.begin(answer, answer)  # what makes no sense is asked for once more

    failed = chat(at_adjusted, user.pk, "Remember me")

    assert (failed.status_code, failed.json()["code"]) == (status, code)
    assert failed.headers["Content-Type"] == "application/problem+json"
    assert ("Retry-After" in failed.headers) == (code == "llm_unavailable")
    said, reply = detail(at_adjusted, user.pk, failed.json()["conversation_id"])["messages"]
    assert (said["role"], said["content"]) == ("user", "Remember me")
    assert (reply["status"], reply["error"]["code"]) == ("failed", code)


def test_how_long_the_model_took_is_kept_with_the_reply(
    http: httpx2.Client, model: Model, user: User
) -> None:
    def thinks(exchange: Exchange) -> None:
        exchange.wait(0.25)
        says("At last.")(exchange)

    model.begin(thinks)

    answer = chat(http, user.pk, "Hello").json()

    said, reply = detail(http, user.pk, answer["conversation_id"])["messages"]
    assert reply["duration_ms"] == answer["assistant_message"]["duration_ms"] >= 200
    assert said["duration_ms"] is None
