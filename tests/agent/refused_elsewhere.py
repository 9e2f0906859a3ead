"""More errors in the words of real servers: of smaller hosts, and of those one runs oneself."""

from agent.remote.refusals import Reason
from tests.agent.refused import (
    ASKED,
    AZURE,
    BY_THE_LARGE,
    FIELD,
    FILTERED,
    LONG,
    NO_MODEL,
    NO_TOOLS,
    QUOTA,
    Told,
    openai,
    pydantic,
)

BY_OTHERS = {
    "DeepSeek: context": Told(
        400, openai(f"This model's maximum context length is 65536 tokens. {ASKED}"), LONG, 65536
    ),
    "DeepSeek: balance": Told(402, openai("Insufficient Balance"), QUOTA),
    "DeepSeek: balance with 400": Told(400, openai("Insufficient Balance"), QUOTA),
    "DeepSeek: no model": Told(400, openai("Model Not Exist"), NO_MODEL),
    "DeepSeek: filter": Told(400, openai("Content Exists Risk"), FILTERED),
    "DeepSeek: no tools": Told(
        400, openai("deepseek-reasoner does not support Function Calling"), NO_TOOLS
    ),
    "Groq: minute": Told(
        413,
        openai(
            "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested "
            "7654, please reduce your message size and try again.",
            "rate_limit_exceeded",
        ),
        LONG,
        6000,
    ),
    "Groq: context": Told(
        400,
        openai(
            "Please reduce the length of the messages or completion.", "context_length_exceeded"
        ),
        LONG,
    ),
    "Groq: no tools": Told(
        400, openai("`tool calling` is not supported with this model", None), NO_TOOLS
    ),
    "Groq: gone": Told(
        400,
        openai("The model `m` has been decommissioned.", "model_decommissioned"),
        NO_MODEL,
    ),
    "Together: context": Told(
        422,
        openai(
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: "
            "5000 `inputs` tokens and 4000 `max_new_tokens`"
        ),
        LONG,
        4097,
    ),
    "Together: no model": Told(
        404, openai("Unable to access model m. Visit the page.", "model_not_available"), NO_MODEL
    ),
    "Together: credit": Told(402, openai("Credit limit exceeded, please add credits"), QUOTA),
    "Ollama: no tools": Told(
        400, openai("registry.ollama.ai/library/gemma:2b does not support tools"), NO_TOOLS
    ),
    "Ollama: no model": Told(404, openai('model "x" not found, try pulling it first'), NO_MODEL),
    "Ollama: no model, in short": Told(404, {"error": "model 'x' not found"}, NO_MODEL),
    "Ollama: context": Told(400, openai("the input length exceeds the context length"), LONG),
    "llama.cpp: context": Told(
        400,
        openai(
            "request (5012 tokens) exceeds the available context size (4096 tokens), try "
            "increasing it",
            400,
            n_prompt_tokens=5012,
            n_ctx=4096,
        ),
        LONG,
        4096,
    ),
    "llama.cpp: context with 500": Told(
        500,
        openai(
            "the request exceeds the available context size. try increasing the context size or "
            "enable context shift",
            500,
            n_prompt_tokens=1407,
            n_ctx=256,
        ),
        LONG,
        256,
    ),
    "llama.cpp: no tools": Told(500, openai("tools param requires --jinja flag", 500), NO_TOOLS),
    "llama.cpp: loads": Told(503, openai("Loading model", 503), None),
    "vLLM: context": Told(
        400,
        {
            "object": "error",
            "message": f"This model's maximum context length is 16384 tokens. {ASKED}Please "
            "reduce the length of the messages or completion.",
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        },
        LONG,
        16384,
    ),
    "vLLM: context and answer": Told(
        400,
        openai(
            "'max_tokens' or 'max_completion_tokens' is too large: 4000. This model's maximum "
            "context length is 2048 tokens and your request has 300 input tokens (4000 > 2048 - "
            "300).",
            400,
        ),
        LONG,
        2048,
    ),
    "vLLM: the longest": Told(
        400,
        openai("The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
        LONG,
        4096,
    ),
    "vLLM: no tools": Told(
        400,
        openai(
            '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
        ),
        NO_TOOLS,
    ),
    "vLLM: no model": Told(404, openai("The model `x` does not exist."), NO_MODEL),
    "vLLM: field": Told(
        400,
        {
            "object": "error",
            "message": "[{'loc': ('body', 'stream_options'), 'msg': 'Extra inputs"
            " are not permitted'}]",
            "code": 400,
        },
        FIELD,
        field="stream_options",
    ),
    "LM Studio: context": Told(
        400,
        {
            "error": "Trying to keep the first 5000 tokens when context the overflows. However, "
            "the model is loaded with context length of only 4096 tokens, which is not enough."
        },
        LONG,
        4096,
    ),
    "LM Studio: no model": Told(
        404, openai("No models loaded. Please load a model in the developer page."), NO_MODEL
    ),
    "LiteLLM: context": Told(
        400,
        openai(
            "litellm.ContextWindowExceededError: litellm.BadRequestError: OpenAIException - This "
            "model's maximum context length is 8192 tokens.",
            "400",
        ),
        LONG,
        8192,
    ),
    "LiteLLM: filter": Told(
        400,
        openai(f"litellm.ContentPolicyViolationError: AzureException - {AZURE}", "400"),
        FILTERED,
    ),
    "LiteLLM: budget": Told(
        400,
        openai("Budget has been exceeded! Current cost: 11.0, Max budget: 10.0", "400"),
        QUOTA,
    ),
    "LiteLLM: no model": Told(
        400, openai("Invalid model name passed in model=x. Call `/v1/models`."), NO_MODEL
    ),
    "DashScope: context": Told(
        400, openai("Range of input length should be [1, 30720]", "invalid_parameter"), LONG, 30720
    ),
    "DashScope: filter": Told(
        400,
        openai("Input data may contain inappropriate content.", "data_inspection_failed"),
        FILTERED,
    ),
    "Zhipu: balance": Told(
        429, openai("Insufficient balance or no resource package. Please recharge.", "1113"), QUOTA
    ),
    "Moonshot: quota": Told(
        429,
        {"error": {"type": "exceeded_current_quota_error", "message": "Your account is suspended"}},
        QUOTA,
    ),
    "Moonshot: context": Told(
        400, openai("Invalid request: Your request exceeded model token limit: 8192"), LONG, 8192
    ),
    "xAI: context": Told(
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "This model's maximum prompt length is 131072 but the request contains "
            "200000 tokens.",
        },
        LONG,
        131_072,
    ),
    "xAI: credits": Told(
        403,
        {"code": "permission", "error": "Your newly created team doesn't have any credits yet."},
        QUOTA,
    ),
    "GitHub Models: size": Told(
        413,
        openai(
            "Request body too large for gpt-4o model. Max size: 8000 tokens.",
            "tokens_limit_reached",
        ),
        LONG,
        8000,
    ),
    "Fireworks: context": Told(
        400,
        openai("The prompt is too long: 5000, model maximum context length: 4096"),
        LONG,
        4096,
    ),
    "Cerebras: context": Told(
        400,
        openai(
            "Please reduce the length of the messages or completion. Current length is 9000 while "
            "limit is 8192",
            "context_length_exceeded",
        ),
        LONG,
        8192,
    ),
    "Bedrock: context": Told(400, {"message": "Input is too long for requested model."}, LONG),
    "FastAPI: temperature": Told(422, pydantic("body", "temperature"), FIELD, field="temperature"),
    "plain text": Told(400, "unknown field: stream_options", FIELD, field="stream_options"),
    "a gateway: context": Told(
        400,
        openai("The total number of tokens (9001) exceeds the model's limit of 8000"),
        LONG,
        8000,
    ),
    "a gateway: window": Told(
        400, openai("This request would exceed the model's context window"), LONG
    ),
    "a gateway: law": Told(451, openai("Not here."), FILTERED),
    "a gateway: policy": Told(400, openai("The content violates our content policy"), FILTERED),
    "a gateway: balance": Told(403, openai("Account balance is negative, please recharge"), QUOTA),
    "a gateway: no model": Told(
        404, openai("The requested model 'm' could not be found"), NO_MODEL
    ),
    "a gateway: temperature": Told(
        400, openai("`temperature` is deprecated for this model."), FIELD, field="temperature"
    ),
    "nginx: body": Told(413, "<html><h1>413 Request Entity Too Large</h1></html>", LONG),
    "nginx: gateway": Told(502, "<html><h1>502 Bad Gateway</h1></html>", None),
    "no words": Told(400, "", Reason.UNKNOWN),
    "llama.cpp: template": Told(
        500,
        {
            "error": {
                "code": 500,
                "message": "\n------------\nWhile executing CallExpression at line 86, column 32:\n"
                "Error: Jinja Exception: This model only supports single tool-calls at once!",
                "type": "server_error",
            }
        },
        Reason.UNKNOWN,
    ),
    "LM Studio: template": Told(
        500,
        {"error": "Error rendering prompt with jinja template: Unknown StringValue filter"},
        Reason.UNKNOWN,
    ),
    "TGI: template": Told(
        500,
        {"error": "Template error: invalid operation", "error_type": "template_error"},
        Reason.UNKNOWN,
    ),
    "in trouble": Told(500, openai("The server had an error, try the template gallery."), None),
    "template": Told(
        400, openai("Conversation roles must alternate user/assistant/..."), Reason.UNKNOWN
    ),
    "no such path": Told(404, {"detail": "Not Found"}, None),
    "what was sent comes back": Told(
        422,
        {
            "detail": [
                {"loc": ["body", "user"], "msg": "bad", "input": "my credit balance is too low"}
            ]
        },
        Reason.UNKNOWN,
    ),
}
TOLD = {**BY_THE_LARGE, **BY_OTHERS}
