"""Which language model answers, by the settings."""

from functools import cache

from django.conf import settings

from agent.llm import LLM

OPENROUTER = "https://openrouter.ai/api/v1"


def is_configured() -> bool:
    """Whether a remote model is set up; if not, the built-in assistant answers."""
    return bool(settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL or settings.OPENROUTER_API_KEY)


@cache
def chosen_llm() -> LLM:
    from agent.offline import OfflineLLM

    return OfflineLLM()
