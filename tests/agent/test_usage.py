"""What an answer has cost, as the servers of many makers tell it; over real HTTP."""

from typing import Any

import pytest

from agent.llm import Response
from agent.outcome import Outcome
from tests.fakes.answers import event, plain, stream
from tests.fakes.asking import ask

COUNTS = {"prompt_tokens": 120, "completion_tokens": 7, "total_tokens": 127}
LARGEST = 2**31 - 1


def costs(response: Response | Outcome) -> tuple[int | None, int | None, int | None]:
    return response.input_tokens, response.output_tokens, response.cached_tokens


@pytest.mark.parametrize(
    "cached",
    [
        {"prompt_tokens_details": {"cached_tokens": 96, "audio_tokens": 0}},
        {"prompt_cache_hit_tokens": 96, "prompt_cache_miss_tokens": 24},
        {"prompt_tokens_details": None, "prompt_cache_hit_tokens": 96},
        {"cached_tokens": 96},
        {"num_cached_tokens": 96},
        {"cache_read_input_tokens": 96, "cache_creation_input_tokens": 0},
        {"prompt_tokens_details": {"cached_tokens": None}, "cached_tokens": 96.0},
    ],
)
def test_cached_tokens_are_read_by_the_names_of_many_makers(cached: dict[str, Any]) -> None:
    usage = {"choices": [], "usage": COUNTS | cached}

    streamed = ask(stream(event({"content": "Hi"}, "stop"), usage))
    whole = ask(plain({"choices": [{"message": {"content": "Hi"}}], "usage": COUNTS | cached}))

    assert costs(streamed.response) == costs(whole.response) == (120, 7, 96)


def test_llama_cpp_tells_them_among_its_timings() -> None:
    timings = {"cache_n": 96, "prompt_n": 24, "predicted_n": 7}

    heard = ask(stream(event({"content": "Hi"}, "stop"), {"usage": COUNTS, "timings": timings}))

    assert costs(heard.response) == (120, 7, 96)


def test_kimi_tells_the_usage_in_the_choice() -> None:
    end = event({}, "stop")
    end["choices"][0]["usage"] = COUNTS | {"cached_tokens": 96}

    assert costs(ask(stream(event({"content": "Hi"}), end)).response) == (120, 7, 96)


def test_usage_with_every_piece_is_that_of_the_last() -> None:
    growing = [
        event({"content": "Hi"}, usage={"prompt_tokens": 120, "completion_tokens": number})
        for number in range(1, 8)
    ]

    assert costs(ask(stream(*growing, event({}, "stop", usage=None))).response) == (120, 7, None)


@pytest.mark.parametrize("odd", [True, -1, 2**31, "96", [96], {"cached_tokens": 96}, 0.5, None])
def test_what_is_no_count_is_no_cost(odd: Any) -> None:
    usage = COUNTS | {"prompt_tokens_details": {"cached_tokens": odd}, "prompt_tokens": odd}

    heard = ask(stream(event({"content": "Hi"}, "stop"), {"usage": usage, "timings": odd}))

    assert costs(heard.response) == (None, 7, None)


def test_a_turn_costs_what_its_steps_cost() -> None:
    outcome = Outcome()
    for counts in [(120, None, None), (150, 7, 96), (None, 9, 0), (LARGEST, 1, 120)]:
        names = ("input_tokens", "output_tokens", "cached_tokens")
        outcome.add(Response("", **dict(zip(names, counts, strict=True))))

    assert costs(outcome) == (LARGEST, 17, 216)
