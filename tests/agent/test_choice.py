"""Which model the settings choose, and which key goes where."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from agent import choice
from agent.offline import OfflineLLM
from agent.remote import RemoteLLM


@pytest.fixture(autouse=True)
def chosen_anew() -> Iterator[None]:
    choice.chosen_llm.cache_clear()
    yield
    choice.chosen_llm.cache_clear()


def test_without_a_key_the_built_in_assistant_answers() -> None:
    assert isinstance(choice.chosen_llm(), OfflineLLM)


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ({"OPENAI_API_KEY": "sk-1"}, (choice.OPENAI, "sk-1", "gpt-4.1-mini")),
        (
            {"OPENROUTER_API_KEY": "sk-or"},
            (choice.OPENROUTER, "sk-or", "openai/gpt-4.1-mini"),
        ),
        (
            {"OPENROUTER_API_KEY": "sk-or", "AGENT_MODEL": "a/b"},
            (choice.OPENROUTER, "sk-or", "a/b"),
        ),
        (
            {"OPENAI_BASE_URL": "http://localhost:11434/v1", "AGENT_MODEL": "qwen3"},
            ("http://localhost:11434/v1", "", "qwen3"),
        ),
        (
            {"OPENAI_BASE_URL": "http://localhost:11434/v1", "OPENROUTER_API_KEY": "sk-or"},
            ("http://localhost:11434/v1", "", "gpt-4.1-mini"),
        ),
        (
            {"OPENAI_BASE_URL": choice.OPENROUTER, "OPENROUTER_API_KEY": "sk-or"},
            (choice.OPENROUTER, "sk-or", "openai/gpt-4.1-mini"),
        ),
        (
            {"OPENAI_API_KEY": "sk-1", "OPENROUTER_API_KEY": "sk-or"},
            (choice.OPENAI, "sk-1", "gpt-4.1-mini"),
        ),
    ],
)
def test_a_key_goes_to_its_own_host(
    settings: Settings, given: dict[str, str], endpoint: tuple[str, str, str]
) -> None:
    for name, value in given.items():
        setattr(settings, name, value)

    assert choice._endpoint() == endpoint
    assert isinstance(choice.chosen_llm(), RemoteLLM)
    assert choice.chosen_llm() is choice.chosen_llm()
