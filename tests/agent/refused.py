"""Errors in the words of real servers, and what each of them means.

Shapes and phrases are those of the pages and reports that ``agent/remote/refusals.py`` names.
"""

import json
from typing import Any, NamedTuple

from agent.remote.refusals import Reason


class Told(NamedTuple):
    status: int
    body: Any
    reason: Reason | None
    limit: int | None = None
    field: str = ""

    @property
    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


def openai(message: str, code: Any = None, param: Any = None, **more: Any) -> dict[str, Any]:
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code, **more}}


def anthropic(message: str, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}


def openrouter(message: str, code: int, **metadata: Any) -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "metadata": metadata}, "user_id": "u"}


def pydantic(*loc: str, msg: str = "Extra inputs are not permitted") -> dict[str, Any]:
    return {"detail": [{"type": "extra_forbidden", "loc": list(loc), "msg": msg, "input": {}}]}


def gemini(code: int, message: str, status: str, **more: Any) -> list[dict[str, Any]]:
    return [{"error": {"code": code, "message": message, "status": status, **more}}]


LONG, FILTERED, QUOTA = Reason.TOO_LONG, Reason.FILTERED, Reason.QUOTA
NO_MODEL, NO_TOOLS, KEY, FIELD = Reason.NO_MODEL, Reason.NO_TOOLS, Reason.KEY, Reason.FIELD
ASKED = "However, you requested 122946 tokens (112946 in the messages, 10000 in the completion). "
AZURE = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management "
    "policy. Please modify your prompt and retry."
)

BY_THE_LARGE = {
    "OpenAI: context": Told(
        400,
        openai(
            "This model's maximum context length is 16384 tokens. However, your messages resulted "
            "in 28491 tokens. Please reduce the length of the messages.",
            "context_length_exceeded",
            "messages",
        ),
        LONG,
        16384,
    ),
    "OpenAI: input": Told(
        400,
        openai(
            "Input tokens exceed the configured limit of 272,000 tokens. Your messages resulted in "
            "300,001 tokens.",
            "context_length_exceeded",
        ),
        LONG,
        272_000,
    ),
    "OpenAI: more than a minute's": Told(
        429,
        openai(
            "Request too large for gpt-4.1 on tokens per min (TPM): Limit 30000, Requested 45133.",
            "rate_limit_exceeded",
        ),
        LONG,
        30_000,
    ),
    "OpenAI: rate": Told(
        429,
        openai(
            "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000, "
            "Requested 2000. Please try again in 2s.",
            "rate_limit_exceeded",
        ),
        None,
    ),
    "OpenAI: quota": Told(
        429,
        openai(
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
        ),
        QUOTA,
    ),
    "OpenAI: billing": Told(
        400, openai("Billing hard limit has been reached", "billing_hard_limit_reached"), QUOTA
    ),
    "OpenAI: no model": Told(
        404,
        openai("The model `gpt-9` does not exist or you do not have access to it.", None),
        NO_MODEL,
    ),
    "OpenAI: key": Told(401, openai("Incorrect API key provided: sk-x.", "invalid_api_key"), KEY),
    "OpenAI: max_tokens": Told(
        400,
        openai(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            "unsupported_parameter",
            "max_tokens",
        ),
        FIELD,
        field="max_tokens",
    ),
    "OpenAI: temperature": Told(
        400,
        openai(
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the "
            "default (1) value is supported.",
            "unsupported_value",
            "temperature",
        ),
        FIELD,
        field="temperature",
    ),
    "OpenAI: too many to answer": Told(
        400,
        openai(
            "max_tokens is too large: 9000. This model supports at most 4096 completion tokens, "
            "whereas you provided 9000.",
            "invalid_value",
            "max_tokens",
        ),
        FIELD,
        field="max_tokens",
    ),
    "OpenAI: no tools": Told(
        400,
        openai("'tools' is not supported with this model.", "unsupported_parameter", "tools"),
        NO_TOOLS,
    ),
    "OpenAI: policy": Told(
        400,
        openai(
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
            "invalid_prompt",
        ),
        FILTERED,
    ),
    "OpenAI: schema": Told(
        400,
        openai(
            "Invalid schema for function 'create_task': 'int' is not valid.",
            "invalid_function_parameters",
            "tools[0].function.parameters",
        ),
        Reason.UNKNOWN,
    ),
    "Azure: filter": Told(
        400,
        openai(
            AZURE,
            "content_filter",
            "prompt",
            innererror={"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}},
        ),
        FILTERED,
    ),
    "Azure: no deployment": Told(
        404,
        {
            "error": {
                "code": "DeploymentNotFound",
                "message": "The API deployment for this resource does not exist.",
            }
        },
        NO_MODEL,
    ),
    "Azure: key": Told(
        401,
        {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}},
        KEY,
    ),
    "Azure: rate": Told(
        429,
        openai("Requests have exceeded token rate limit. Please retry after 12 seconds.", "429"),
        None,
    ),
    "OpenRouter: context": Told(
        400,
        openrouter(
            "This endpoint's maximum context length is 16384 tokens. However, you requested about "
            "94307 tokens (94307 of text input). Please reduce the length of either one.",
            400,
            provider_name=None,
        ),
        LONG,
        16384,
    ),
    "OpenRouter: what the provider said": Told(
        400,
        openrouter(
            "Provider returned error",
            400,
            raw=json.dumps(openai("prompt is too long: 210000 tokens > 200000 maximum")),
            provider_name="Anthropic",
        ),
        LONG,
        200_000,
    ),
    "OpenRouter: no tools": Told(
        404, openrouter("No endpoints found that support tool use.", 404), NO_TOOLS
    ),
    "OpenRouter: no model": Told(
        400, openrouter("someone/some-model is not a valid model ID", 400), NO_MODEL
    ),
    "OpenRouter: no endpoint": Told(
        404, openrouter("No endpoints found for someone/some-model.", 404), NO_MODEL
    ),
    "OpenRouter: credits": Told(
        402, openrouter("Insufficient credits. Add more using the page.", 402), QUOTA
    ),
    "OpenRouter: key's limit": Told(
        403, openrouter("Key limit exceeded (monthly limit).", 403), QUOTA
    ),
    "OpenRouter: moderation": Told(
        403,
        openrouter(
            "some/model requires moderation. Your input was flagged.",
            403,
            reasons=["violence"],
            flagged_input="x",
        ),
        FILTERED,
    ),
    "OpenRouter: key": Told(401, openrouter("No auth credentials found", 401), KEY),
    "Anthropic: context": Told(
        400, anthropic("prompt is too long: 210000 tokens > 200000 maximum"), LONG, 200_000
    ),
    "Anthropic: context and answer": Told(
        400,
        anthropic(
            "input length and `max_tokens` exceed context limit: 198000 + 4000 > 200000, decrease "
            "input length or `max_tokens` and try again"
        ),
        LONG,
        200_000,
    ),
    "Anthropic: credit": Told(
        400,
        anthropic("Your credit balance is too low to access the API. Go to Plans & Billing."),
        QUOTA,
    ),
    "Anthropic: no model": Told(404, anthropic("model: claude-9", "not_found_error"), NO_MODEL),
    "Anthropic: key": Told(401, anthropic("invalid x-api-key", "authentication_error"), KEY),
    "Anthropic: overloaded": Told(529, anthropic("Overloaded", "overloaded_error"), None),
    "Mistral: context": Told(
        400,
        {
            "object": "error",
            "message": "Prompt contains 40000 tokens, too large for model with 32768 maximum "
            "context length",
            "type": "invalid_request_error",
            "code": "3051",
        },
        LONG,
        32768,
    ),
    "Mistral: no model": Told(
        400,
        {"object": "error", "message": "Invalid model: m-9", "type": "invalid_model", "code": "1"},
        NO_MODEL,
    ),
    "Mistral: no tools": Told(
        400,
        {"object": "error", "message": "Function calling is not enabled for this model"},
        NO_TOOLS,
    ),
    "Mistral: field": Told(422, pydantic("body", "stream_options"), FIELD, field="stream_options"),
    "Mistral: key": Told(401, {"message": "Unauthorized", "request_id": "1"}, KEY),
    "Gemini: context": Told(
        400,
        gemini(
            400,
            "The input token count (1200000) exceeds the maximum number of tokens allowed "
            "(1048576).",
            "INVALID_ARGUMENT",
        ),
        LONG,
        1_048_576,
    ),
    "Gemini: field": Told(
        400,
        gemini(
            400,
            'Invalid JSON payload received. Unknown name "stream_options": Cannot find field.',
            "INVALID_ARGUMENT",
        ),
        FIELD,
        field="stream_options",
    ),
    "Gemini: no tools": Told(
        400,
        gemini(400, "Function calling is not enabled for models/gemma-3", "INVALID_ARGUMENT"),
        NO_TOOLS,
    ),
    "Gemini: no model": Told(
        404,
        gemini(404, "models/gemini-9 is not found for API version v1main.", "NOT_FOUND"),
        NO_MODEL,
    ),
    "Gemini: key": Told(
        400,
        gemini(
            400,
            "API key not valid. Please pass a valid API key.",
            "INVALID_ARGUMENT",
            details=[{"reason": "API_KEY_INVALID"}],
        ),
        KEY,
    ),
    "Gemini: rate": Told(
        429,
        gemini(
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            "RESOURCE_EXHAUSTED",
            details=[{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}],
        ),
        None,
    ),
}
