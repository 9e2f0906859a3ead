"""What a model thinks is not what it says."""

from typing import Any

import pytest

from agent.thinking import Thinking
from tests.fakes.answers import event, plain, stream
from tests.fakes.asking import ask

TOLD = {
    "nothing but words": ("Hello.", "Hello."),
    "thinking first": ("<think>Milk… is it\n</b> oat?</think>\n\nAdded.", "Added."),
    "after a line end": ("\n<think>Hm.</think>Added.", "Added."),
    "in another tag": ("<thought>Hm.</thought> Added.", "Added."),
    "twice": ("<think>One</think><think>Two</think>Added.", "Added."),
    "nothing else": ("<think>Hm, hm.</think>", ""),
    "without an end": ("<think>Hm, hm, hm", ""),
    "empty": ("<think>\n\n</think>\n\nAdded.", "Added."),
    "spoken of": (
        "The tag <think> and </think> stand there.",
        "The tag <think> and </think> stand there.",
    ),
    "no tag at all": ("<thin ice>", "<thin ice>"),
    "the beginning of a tag": ("<thi", "<thi"),
    "less than": ("a < b", "a < b"),
}


@pytest.mark.parametrize(("text", "said"), TOLD.values(), ids=TOLD.keys())
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_it_is_taken_out_however_the_text_is_split(text: str, said: str, size: int) -> None:
    thinking = Thinking()

    pieces = [thinking.feed(text[start : start + size]) for start in range(0, len(text), size)]

    assert "".join([*pieces, thinking.end()]) == said


def test_an_end_without_a_beginning_ends_what_was_thought() -> None:
    assert Thinking().feed("They want milk.\n</think>\n\nAdded.") == "Added."


PARTS: list[Any] = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
    {"type": "text", "text": "Added "},
    {"type": "text", "text": "milk."},
]


def test_of_a_content_in_parts_the_text_is_said() -> None:
    streamed = ask(stream(event({"content": PARTS[:2]}), event({"content": PARTS[2:]}, "stop")))
    whole = ask(plain({"choices": [{"message": {"content": PARTS}, "finish_reason": "stop"}]}))

    assert streamed.response.text == whole.response.text == "Added milk."


def test_a_remote_model_says_no_word_of_its_thinking() -> None:
    pieces = ("<th", "ink>They want ", "milk.</thi", "nk>\n\n", "Added", " milk.")
    heard = ask(stream(*(event({"content": piece}) for piece in pieces), event({}, "stop")))

    assert heard.texts == ["Added", " milk."]
