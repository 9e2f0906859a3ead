"""What a server's words about an error are taken for."""

import json

import pytest

from agent.remote import refusals
from agent.remote.refusals import Reason, Refusal
from tests.agent.refused import openai
from tests.agent.refused_elsewhere import TOLD


@pytest.mark.parametrize("name", TOLD)
def test_an_error_is_read_as_its_server_means_it(name: str) -> None:
    told = TOLD[name]
    expected = Refusal(told.reason, told.limit, told.field) if told.reason else None

    assert refusals.read(told.content, told.status) == expected


@pytest.mark.parametrize("name", TOLD)
def test_an_error_within_an_answer_is_read_alike(name: str) -> None:
    told = TOLD[name]
    if isinstance(told.body, dict) and told.status in (400, 429) and "error" in told.body:
        inner = told.body["error"]
        read = refusals.read(inner, told.status)
        assert (read and read.reason) == told.reason


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Please try again in 7.66s.", 7.66),
        ("Please try again in 250ms.", 0.25),
        ("Please retry after 12 seconds.", 12),
        ("Try again later.", None),
    ],
)
def test_the_time_to_wait_is_read_from_words(words: str, seconds: float | None) -> None:
    assert refusals.delay(openai(words)) == seconds
    assert refusals.delay(TOLD["Gemini: rate"].content) == 34


def test_a_body_of_any_kind_is_read_quickly_and_never_raises() -> None:
    deep = b'{"error":' * 5_000
    for content in (b"\xff\xfe", deep, b"[" * 16_000, b"9" * 16_000, b"prompt " * 2_000):
        refusals.read(content, 400)
    assert refusals.read(json.dumps({"error": [None, 5, {"message": {}}]}).encode(), 400) == (
        Refusal(Reason.UNKNOWN)
    )
