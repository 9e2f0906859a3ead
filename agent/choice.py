"""Which language model answers, by the settings."""

from functools import cache

from django.conf import settings

from agent.llm import LLM
from agent.offline import OfflineLLM

OPENAI = "https://api.openai.com/v1"
OPENROUTER = "https://openrouter.ai/api/v1"


def is_configured() -> bool:
    """Whether a remote model is set up; if not, the built-in assistant answers."""
    return bool(settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL or settings.OPENROUTER_API_KEY)


@cache
def chosen_llm() -> LLM:
    """One for the process: a remote model keeps its connections."""
    if not is_configured():
        return OfflineLLM()
    from agent.remote import RemoteLLM  # half a second of imports that most starts do without

    key = settings.OPENAI_API_KEY or settings.OPENROUTER_API_KEY
    by_openrouter = not settings.OPENAI_API_KEY and bool(settings.OPENROUTER_API_KEY)
    return RemoteLLM(
        base_url=settings.OPENAI_BASE_URL or (OPENROUTER if by_openrouter else OPENAI),
        api_key=key,
        model=settings.AGENT_MODEL or ("openai/gpt-4.1-mini" if by_openrouter else "gpt-4.1-mini"),
        deadline=settings.AGENT_CALL_DEADLINE,
        max_reply_characters=settings.AGENT_MAX_REPLY_CHARS,
    )
