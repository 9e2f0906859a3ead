"""Which language models answer, by the settings."""

from collections.abc import Sequence
from functools import cache
from ipaddress import ip_address
from math import inf
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings

from agent import endpoints
from agent.chain import Chain, Link
from agent.endpoints import BUILT_IN, Endpoint, Listed
from agent.llm import LLM

if TYPE_CHECKING:
    from agent.offline.assistant import OfflineLLM
    from agent.remote.model import RemoteLLM

OPENAI = "https://api.openai.com/v1"
OPENROUTER = "https://openrouter.ai/api/v1"
MODEL = "gpt-4.1-mini"

FIRST_BYTE, NEAR_FIRST_BYTE = 60.0, 300.0  # seconds
NEAR = (".local", ".internal", ".localhost", ".lan")
SHORT_PAUSE = 1.0
"""Seconds that a model is waited for at its own request, where another one can go on."""


def is_configured() -> bool:
    """Whether a remote model is set up; if not, the built-in assistant answers."""
    return any(isinstance(each, Endpoint) for each in listed())


def chosen_llm() -> LLM:
    """For one turn. What it keeps from turn to turn, connections above all, is the process's."""
    links = chosen_links()
    if len(links) == 1:
        return links[0].llm
    return Chain(links, settings.AGENT_TURN_DEADLINE)


@cache
def chosen_links() -> Sequence[Link]:
    """One for each language model of the settings, in the order in which they are tried."""
    each = listed()
    return [
        Link(_llm(entry, each[place:]), name_of(entry, place))
        for place, entry in enumerate(each, 1)
    ]


def listed() -> list[Listed]:
    """AGENT_MODELS; or the one endpoint that the other settings name, as such a list."""
    if settings.AGENT_MODELS_AND_KEYS:
        entries = endpoints.read(settings.AGENT_MODELS_AND_KEYS)
    elif settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL or settings.OPENROUTER_API_KEY:
        entries = [_single()]
    else:
        return [BUILT_IN]
    if settings.AGENT_FALLBACK and entries[-1] != BUILT_IN:
        entries.append(BUILT_IN)
    return entries


def first_byte_deadline(base_url: str) -> float:
    """In seconds; unless the settings tell it, longer at home, where a model may have to load."""
    if settings.AGENT_FIRST_BYTE_DEADLINE:
        return settings.AGENT_FIRST_BYTE_DEADLINE
    host = urlsplit(base_url).hostname or ""
    try:
        is_near = ip_address(host).is_private
    except ValueError:
        is_near = "." not in host or host.endswith(NEAR)
    return NEAR_FIRST_BYTE if is_near else FIRST_BYTE


def _single() -> Endpoint:
    no_other = not settings.OPENAI_BASE_URL and not settings.OPENAI_API_KEY
    base_url = settings.OPENAI_BASE_URL or (OPENROUTER if no_other else OPENAI)
    is_openrouter = base_url.startswith(OPENROUTER)
    model = settings.AGENT_MODEL or (f"openai/{MODEL}" if is_openrouter else MODEL)
    key = settings.OPENROUTER_API_KEY if is_openrouter else ""
    return Endpoint.model_construct(
        base_url=base_url, model=model, api_key=key or settings.OPENAI_API_KEY
    )


def key_of(endpoint: Endpoint) -> str:
    """Its own, or that of the settings for its host: a key goes to no other."""
    if endpoint.api_key is not None:
        return endpoint.api_key
    if endpoint.base_url.startswith(OPENROUTER):
        return settings.OPENROUTER_API_KEY
    own = settings.OPENAI_BASE_URL or OPENAI
    return settings.OPENAI_API_KEY if endpoint.base_url == own else ""


def _llm(entry: Listed, behind: Sequence[Listed]) -> LLM:
    if entry == BUILT_IN:
        return built_in_llm()
    another = any(isinstance(each, Endpoint) for each in behind)
    return remote_llm(
        entry,
        longest_pause=SHORT_PAUSE if another else inf,
        stand_in=built_in_llm() if BUILT_IN in behind else None,
    )


def built_in_llm() -> "OfflineLLM":
    from agent.offline.assistant import OfflineLLM  # which only those who serve need

    return OfflineLLM(settings.AGENT_CALL_DEADLINE)


def remote_llm(entry: Endpoint, **other: Any) -> "RemoteLLM":
    """Of this endpoint, with ``other`` limits than it has, in the words of RemoteLLM."""
    from agent.remote.model import RemoteLLM

    options: dict[str, Any] = {
        "deadline": settings.AGENT_REMOTE_DEADLINE,
        "first_byte": entry.first_byte or first_byte_deadline(entry.base_url),
        "silence": entry.idle or settings.AGENT_IDLE_DEADLINE,
        "max_tokens": settings.AGENT_MAX_TOKENS if entry.max_tokens is None else entry.max_tokens,
        "temperature": settings.AGENT_TEMPERATURE,
        "context_tokens": entry.context_tokens or settings.AGENT_CONTEXT_TOKENS,
    }
    return RemoteLLM(
        base_url=entry.base_url, api_key=key_of(entry), model=entry.model, **(options | other)
    )


def name_of(entry: Listed, place: int) -> str:
    if entry == BUILT_IN:
        return "the built-in assistant"
    return entry.name or f"endpoint {place} ({entry.model})"
