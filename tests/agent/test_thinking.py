"""What a model thinks is not what it says."""

from typing import Any

import pytest

from agent.llm import Response
from agent.outcome import LONGEST_THOUGHT, Outcome
from agent.remote.thinking import Thinking
from tests.fakes.answers import event, plain, stream
from tests.fakes.asking import ask

TOLD = {
    "nothing but words": ("Hello.", "Hello."),
    "thinking first": ("<think>Milk… is it\n</b> oat?</think>\n\nAdded.", "Added."),
    "after a line end": ("\n<think>Hm.</think>Added.", "Added."),
    "in another tag": ("<thought>Hm.</thought> Added.", "Added."),
    "in one of a maker": ("<seed:think>Hm.</seed:think>Added.", "Added."),
    "as Magistral has it": ("[THINK]Hm [sic].[/THINK]Added.", "Added."),
    "as Kimi has it": ("◁think▷Hm.◁/think▷Added.", "Added."),
    "as gpt-oss has it": (
        "<|channel|>analysis<|message|>Hm <|e.<|end|><|start|>assistant<|channel|>final<|message|>"
        "Added.",
        "Added.",
    ),
    "gpt-oss, that does not think": ("<|channel|>final<|message|>Added.", "Added."),
    "as Gemma has it": ("<|channel>thought\nHm.<channel|>Added.", "Added."),
    "a mark that ends no thinking": ("Added.<|end|>", "Added.<|end|>"),
    "in brackets": ("[Things] to do", "[Things] to do"),
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


@pytest.mark.parametrize("kind", [{"type": "output_text"}, {}])
def test_a_part_may_tell_its_type_otherwise_or_not_at_all(kind: dict[str, str]) -> None:
    part = {"text": "Added milk.", **kind}

    assert ask(stream(event({"content": [part]}, "stop"))).response.text == "Added milk."


def test_a_remote_model_says_no_word_of_its_thinking() -> None:
    pieces = ("<th", "ink>They want ", "milk.</thi", "nk>\n\n", "Added", " milk.")
    heard = ask(stream(*(event({"content": piece}) for piece in pieces), event({}, "stop")))

    assert heard.said == "Added milk."


THOUGHT = {
    "in tags": [{"content": "<think>Milk, "}, {"content": "so.</think>\n\nAdded."}],
    "in tags that come in pieces": [
        *({"content": piece} for piece in ("<thi", "nk>Mi", "lk, so.</", "think", ">", "Added."))
    ],
    "without the opening tag": [{"content": "Milk, so.</think>Added."}],
    "as DeepSeek tells it": [
        {"reasoning_content": "Milk, "},
        {"reasoning_content": "so.", "content": ""},
        {"content": "Added.", "reasoning_content": None},
    ],
    "as OpenRouter tells it, twice": [
        {"reasoning": text, "reasoning_details": [{"type": "reasoning.text", "text": text}]}
        for text in ("Milk, ", "so.")
    ]
    + [{"content": "Added."}],
    "as OpenRouter tells it, sealed": [
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "Milk, so."}]},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "c2VhbGVk"}]},
        {"content": "Added."},
    ],
    "as Ollama tells it": [{"thinking": "Milk, so.", "content": "Added."}],
    "as gateways tell Claude's": [
        {"thinking_blocks": [{"type": "thinking", "thinking": "Milk, so.", "signature": "x"}]},
        {"content": "Added."},
    ],
    "as Mistral tells it": [
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Milk, "}]}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "so."}]}]},
        {"content": [{"type": "text", "text": "Added."}]},
    ],
    "in a part of reasoning": [
        {
            "content": [
                {"type": "reasoning", "text": "Milk, so."},
                {"type": "text", "text": "Added."},
            ]
        }
    ],
    "in a part that is marked": [
        {"content": [{"type": "text", "text": "Milk, so.", "thought": True}]},
        {"content": "Added."},
    ],
    "in a summary of several parts": [
        {"content": [{"type": "reasoning", "summary": [{"text": "Milk, "}, {"text": "so."}]}]},
        {"content": "Added."},
    ],
}


@pytest.mark.parametrize("deltas", THOUGHT.values(), ids=THOUGHT.keys())
def test_what_is_thought_is_kept_apart(deltas: list[Any]) -> None:
    heard = ask(stream(*(event(delta) for delta in deltas), event({}, "stop")))

    assert (heard.response.thinking, heard.response.text) == ("Milk, so.", "Added.")


def test_what_was_thought_before_an_answer_that_never_came_is_kept() -> None:
    cut = ask(stream(event({"content": "<think>Milk, so</thi"}), event({}, "length")), max_tokens=0)

    assert (cut.response.thinking, cut.response.text) == ("Milk, so</thi", "")


@pytest.mark.parametrize(
    ("odd", "kept"),
    [
        ({"reasoning": 5, "reasoning_content": {"a": [1]}}, ""),
        ({"reasoning": "a\x00b\ud83e"}, "ab"),
        ({"thinking": [[[[[["too deep"]]]]]]}, ""),
        ({"reasoning": {"content": "Hm."}}, "Hm."),
        ({"reasoning": " \n\n Hm. \n"}, "Hm."),
    ],
)
def test_whatever_is_thought_can_be_kept(odd: dict[str, Any], kept: str) -> None:
    heard = ask(stream(event(odd), event({"content": "Hi"}, "stop")))

    assert (heard.response.thinking, heard.response.text) == (kept, "Hi")


def test_a_character_whose_halves_come_apart_is_whole() -> None:
    pieces = [event({"reasoning": half}) for half in ("\ud83e", "\udd5b")]

    assert ask(stream(*pieces, event({"content": "Hi"}, "stop"))).response.thinking == "\U0001f95b"


def test_the_thinking_of_a_turn_is_that_of_its_steps_as_far_as_it_is_kept() -> None:
    outcome = Outcome()
    for thought in ("", "One.", "", "Two.", "x" * 30_000, "y"):
        outcome.add(Response("", thinking=thought))

    assert outcome.thinking.startswith("One.\n\nTwo.\n\nxxx")
    assert outcome.thinking.endswith("x…")
    assert len(outcome.thinking) == LONGEST_THOUGHT
