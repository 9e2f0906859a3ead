"""A real server process with a real endpoint on loopback: only the model's words are scripted."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from accounts.models import User
from tests.conftest import Serves
from tests.factories import PASSWORD, UserFactory
from tests.fakes import ScriptedServer, call
from tests.fakes.answers import asks, asks_whole, says
from tests.fakes.server import Answer
from tests.fakes.trials import Model
from tests.served.conftest import served
from tests.served.processes import Model as Shared
from tests.served.processes import Mortal, client_of, until
from tests.servers import TodoChat
from todos.models import Task

# It is about the model.
pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.django_db(transaction=True)]


@contextmanager
def signed_in(server: TodoChat, username: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=30) as client:
        sign_in = {"username": username, "password": PASSWORD}
        pair = client.post("/api/auth/token/", json=sign_in).json()
        client.headers["Authorization"] = f"Bearer {pair['access']}"
        yield client


TWO = (call("create_task", title="Milk", due_date="2026-12-01"), call("create_task", title="Bread"))


@pytest.fixture(scope="module")
def shared_served(django_db_setup: None, shared_model: Shared) -> Iterator[Mortal]:
    given = {"AGENT_MODEL": "scripted-1", "OPENAI_API_KEY": "sk-x"}
    with served(shared_model, **given) as server:
        yield server


@pytest.mark.parametrize(
    "answer",
    [
        asks(*TWO, said="Let me see. "),
        asks_whole(*TWO),
        asks_whole(*TWO, same_index=True),
    ],
    ids=["in pieces", "whole, without index", "whole, all with index 0"],
)
def test_tool_calls_of_every_shape_become_tasks(
    user: User, model: Shared, shared_served: Mortal, answer: Answer
) -> None:
    model.begin(answer, says("Two tasks ", "added."))
    with client_of(shared_served, user) as client:
        said = client.post("/api/chat/", json={"message": "milk and bread"})

    body = said.json()
    assert said.status_code == 200, body
    assert body["assistant_message"]["content"].endswith("Two tasks added.")
    assert body["assistant_message"]["model"] == "scripted-1"
    made = body["assistant_message"]["tool_calls"]
    assert [(each["name"], each["status"]) for each in made] == [("create_task", "succeeded")] * 2
    tasks = Task.objects.filter(user=user).order_by("created_at")
    assert [task.title for task in tasks] == ["Milk", "Bread"]
    assert model.refused == []
    headers = {name.lower(): value for name, value in model.requests[0].headers.items()}
    assert headers["authorization"] == "Bearer sk-x"
    results = [
        message for message in model.requests[1].body["messages"] if message["role"] == "tool"
    ]
    assert [json.loads(result["content"])["task"]["title"] for result in results] == [
        "Milk",
        "Bread",
    ]


def test_the_conversation_goes_on_after_a_restart(serves: Serves) -> None:
    user = UserFactory()
    with ScriptedServer(asks(TWO[0]), says("Added."), says("Welcome back.")) as model:
        server = serves(OPENAI_BASE_URL=model.url)
        with signed_in(server, user.username) as client:
            first = client.post("/api/chat/", json={"message": "milk"}).json()
            server.stop()
            server.start()
            url = f"/api/conversations/{first['conversation_id']}/messages/"
            second = client.post(url, json={"content": "still there?"})

    assert second.status_code == 201
    assert second.json()["assistant_message"]["content"] == "Welcome back."
    told = model.requests[2].body["messages"]
    assert [message["role"] for message in told] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]


@pytest.mark.parametrize(
    ("bends", "words"),
    [({}, "It calls tools"), ({"blind": True}, "Tools are ignored: the server drops them")],
)
def test_at_the_start_each_model_is_tried_once(
    serves: Serves, bends: dict[str, bool], words: str
) -> None:
    with ScriptedServer(answer_of=Model(**bends).answer) as model:
        server = serves(
            OPENAI_BASE_URL=model.url,
            AGENT_MODEL="small",
            AGENT_TRY_AT_START="1",
            WEB_CONCURRENCY="2",
        )
        until(lambda: words in (server.folder / "log").read_text())

    assert (server.folder / "log").read_text().count("endpoint 1 (small): ") == 1
    assert model.hits == (2 if bends else 1)
