"""Why a turn ended as it did: each code that the code can set is explained."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import escape
from rest_framework.test import APIClient

import agent.remote.model  # noqa: F401 - knows all errors
from agent.llm import LLMError
from conversations.models import Turn
from oversight.reasons import CODES, DETAILS, FINISHES, STATUSES, UNKNOWN, WARNINGS, why
from tests.chat.conftest import Connects
from tests.conversations.conftest import See
from tests.factories import LEASE, ConversationFactory, say
from tests.fakes.answers import fails, says
from web.errors import DatabaseUnavailable

pytestmark = pytest.mark.only_on("sqlite")

ROOT = Path(__file__).parent.parent.parent


def kinds(error: type[LLMError] = LLMError) -> Iterator[type[LLMError]]:
    for kind in error.__subclasses__():
        yield kind
        yield from kinds(kind)


def calls_of_fail() -> Iterator[ast.expr]:
    """The codes with which a turn is failed, as they are written."""
    tree = ast.parse((ROOT / "chat/turns.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "work.fail":
            yield node.args[0]


def modules_with_constants(file: Path) -> Iterator[str]:
    """Those that it imports such from."""
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.names[0].name.isupper():
            yield str(node.module)


def test_each_code_is_explained() -> None:
    written = {
        "error.code": {kind.code for kind in kinds()},
        "DatabaseUnavailable.default_code": {DatabaseUnavailable.default_code},
    }
    codes = {Turn.BROKEN_OFF["error_code"]}
    for code in calls_of_fail():
        codes |= {code.value} if isinstance(code, ast.Constant) else written[ast.unparse(code)]

    assert set(CODES) == codes
    assert len(codes) == 7


def test_each_kind_of_error_that_says_more_than_its_code_is_explained() -> None:
    usual = {kind.detail for kind in LLMError.__subclasses__()}

    assert set(DETAILS) == {kind.detail for kind in kinds()} - usual


def test_each_warning_is_explained() -> None:
    """They are sentences in constants, in the modules whose constants reasons.py imports."""
    found = set()
    for module in modules_with_constants(ROOT / "oversight/reasons.py"):
        for node in ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text()).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                try:
                    value = ast.literal_eval(node.value)
                except ValueError:
                    continue
                if isinstance(value, str) and value.startswith(("The ", "This ", "Not all ")):
                    found.add(value)

    assert set(WARNINGS) == found


def test_each_status_and_finish_is_explained() -> None:
    ended_badly = {Turn.Status.FAILED, Turn.Status.INCOMPLETE}
    assert set(STATUSES) == set(Turn.Status) - ended_badly
    assert set(FINISHES) == {"stop", "tool_calls", "length", "content_filter"}
    assert all(reason.to_do for reason in (*CODES.values(), *DETAILS.values(), *WARNINGS.values()))


# A turn


def told(turn: Turn) -> dict[str, str]:
    return {each.name: f"{each.what} {each.to_do}" for each in why(turn)}


@pytest.mark.django_db(transaction=True)
def test_a_failed_turn_tells_what_its_server_said_and_what_to_do(
    client: APIClient, connects: Connects, see: See
) -> None:
    connects(fails(401), model="tall-2")
    client.post("/api/chat/", {"message": "hello"})
    turn = Turn.objects.get()

    assert turn.failure == "HTTP 401: the key is wrong (tall-2)"
    assert "try_model" in told(turn)["llm_misconfigured"]
    page = see(f"/admin/conversations/turn/{turn.pk}/change/")
    for words in (
        CODES["llm_misconfigured"].what,
        "HTTP 401: the key is wrong (tall-2).",
        "attempt 1 of",
    ):
        assert escape(words) in page


@pytest.mark.django_db(transaction=True)
def test_what_failed_before_another_model_answered_is_told_too(
    client: APIClient, connects: Connects
) -> None:
    connects(fails(402), falls_back=True, model="tall-2")
    client.post("/api/chat/", {"message": "hello"})
    turn = Turn.objects.get()

    assert turn.status == "completed"
    assert turn.failure == "HTTP 402: its quota is used up (tall-2)"
    assert told(turn)["completed"] == "It came to its end. "
    assert "built-in assistant answered" in told(turn)["Warning"]


@pytest.mark.django_db(transaction=True)
def test_a_turn_without_a_fault_has_none(client: APIClient, connects: Connects) -> None:
    connects(says("Hello."))
    client.post("/api/chat/", {"message": "hello"})

    turn = Turn.objects.get()
    assert turn.failure == ""
    assert list(told(turn)) == ["completed", "stop", "Attempts"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"status": "failed", "error_code": "new_code"}, "new_code", UNKNOWN.what),
        ({"finish_reason": "eos_token"}, "eos_token", "word of the model's server"),
        ({"attempt": 2}, "Attempts", "attempt 2 of at most 3. How earlier ones ended"),
        ({"status": "incomplete", "error_code": "interrupted"}, "Attempts", "can be tried again"),
    ],
)
def test_what_is_told_of_a_turn(fields: dict[str, Any], name: str, words: str) -> None:
    turn = say(ConversationFactory(), "Hello")
    Turn.objects.filter(pk=turn.pk).update(**fields)

    assert words in told(Turn.objects.get())[name]


@pytest.mark.django_db
def test_a_turn_whose_process_died_is_told_as_such() -> None:
    ConversationFactory().begin_turn("Hello", -LEASE)

    assert "died" in told(Turn.objects.read_now().get())["interrupted"]
