"""Which language model answers, by the settings."""

from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from agent.llm import LLM
from agent.offline.assistant import OfflineLLM

OPENAI = "https://api.openai.com/v1"
OPENROUTER = "https://openrouter.ai/api/v1"
MODEL = "gpt-4.1-mini"

FIRST_BYTE, NEAR_FIRST_BYTE = 60.0, 300.0  # seconds
NEAR = (".local", ".internal", ".localhost", ".lan")


def is_configured() -> bool:
    """Whether a remote model is set up; if not, the built-in assistant answers."""
    return bool(settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL or settings.OPENROUTER_API_KEY)


@cache
def chosen_llm() -> LLM:
    """One for the process: a remote model keeps its connections."""
    if not is_configured():
        return OfflineLLM(settings.AGENT_CALL_DEADLINE)
    from agent.remote import RemoteLLM  # half a second of imports that most starts do without

    base_url, api_key, model = _endpoint()
    return RemoteLLM(
        base_url=base_url,
        api_key=api_key,
        model=model,
        deadline=settings.AGENT_REMOTE_DEADLINE,
        first_byte=first_byte_deadline(base_url),
        silence=settings.AGENT_IDLE_DEADLINE,
        max_tokens=settings.AGENT_MAX_TOKENS,
    )


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


def _endpoint() -> tuple[str, str, str]:
    """Base URL, key and model; the key of OpenRouter goes to no other host."""
    no_other = not settings.OPENAI_BASE_URL and not settings.OPENAI_API_KEY
    base_url = settings.OPENAI_BASE_URL or (OPENROUTER if no_other else OPENAI)
    if base_url.startswith(OPENROUTER):
        key = settings.OPENROUTER_API_KEY or settings.OPENAI_API_KEY
        return base_url, key, settings.AGENT_MODEL or f"openai/{MODEL}"
    return base_url, settings.OPENAI_API_KEY, settings.AGENT_MODEL or MODEL
