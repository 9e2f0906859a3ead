"""Why a model's server refuses a request, read from what it says of its error.

Its words are matched and forgotten: what leaves here is one of a few reasons, and numbers. Under
each pattern stands whose words they are. Where two fit, the reason that is named first is meant.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from text.expressions import seldom_used


class Reason(StrEnum):
    """In the words of the log."""

    QUOTA = "its quota is used up"
    TOO_LONG = "the prompt is too long for the model"
    FILTERED = "its provider refuses the wording"
    NO_TOOLS = "the model takes no tools"
    NO_MODEL = "there is no such model"
    KEY = "the key is wrong"
    FIELD = "a field is not taken"
    UNKNOWN = "no reason that is known"


@dataclass(frozen=True, slots=True)
class Refusal:
    """``limit`` are the tokens of the context, where they are told; ``field`` is one of ours."""

    reason: Reason
    limit: int | None = None
    field: str = ""


FIELDS = ("stream_options", "max_tokens", "max_completion_tokens", "temperature")
"""What is sent though not every server takes it."""

OF_TOKENS = ("max_tokens", "max_completion_tokens")
LEAST_LIMIT = 256
"""Tokens; a smaller number is no context."""

REFUSED = frozenset({400, 413, 422})
BY_STATUS = {
    401: Reason.KEY,
    402: Reason.QUOTA,
    413: Reason.TOO_LONG,
    451: Reason.FILTERED,
}

WORDS: dict[Reason, tuple[str, ...]] = {
    Reason.QUOTA: (
        r"insufficient_quota|billing_(?:hard_limit_reached|not_active)",
        # https://platform.openai.com/docs/guides/error-codes
        r"(?:credit balance|balance) is too low|exceeded_current_quota_error",
        # https://docs.claude.com/en/api/errors, https://platform.moonshot.ai/docs
        r"insufficient (?:account )?(?:balance|credits?|funds)|key limit exceeded",
        # https://api-docs.deepseek.com/quick_start/error_codes, https://openrouter.ai/docs/errors
        r"credits? limit exceeded|out of credits|(?:any|no|more) credits|credits? (?:are|is|have"
        r" been) (?:exhausted|used up)|arrearage|no resource package|spend(?:ing)? limit|budget"
        r" has been exceeded|exceededbudget|payment required"
        r"|balance is negative|please (?:recharge|top up)",
        # Together, xAI, DashScope, Zhipu, Groq, https://docs.litellm.ai/docs/proxy/users
        r"per ?day[^a-z].{0,80}(?:quota|limit)|quota.{0,300}per ?day",
        # https://ai.google.dev/gemini-api/docs/rate-limits: those of a day are not soon again
    ),
    Reason.TOO_LONG: (
        r"context_length_exceeded|context_window_exceeded|contextwindowexceeded"
        r"|string_above_max_length",
        # https://platform.openai.com/docs/guides/error-codes, Azure, Groq, Cerebras, LiteLLM
        r"exceed_context_size|available context size|n_ctx\b|too large to process",
        # llama.cpp, tools/server: https://github.com/ggml-org/llama.cpp/pull/15780
        r"(?:maximum|max|model'?s) (?:model |context |prompt |input |sequence )+(?:length|size)",
        # vLLM (https://github.com/vllm-project/vllm/issues/20409), OpenRouter, DeepSeek, xAI
        r"\b(?:context|prompt|input|inputs|messages|text)\b.{0,60}\b(?:too long|too large|too many"
        r" tokens|exceeds?|longer than|greater than|overflows?)\b|too many (?:input )?tokens",
        # https://docs.claude.com/en/api/errors, Mistral, Fireworks, Bedrock, Cohere, Ollama
        r"exceeds? (?:the |its )?(?:maximum|max|model|configured|context|limit).{0,40}\btokens?\b"
        r"|exceeds? the model's (?:context|limit)|token limit|tokens_limit_reached"
        r"|tokens? .{0,30}exceeds? the (?:context|limit)",
        # Gemini, OpenAI, Moonshot, https://docs.github.com/en/github-models
        r"request (?:body )?too large|reduce (?:the length of|your message size)",
        # Groq, whose limit of a minute is smaller than one request: https://console.groq.com/docs
        r"context length of only|tokens to keep|shorter input",
        # https://github.com/lmstudio-ai/lmstudio-bug-tracker
        r"inputs? ?.? ?tokens.{0,60}must be <=|must have less than \d+ tokens|range of input length"
        r"|context length is only|prompt exceeds max length",
        # Together and TGI, Hugging Face, DashScope, vLLM, Zhipu
    ),
    Reason.FILTERED: (
        r"content_filter|responsibleaipolicy|content management policy",
        # https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter
        r"content_policy|contentpolicy|usage polic|safety (?:system|settings|filter|reasons)"
        r"|invalid_prompt",
        # https://platform.openai.com/docs/guides/error-codes, LiteLLM
        r"requires moderation|\bflagged\b|moderation (?:failed|blocked)|usage guidelines"
        r"|violates (?:our|the) [\w ]{0,20}polic",
        # https://openrouter.ai/docs/errors, https://docs.mistral.ai/capabilities/guardrailing, xAI
        r"prohibited_content|block_?reason|(?:prompt|request|content|input) (?:was|is|has been)"
        r" blocked|guardrail",
        # https://ai.google.dev/gemini-api/docs/safety-settings, Bedrock, Groq
        r"content exists risk|data_inspection_failed|inappropriate content|high risk|sensitive"
        r" (?:content|information|word)",
        # DeepSeek, DashScope, Moonshot, Zhipu
    ),
    Reason.NO_TOOLS: (
        r"(?:not|n[o']t) (?:currently )?support (?:the use of )?(?:tools?\b|function|tool[ _-])"
        r"|support tool use",
        # https://github.com/ollama/ollama/issues/8329, https://openrouter.ai/docs/errors, DeepSeek
        r"(?:tools?|function|functions)[ _-]?(?:call(?:ing|s)?|use|choice)?[`'\"]?"
        r" (?:is|are|has|have)(?: been|n't| not) (?:\w+ )?(?:support|enabled|available|allowed)",
        # https://ai.google.dev/gemini-api/docs/function-calling, Mistral, Groq, OpenAI
        r"enable-auto-tool-choice|tool-call-parser|tools param requires|requires? --jinja",
        # https://docs.vllm.ai/en/latest/features/tool_calling, llama.cpp
        r"unsupported.{0,40}['`\"]tools['`\"]|(?:param|loc): (?:body )?tools?\b(?![\[. ])",
        # OpenAI; FastAPI, as vLLM and Mistral use it
    ),
    Reason.NO_MODEL: (
        r"model_not_(?:found|exist|available)|model_decommissioned|invalid_model|modelnotfound"
        r"|deploymentnotfound|no_such_model",
        # OpenAI, Groq, Together, Mistral, https://learn.microsoft.com/azure/ai-foundry/openai
        r"\b(?:model|models|deployment)\b.{0,160}(?:(?:does|do|is|was)(?:n't| not) (?:exist|found)"
        r"|not found|not exist|could not be found|decommissioned"
        r"|has been deprecated|no longer (?:available|supported)"
        r")",
        # vLLM, Ollama, Gemini, DeepSeek, Azure
        r"not a valid model|(?:unknown|invalid|no such) model|no models? (?:is |are )?loaded"
        r"|no endpoints found|invalid model name",
        # https://openrouter.ai/docs/errors, Zhipu, Mistral, LM Studio, LiteLLM
        r"not_found_error[\s\S]{0,40}message: model:|message: model:[\s\S]{0,80}not_found_error",
        # https://docs.claude.com/en/api/errors
    ),
    Reason.KEY: (
        r"(?:invalid|incorrect|wrong|no|missing) (?:api|subscription|x-api)[ _-]?key"
        r"|(?:api|subscription)[ _-]?key.{0,20}(?:not valid|invalid|incorrect)|api_key_invalid"
        r"|invalid_api_key|authentication_error",
        # OpenAI, Azure, Gemini (with 400), Anthropic
    ),
}
PATTERNS = {
    reason: seldom_used("|".join(words), re.IGNORECASE | re.DOTALL)
    for reason, words in WORDS.items()
}
TEMPLATE = seldom_used(
    r"jinja|chat[ _]template|template error|error rendering prompt|while executing \w+expression",
    re.IGNORECASE,
)
"""What a chat template refuses is often told as a fault of the server, and never passes by itself.

llama.cpp (https://github.com/SWE-agent/mini-swe-agent/issues/759), LM Studio, TGI
"""

IN_A_RATE_LIMIT = seldom_used(r"request (?:body )?too large|tokens_limit_reached", re.IGNORECASE)
RATE_LIMIT = seldom_used(r"RESOURCE_EXHAUSTED|rate_limit")
"""What Gemini and Groq say of a minute's quota as well, beside a link to the billing."""

NOT_TAKEN = seldom_used(
    r"unsupported|unknown|unrecognized|unexpected|not (?:supported|permitted|allowed|taken|valid)"
    r"|deprecated|extra|cannot find|forbidden|too large|at most|must be|invalid",
    re.IGNORECASE,
)
FIELD = seldom_used(r"\b(" + "|".join(sorted(FIELDS, key=len, reverse=True)) + r")\b")
PARAM = seldom_used(r"(?:param|loc): (?:body )?(\w+)")

LIMIT = seldom_used(
    r"(?:maximum|max|model's|available|configured) (?:(?:model|context|prompt|input|sequence"
    r"|allowed|number|tokens|of|limit) ?)*(?:length|size|allowed|of)?[^\d\n]{0,30}?(\d{3,8})\b"
    r"|context (?:length|size|window|limit)[^\d\n]{0,40}(\d{3,8})\b(?! ?\+)"
    r"|> ?(\d{3,8})\b|(\d{3,8}) maximum|must be <= ?(\d{3,8})|\[\d+, ?(\d{3,8})\]"
    r"|n_ctx: (\d{3,8})|(?:limit|size)(?: of| is|:)? ?(\d{3,8})\b(?! ?\+)"
    r"|(?:less than|cannot exceed|limit of) (\d{3,8})",
    re.IGNORECASE,
)
DELAY = seldom_used(
    r"(?:try again in|retry (?:in|after)|retrydelay:) ?(\d{1,6}(?:\.\d+)?) ?(ms|s|m)?",
    re.IGNORECASE,
)
TROUBLE = seldom_used(
    r"overloaded|server_error|internal ?server ?error|internalservererror|unavailable|timed? ?out"
    r"|timeout|rate_limit|resource_exhausted|capacity",
    re.IGNORECASE,
)
"""What passes, where no status tells so: OpenAI, Anthropic, vLLM, Gemini."""
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}

READ = frozenset(
    {"error", "errors", "message", "code", "type", "status", "param", "msg", "loc", "detail"}
    | {"details", "reason", "raw", "title", "innererror", "metadata", "n_ctx", "retryDelay"}
    | {"blockReason"}
)
"""What of an error's fields is read; others give back what was sent."""

DEEPEST = 8


def read(told: Any, status: int) -> Refusal | None:
    """Why, by the JSON or the text of an error, and its status, 0 where none is known.

    None where nothing is refused: the server is in trouble, or asks for patience.
    """
    words = _words(told)
    reason = _reason(words, status)
    if reason is Reason.TOO_LONG:
        return Refusal(reason, limit=_limit(words))
    if reason is Reason.UNKNOWN and (field := _field(words)):
        return Refusal(Reason.FIELD, field=field)
    return Refusal(reason) if reason else None


def tells_of_trouble(told: Any) -> bool:
    """Whether the server is in trouble, or asks for patience, by its words."""
    return TROUBLE.search(_words(told)) is not None


def delay(told: Any) -> float | None:
    """Seconds after which to ask again, where they are said in words."""
    match = DELAY.search(_words(told))
    return float(match[1]) * SECONDS[(match[2] or "s").lower()] if match else None


def _reason(words: str, status: int) -> Reason | None:
    if status == 429:
        return _beyond_a_limit(words)
    if _is_about_the_answer(words):
        return Reason.UNKNOWN
    for reason, pattern in PATTERNS.items():
        if pattern.search(words) and not (reason is Reason.KEY and status >= 500):
            return reason
    is_refused = status in REFUSED or TEMPLATE.search(words)
    return BY_STATUS.get(status, Reason.UNKNOWN if is_refused else None)


def _beyond_a_limit(words: str) -> Reason | None:
    """A rate limit passes by itself, unless one request alone is more than it."""
    if IN_A_RATE_LIMIT.search(words):
        return Reason.TOO_LONG
    if PATTERNS[Reason.QUOTA].search(words):
        return Reason.QUOTA
    says_so = "exceeded your current quota" in words and not RATE_LIMIT.search(words)
    return Reason.QUOTA if says_so else None


def _is_about_the_answer(words: str) -> bool:
    """The limit of an answer's tokens is refused, and not for the length of the prompt."""
    field = _field(words)
    return field in OF_TOKENS and "context" not in words and "prompt" not in words


def _field(words: str) -> str:
    """The one of ours that is not taken; where another is named instead, it comes later."""
    param = PARAM.search(words)
    if param and param[1] in FIELDS:
        return param[1]
    named = FIELD.search(words)
    return named[1] if named and NOT_TAKEN.search(words) else ""


def _limit(words: str) -> int | None:
    """The smallest number that is called one."""
    matches = LIMIT.finditer(re.sub(r"(?<=\d)[,_](?=\d{3})", "", words))
    numbers = (int(number) for match in matches for number in match.groups() if number)
    return min((number for number in numbers if number >= LEAST_LIMIT), default=None)


def _words(told: Any) -> str:
    if isinstance(told, bytes):
        told = told.decode(errors="replace")
        try:
            told = json.loads(told)
        except (ValueError, RecursionError):
            told = "" if told.lstrip().startswith("<") else told
    return "\n".join(_read(told, "message", DEEPEST))


def _read(value: Any, name: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            if key in READ:
                yield from _read(inner, key, depth - 1)
    elif isinstance(value, list) and name == "loc":
        yield f"loc: {' '.join(map(str, value))}"
    elif isinstance(value, list) and depth:
        for inner in value:
            yield from _read(inner, name, depth - 1)
    elif isinstance(value, str | int | float):
        yield f"{name}: {value}"
