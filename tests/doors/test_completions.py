"""Chat Completions and models over HTTP: shapes, refusals, and what is asked beside a chat."""

import json
from time import process_time
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from agent.llm import LLMTimeout, LLMUnavailable
from conversations.models import Message, Turn
from tests.conftest import Plays
from tests.fakes import call
from todos.models import Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

PATH = "/v1/chat/completions"
HELLO = {"role": "user", "content": "Hello"}


def say(client: APIClient, *messages: Any, **more: Any) -> Any:
    headers = more.pop("headers", {})
    return client.post(PATH, {"messages": messages or [HELLO], **more}, headers=headers)


def read(response: Any) -> list[Any]:
    """The data of each event of a stream."""
    assert response.status_code == 200, response.content
    text = b"".join(response.streaming_content).decode()
    lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line[:1] == "d"]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def test_there_is_one_model(client: APIClient, anonymous: APIClient) -> None:
    (model,) = client.get("/v1/models").json()["data"]

    assert model["id"] == "todo-chat"
    assert client.get("/v1/models/todo-chat").json() == model
    other = client.get("/v1/models/gpt-5/mini")
    assert (other.status_code, other.json()["error"]["code"]) == (404, "model_not_found")
    assert anonymous.get("/v1/models").status_code == 401


def test_a_turn_is_a_completion(client: APIClient, plays: Plays) -> None:
    plays(["Sure. ", call("create_task", title="Milk"), call("nonsense")], ["Added."])

    answer = say(client, {"role": "system", "content": "Obey."}, HELLO, model="gpt-4")

    turn = Turn.objects.get()
    assert answer["X-Conversation-Id"] == str(turn.conversation_id)
    body = answer.json()
    assert (body["object"], body["model"]) == ("chat.completion", "todo-chat")
    assert body["usage"]["total_tokens"] == (turn.input_tokens or 0) + (turn.output_tokens or 0)
    (choice,) = body["choices"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"] == "Sure. \n\nAdded."
    first, second = choice["message"]["reasoning_content"].splitlines()
    assert first == "Created task: Milk"
    assert second.startswith("Could not use nonsense: ")
    assert Task.objects.get().title == "Milk"
    assert [message.content for message in Message.objects.order_by("seq")] == [
        *("Hello", "Sure. \n\nAdded."),
    ]


@pytest.mark.parametrize("usage", [True, False])
def test_it_comes_in_chunks(usage: bool, client: APIClient, plays: Plays) -> None:
    plays(["Su", "re.", call("create_task", title="Milk")], ["Added."])

    *chunks, done = read(say(client, stream=True, stream_options={"include_usage": usage}))

    assert done == "[DONE]"
    counted = [each["usage"] for each in chunks if not each["choices"]]
    assert [count["total_tokens"] > 0 for count in counted] == [True] * usage
    deltas = [each["choices"][0]["delta"] for each in chunks if each["choices"]]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert [delta["reasoning_content"] for delta in deltas if "reasoning_content" in delta] == [
        "Created task: Milk\n"
    ]
    assert "".join(delta.get("content", "") for delta in deltas) == "Sure.\n\nAdded."
    reasons = [each["choices"][0]["finish_reason"] for each in chunks if each["choices"]]
    assert reasons == [None] * (len(reasons) - 1) + ["stop"]
    assert len({each["id"] for each in chunks}) == 1


def test_a_failure_is_told_whole_and_within_a_stream(client: APIClient, plays: Plays) -> None:
    plays(LLMUnavailable(7), ["Let me ", LLMTimeout()])

    whole = say(client)
    *_, last = read(say(client, stream=True))

    assert (whole.status_code, whole["Retry-After"]) == (503, "7")
    assert whole["Content-Type"] == "application/json"
    assert Turn.objects.filter(conversation=whole["X-Conversation-Id"]).exists()
    assert whole.json()["error"]["type"] == last["error"]["type"] == "server_error"
    assert (whole.json()["error"]["code"], last["error"]["code"]) == (
        *("llm_unavailable", "llm_timeout"),
    )
    assert whole.json()["request_id"] == whole["X-Request-ID"]


def test_it_tells_why_a_reply_ends(client: APIClient, plays: Plays) -> None:
    plays(["I will not."])
    again = {"headers": {"Idempotency-Key": "k"}}
    say(client, **again)
    for kept, told in (
        ("stop", "stop"),
        ("length", "length"),
        ("", "stop"),
        ("content_filter",) * 2,
    ):
        Turn.objects.update(finish_reason=kept)
        whole = say(client, **again).json()
        *_, last, _ = read(say(client, stream=True, **again))
        assert whole["choices"][0]["finish_reason"] == last["choices"][0]["finish_reason"] == told


TEXT, NO_TEXT = {"type": "text", "text": "Hello"}, {"type": "text", "text": ["all"]}
IMAGE = {"type": "image_url", "image_url": {"url": "data:,"}}
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"messages": []}, "messages", "empty"),
    ({}, "messages", "required"),
    ({"messages": ["Hello"]}, "messages[0]", "not_a_dict"),
    ({"messages": [{"role": "user"}]}, "messages[0].content", "null"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "invalid"),
    (
        {"messages": [{"role": "user", "content": [TEXT, NO_TEXT]}]},
        "messages[0].content",
        "invalid",
    ),
    ({"messages": [{"role": "user", "content": " "}]}, "messages[0].content", "blank"),
    (
        {"messages": [{"role": "user", "content": "a\0"}]},
        "messages[0].content",
        "null_characters_not_allowed",
    ),
    (
        {"messages": [{"role": "user", "content": "x" * 10_001}]},
        "messages[0].content",
        "max_length",
    ),
    (
        {"messages": [{"role": "user", "content": [IMAGE]}]},
        "messages[0].content",
        "unsupported_content",
    ),
    ({"messages": [HELLO, {"role": "assistant", "content": "Hi"}]}, "messages[1].role", "invalid"),
    ({"messages": [HELLO, {"role": "tool", "content": "Hi"}]}, "messages[1].role", "invalid"),
    ({"messages": [HELLO, {"role": "system", "content": "Hi"}]}, "messages[1].role", "invalid"),
    ({"messages": [HELLO], "n": 2}, "n", "unsupported_value"),
    (
        {"messages": [HELLO], "response_format": {"type": "json_object"}},
        "response_format",
        "unsupported_value",
    ),
    ({"messages": [HELLO], "modalities": ["text", "audio"]}, "modalities", "unsupported_value"),
    ({"messages": [HELLO], "tool_choice": "required"}, "tool_choice", "unsupported_value"),
    ({"messages": [HELLO], "stream": "maybe"}, "stream", "invalid"),
]


@pytest.mark.parametrize(("body", "param", "code"), REFUSED)
def test_what_cannot_be_answered_is_refused(
    body: dict[str, Any], param: str, code: str, client: APIClient, plays: Plays
) -> None:
    plays()

    answer = client.post(PATH, body)

    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (400, "invalid_request_error")
    assert (error["param"], error["code"]) == (param, code)
    assert param.replace("[", ".").replace("]", "") in error["message"]
    assert not Turn.objects.exists()


def test_what_does_no_harm_is_left_aside(client: APIClient, plays: Plays) -> None:
    plays(["Hello."])
    parts = [{"type": "text", "text": "Add milk"}, {"type": "text", "text": "and eggs"}]
    tools = [{"type": "function", "function": {"name": "rm", "parameters": {}}}]

    answer = say(
        client,
        {"role": "user", "content": [IMAGE, {"type": "text", "text": "Before"}]},
        {"role": "tool", "content": "All tasks are deleted.", "tool_call_id": "1"},
        {"role": "user", "content": parts},
        tools=tools,
        tool_choice="auto",
        response_format={"type": "text"},
        stream=None,
        **dict.fromkeys(("temperature", "max_tokens", "seed", "foo"), 1),
    )

    assert answer.status_code == 200
    assert Turn.objects.get().user_message.content == "Add milk\nand eggs"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("### Task:\nMake a title.\n<chat_history>\nUSER: Add milk\nASSISTANT: …", {}),
        ("Title this:\nUSER: Add milk", {"X-OpenWebUI-Task": "title_generation"}),
        (
            "Provide a concise, 5-word-or-less title for the conversation, and only that.\n\n"
            "Conversation:\nUser: Add milk\nAI: Added.",
            {},
        ),
    ],
)
def test_what_a_page_asks_beside_is_no_message(
    stream: bool, text: str, headers: dict[str, str], client: APIClient, plays: Plays
) -> None:
    plays()

    answer = say(client, {"role": "user", "content": text}, stream=stream, headers=headers)

    if stream:
        told = "".join(each["choices"][0]["delta"].get("content", "") for each in read(answer)[:-1])
    else:
        told = answer.json()["choices"][0]["message"]["content"]
    assert "Add milk" in (told, json.loads(told)["title"] if told[0] == "{" else "")
    assert not Turn.objects.exists()


def test_words_like_those_are_messages(client: APIClient, plays: Plays) -> None:
    plays(["Which?"], ["Which?"], ["Which?"])
    task = "### Task: buy milk"

    say(client, {"role": "user", "content": task}, headers={"X-OpenWebUI-Task": "{{TASK}}"})
    say(client, HELLO, {"role": "user", "content": f"{task} <chat_history>"})
    say(client, {"role": "user", "content": "Analyze this conversation and provide: a list"})

    assert Turn.objects.count() == 3


def test_a_browser_may_send_what_the_package_for_it_sends(anonymous: APIClient) -> None:
    asked = (
        "authorization,content-type,idempotency-key,openai-organization,openai-project,"
        "x-stainless-arch,x-stainless-lang,x-stainless-os,x-stainless-package-version,"
        "x-stainless-retry-count,x-stainless-runtime,x-stainless-runtime-version,"
        "x-stainless-timeout,x-stainless-helper-method,x-conversation-id"
    )
    with override_settings(CORS_ALLOWED_ORIGINS=["https://chat.example"]):
        answer = anonymous.options(
            PATH,
            headers={
                "Origin": "https://chat.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": asked,
            },
        )

    allowed = {name.strip() for name in answer["Access-Control-Allow-Headers"].split(",")}
    assert {*asked.split(",")} <= allowed


def test_a_history_that_is_hard_to_read_takes_no_long_time(client: APIClient, plays: Plays) -> None:
    plays(["Hello."])
    hard = {"role": "assistant", "content": "<think>" * 140_000 + "<details></think>" * 50_000}
    before = process_time()

    assert say(client, HELLO, hard, HELLO).status_code == 200
    assert process_time() - before < 10

    before = process_time()
    error = say(client, *["x"] * 400_000).json()["error"]
    assert (error["param"], error["code"]) == ("messages[0]", "not_a_dict")
    assert process_time() - before < 5


def test_errors_of_others_have_the_shape_too(client: APIClient, anonymous: APIClient) -> None:
    answers = {
        401: anonymous.post(PATH, {"messages": [HELLO]}),
        404: client.get("/v1/no/such/path"),
        405: client.get(PATH),
        413: client.generic("POST", PATH, b"x" * 2_100_000, content_type="application/json"),
        415: client.post(PATH, "a=b", content_type="application/x-www-form-urlencoded"),
    }

    for status, answer in answers.items():
        assert answer.status_code == status
        assert {*answer.json()["error"]} == {"message", "type", "code", "param"}
    assert answers[401].json()["error"]["type"] == "authentication_error"
    assert client.get("/v1").json()["error"]["code"] == "not_found"
