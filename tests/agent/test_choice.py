"""Which models the settings choose, and which key goes where."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.views.debug import SafeExceptionReporterFilter
from pytest_django import Settings

from agent import choice
from agent.chain import Chain
from agent.endpoints import BUILT_IN, Endpoint
from agent.offline.assistant import OfflineLLM
from agent.remote.model import RemoteLLM

CLOUD = {"base_url": "https://api.mistral.ai/v1", "model": "large", "api_key": "sk-mistral"}
HOME = {"base_url": "http://localhost:11434/v1", "model": "qwen3"}


@pytest.fixture(autouse=True)
def chosen_anew() -> Iterator[None]:
    choice.chosen_links.cache_clear()
    yield
    choice.chosen_links.cache_clear()


def models(settings: Settings, *entries: Any) -> None:
    settings.AGENT_MODELS_AND_KEYS = json.dumps(entries)


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
    assert not choice.is_configured()


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

    (entry,) = choice.listed()
    assert isinstance(entry, Endpoint)
    assert (entry.base_url, entry.api_key, entry.model) == endpoint
    assert isinstance(choice.chosen_llm(), RemoteLLM)
    assert choice.chosen_llm() is choice.chosen_llm()
    assert choice.is_configured()


def test_a_key_of_the_settings_goes_to_its_own_host_in_a_list_too(settings: Settings) -> None:
    settings.OPENAI_API_KEY, settings.OPENROUTER_API_KEY = "sk-1", "sk-or"
    addresses = (choice.OPENAI, choice.OPENROUTER, HOME["base_url"])
    models(settings, CLOUD, *({"base_url": url, "model": "m"} for url in addresses))

    links = choice.chosen_links()

    transports = [link.llm._transport for link in links if isinstance(link.llm, RemoteLLM)]
    sent = [dict(each._address.headers)[b"Authorization"] for each in transports if each]
    assert sent == [b"Bearer sk-mistral", b"Bearer sk-1", b"Bearer sk-or", b"Bearer none"]


def test_a_list_is_a_chain_that_each_turn_begins_anew(settings: Settings) -> None:
    settings.OPENAI_BASE_URL = "https://other.example/v1"
    models(settings, {**CLOUD, "name": "cloud"}, HOME, BUILT_IN)

    first, second = choice.chosen_llm(), choice.chosen_llm()

    assert isinstance(first, Chain)
    assert first is not second
    assert first.model == "large"
    names = ["cloud", "endpoint 2 (qwen3)", "the built-in assistant"]
    assert [link.name for link in choice.chosen_links()] == names


def test_each_endpoint_has_its_own_limits_or_those_of_all(settings: Settings) -> None:
    settings.AGENT_CONTEXT_TOKENS, settings.AGENT_TEMPERATURE = 40_000, 0.5
    own = {"first_byte": 7, "idle": 3, "max_tokens": 0, "context_tokens": 4_000}
    models(settings, {**CLOUD, **own}, HOME)

    first, second = (link.llm for link in choice.chosen_links())

    assert isinstance(first, RemoteLLM)
    assert isinstance(second, RemoteLLM)
    assert (first._first_byte, first._silence) == (7, 3)
    assert (second._first_byte, second._silence) == (300, settings.AGENT_IDLE_DEADLINE)
    assert (first._terms.room, second._terms.room) == (3_000, 36_000)
    assert second._terms.ladder[0]["temperature"] == 0.5
    assert "max_tokens" not in first._terms.ladder[0]
    assert second._terms.ladder[0]["max_tokens"] == settings.AGENT_MAX_TOKENS


@pytest.mark.parametrize(
    ("entries", "last"),
    [([CLOUD, HOME], OfflineLLM), ([CLOUD, BUILT_IN], OfflineLLM), ([BUILT_IN], OfflineLLM)],
)
def test_a_fallback_is_the_built_in_assistant_at_the_end(
    settings: Settings, entries: list[Any], last: type
) -> None:
    settings.AGENT_FALLBACK = True
    models(settings, *entries)

    kinds = [type(link.llm) for link in choice.chosen_links()]

    assert kinds[-1] is last
    assert kinds.count(OfflineLLM) == 1


def test_a_list_of_one_is_no_chain(settings: Settings) -> None:
    models(settings, HOME)
    assert isinstance(choice.chosen_llm(), RemoteLLM)

    choice.chosen_links.cache_clear()
    models(settings, BUILT_IN)
    assert isinstance(choice.chosen_llm(), OfflineLLM)
    assert not choice.is_configured()


def test_the_keys_of_a_list_are_hidden_where_settings_are_shown(settings: Settings) -> None:
    models(settings, CLOUD)

    assert "sk-mistral" not in str(SafeExceptionReporterFilter().get_safe_settings())
