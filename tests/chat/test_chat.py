"""Saying something over REST, and what is kept of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import LLMBadResponse, LLMMisconfigured, LLMTimeout, LLMUnavailable
from conversations.models import Conversation, Message, ToolCall, Turn
from tests.conftest import Plays
from tests.factories import ConversationFactory, TaskFactory
from tests.fakes import call
from tests.fakes.prompts import all_words, words_of
from todos.models import Origin, Task, TaskChange

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_message_starts_a_conversation(client: APIClient, plays: Plays) -> None:
    plays(["Hel", "lo."])

    answer = client.post("/api/chat/", {"message": "Good morning, dear assistant"})

    assert answer.status_code == 200
    body = answer.json()
    assert body["user_message"]["content"] == "Good morning, dear assistant"
    assert body["user_message"]["role"] == "user"
    assert body["user_message"]["status"] is None
    assert body["assistant_message"]["content"] == "Hello."
    assert body["assistant_message"]["status"] == "completed"
    assert body["assistant_message"]["model"] == "scripted"
    assert body["warning"] is None
    conversation = Conversation.objects.get(pk=body["conversation_id"])
    assert conversation.title == "Good morning, dear assistant"
    assert conversation.message_count == 2
    assert conversation.last_message_preview == "Hello."


def test_the_answer_is_what_a_later_read_shows(client: APIClient, plays: Plays) -> None:
    plays([call("create_task", title="Milk")], ["Added."])

    said = client.post("/api/chat/", {"message": "Milk, please"}).json()

    read = client.get(f"/api/conversations/{said['conversation_id']}/").json()
    assert read["messages"] == [said["user_message"], said["assistant_message"]]


def test_both_doors_continue_the_same_conversation(client: APIClient, plays: Plays) -> None:
    llm = plays(["One."], ["Two."], ["Three."])

    first = client.post("/api/chat/", {"message": "1"}).json()
    where = first["conversation_id"]
    client.post("/api/chat/", {"message": "2", "conversation_id": where})
    third = client.post(f"/api/conversations/{where}/messages/", {"content": "3"})

    assert third.status_code == 201
    assert third.json()["assistant_message"]["seq"] == 6
    said = [(message["role"], words_of(message)) for message in llm.prompts[2][1:]]
    assert said == [
        ("user", "1"),
        ("assistant", "One."),
        ("user", "2"),
        ("assistant", "Two."),
        ("user", "3"),
    ]


def test_a_tool_call_changes_tasks_and_is_kept(client: APIClient, user: User, plays: Plays) -> None:
    llm = plays(
        ["Let me add that.", call("create_task", title="Milk", priority="high")], ["Added milk."]
    )

    body = client.post("/api/chat/", {"message": "milk!"}).json()

    (shown,) = body["assistant_message"]["tool_calls"]
    task = Task.objects.get(user=user)
    assert (shown["name"], shown["status"]) == ("create_task", "succeeded")
    assert shown["arguments"] == {"title": "Milk", "priority": "high"}
    told = shown["result"]["task"]
    assert (told["id"], told["title"], told["priority"]) == (str(task.pk), "Milk", "high")
    assert body["assistant_message"]["content"] == "Let me add that.\n\nAdded milk."
    kept = ToolCall.objects.get(pk=shown["id"])
    assert kept.turn.reply.pk.hex == body["assistant_message"]["id"].replace("-", "")
    change = TaskChange.objects.get(task=task)
    assert (change.source, change.tool_call_id) == ("chat", kept.pk)
    assert llm.prompts[1][-1]["role"] == "tool"


def test_a_bad_call_is_a_result_that_the_model_reads(client: APIClient, plays: Plays) -> None:
    llm = plays(
        [call("create_task", title="", priority="urgent"), call("fly_to_the_moon")], ["Sorry."]
    )

    body = client.post("/api/chat/", {"message": "do it"}).json()

    calls = body["assistant_message"]["tool_calls"]
    assert [made["status"] for made in calls] == ["failed", "failed"]
    assert "title" in calls[0]["result"]["error"]
    assert "priority" in calls[0]["result"]["error"]
    assert "create_task" in calls[1]["result"]["error"]
    assert [message["role"] for message in llm.prompts[1][-4:]] == ["assistant", "tool"] * 2
    assert not Task.objects.exists()


def test_another_users_task_is_no_such_task(
    client: APIClient, stranger: User, plays: Plays
) -> None:
    theirs = Task.add(stranger, Origin("api"), title="Secret")
    plays([call("delete_task", task_id=str(theirs.pk))], ["There is no such task."])

    body = client.post("/api/chat/", {"message": "delete it"}).json()

    assert body["assistant_message"]["tool_calls"][0]["status"] == "failed"
    assert "no such task" in body["assistant_message"]["tool_calls"][0]["result"]["error"]
    theirs.refresh_from_db()
    assert theirs.deleted_at is None


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (LLMUnavailable(retry_after=7), 503, "llm_unavailable"),
        (LLMMisconfigured(), 503, "llm_misconfigured"),
        (LLMTimeout(), 504, "llm_timeout"),
        (LLMBadResponse(), 502, "llm_bad_response"),
    ],
)
def test_when_the_model_fails_the_words_are_safe(
    client: APIClient, plays: Plays, error: Exception, status: int, code: str
) -> None:
    plays(["Half an ans", error])

    answer = client.post("/api/chat/", {"message": "Remember the milk"})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.headers.get("Retry-After") == ("7" if code == "llm_unavailable" else None)
    assert problem["user_message"]["content"] == "Remember the milk"
    assert problem["assistant_message"]["status"] == "failed"
    assert problem["assistant_message"]["content"] == "Half an ans"
    assert problem["assistant_message"]["error"]["code"] == code
    kept = Message.objects.filter(conversation=problem["conversation_id"])
    assert [message.content for message in kept.order_by("seq")] == [
        "Remember the milk",
        "Half an ans",
    ]


def test_a_crash_of_ours_settles_the_turn_too(client: APIClient, plays: Plays) -> None:
    plays([ZeroDivisionError("secret")])

    answer = client.post("/api/chat/", {"message": "hi"})

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert "secret" not in answer.content.decode()
    assert Turn.objects.get().status == "failed"


def test_after_a_failure_the_conversation_goes_on(client: APIClient, plays: Plays) -> None:
    llm = plays([LLMTimeout()], ["Here I am."])
    where = client.post("/api/chat/", {"message": "one"}).json()["conversation_id"]

    answer = client.post("/api/chat/", {"message": "two", "conversation_id": where})

    assert answer.status_code == 200
    assert [message["role"] for message in llm.prompts[1][1:]] == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/chat/", "message"),
        ("/api/conversations/{id}/messages/", "content"),
        ("/api/chat/{id}/message/", "message"),
        ("/chatkit/threads/{id}/messages/", "content"),
    ],
)
def test_null_is_what_is_not_given(
    client: APIClient, user: User, plays: Plays, path: str, said: str
) -> None:
    plays("Hello.")
    path = path.format(id=ConversationFactory(user=user).pk)

    answer = client.post(path, {said: "Hi", "conversation_id": None, "stream": None})

    assert answer.status_code in (200, 201), answer.json()
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "message", "required"),
        ({"message": ""}, "message", "blank"),
        ({"message": " \n\t"}, "message", "blank"),
        ({"message": "\u200b\ufeff\u2060"}, "message", "blank"),
        ({"message": None}, "message", "null"),
        ({"message": 5}, "message", "invalid"),
        ({"message": ["hi"]}, "message", "invalid"),
        ({"message": "a\x00b"}, "message", "null_characters_not_allowed"),
        ({"message": "hi", "conversation_id": "no"}, "conversation_id", "invalid"),
    ],
)
def test_what_cannot_be_answered_is_400_and_leaves_nothing(
    client: APIClient, plays: Plays, body: dict[str, object], field: str, code: str
) -> None:
    llm = plays()

    answer = client.post("/api/chat/", body)

    assert answer.status_code == 400
    assert (answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]) == (
        field,
        code,
    )
    assert not Conversation.objects.exists()
    assert llm.prompts == []


def test_a_lone_surrogate_is_400(client: APIClient) -> None:
    body = b'{"message": "\\ud800"}'
    answer = client.generic("POST", "/api/chat/", body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "text",
    [
        "  " + "字" * 10_000 + "\n",
        "    indented = True\r\n",
        "e\u0301 é \u202eRTL אבג 👨\u200d👩\u200d👧",
    ],
)
def test_text_is_kept_to_the_letter(client: APIClient, plays: Plays, text: str) -> None:
    plays(["Fine."])

    body = client.post("/api/chat/", {"message": text}).json()

    assert body["user_message"]["content"] == text
    assert Message.objects.get(pk=body["user_message"]["id"]).content == text


def test_a_stranger_gets_404_and_leaves_no_trace(
    client: APIClient, stranger_client: APIClient, plays: Plays
) -> None:
    llm = plays(["Hello."])
    where = client.post("/api/chat/", {"message": "mine"}).json()["conversation_id"]

    for conversation_id in (where, str(uuid4())):
        by_body = stranger_client.post(
            "/api/chat/", {"message": "hi", "conversation_id": conversation_id}
        )
        by_url = stranger_client.post(
            f"/api/conversations/{conversation_id}/messages/", {"content": "hi"}
        )
        assert (by_body.status_code, by_url.status_code) == (404, 404)
        assert by_body.json()["detail"] == by_url.json()["detail"]

    assert Turn.objects.count() == 1
    assert len(llm.prompts) == 1


def test_a_deleted_conversation_takes_no_message(client: APIClient, plays: Plays) -> None:
    plays(["Hello."])
    where = client.post("/api/chat/", {"message": "mine"}).json()["conversation_id"]
    client.delete(f"/api/conversations/{where}/")

    answer = client.post("/api/chat/", {"message": "still there?", "conversation_id": where})

    assert answer.status_code == 404


def test_the_anonymous_get_401(anonymous: APIClient) -> None:
    assert anonymous.post("/api/chat/", {"message": "hi"}).status_code == 401
    url = f"/api/conversations/{uuid4()}/messages/"
    assert anonymous.post(url, {"content": "hi"}).status_code == 401


def test_the_rate_is_counted_per_user(
    client: APIClient, stranger_client: APIClient, plays: Plays, settings: Settings
) -> None:
    settings.CHAT_RATE = "2/m"
    plays(*[["Hi."]] * 3)

    answers = [client.post("/api/chat/", {"message": "hi"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "throttled"
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert stranger_client.post("/api/chat/", {"message": "hi"}).status_code == 200


STATEMENTS = {
    "postgresql": "SELECT SELECT WITH SELECT WITH",
    "sqlite": "SELECT SELECT BEGIN INSERT UPDATE UPDATE INSERT INSERT COMMIT SELECT "
    "BEGIN UPDATE UPDATE UPDATE COMMIT",
}
"""Who asks, and where; the turn begins, reads its history, and ends."""


def test_a_turn_without_tools_takes_few_statements_whatever_there_is_of_the_user(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(*[["Yes."]] * 10)
    where = client.post("/api/chat/", {"message": "first"}).json()["conversation_id"]

    def statements(**headers: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            body = {"message": "hi", "conversation_id": where}
            answer = client.post("/api/chat/", body, headers=headers)
        assert answer.status_code == 200
        return [each["sql"].split()[0] for each in captured]

    early = statements()
    for turn in range(35):
        conversation = Conversation.objects.get(pk=where)
        begun = conversation.begin_turn(f"question {turn}", timedelta(seconds=45))
        begun.finish(Turn.Status.COMPLETED, f"answer {turn}")
    ConversationFactory.create_batch(40, user=user)
    TaskFactory.create_batch(40, user=user)

    assert early == STATEMENTS[connection.vendor].split()
    assert statements() == early
    assert len(statements(**{"Idempotency-Key": "late"})) == len(early) + 1


def test_without_its_history_a_turn_goes_on_and_says_so(client: APIClient, plays: Plays) -> None:
    llm = plays(["One."], ["Two."])
    where = client.post("/api/chat/", {"message": "first"}).json()["conversation_id"]

    with connection.cursor() as cursor:  # reading the calls of earlier turns fails from here on
        cursor.execute("ALTER TABLE conversations_toolcall RENAME TO unreadable")
    try:
        answer = client.post("/api/chat/", {"message": "second", "conversation_id": where})
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE unreadable RENAME TO conversations_toolcall")

    assert answer.status_code == 200
    assert "could not be read" in answer.json()["warning"]
    assert all_words(llm.prompts[1]) == ["second"]
