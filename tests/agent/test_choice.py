"""Which model the settings choose, and which key goes where."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from agent import choice
from agent.offline.assistant import OfflineLLM
from agent.remote import RemoteLLM


@pytest.fixture(autouse=True)
def chosen_anew() -> Iterator[None]:
    choice.chosen_llm.cache_clear()
    yield
    choice.chosen_llm.cache_clear()


@pytest.mark.parametrize(
    ("base_url", "seconds"),
    [
        ("https://api.openai.com/v1", 60),
        ("https://8.8.8.8/v1", 60),
        ("http://localhost:11434/v1", 300),
        ("http://127.0.0.1:8080/v1", 300),
        ("http://[::1]:8080/v1", 300),
        ("http://192.168.1.5/v1", 300),
        ("http://ollama:11434/v1", 300),
        ("http://host.docker.internal:11434/v1", 300),
    ],
)
def test_a_model_at_home_has_the_time_to_be_loaded(
    settings: Settings, base_url: str, seconds: float
) -> None:
    settings.OPENAI_BASE_URL = base_url
    assert choice.first_byte_deadline(base_url) == seconds

    settings.AGENT_FIRST_BYTE_DEADLINE = 20.0
    assert choice.first_byte_deadline(base_url) == 20


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
