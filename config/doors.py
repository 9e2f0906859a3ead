"""What the settings say of other protocols than ours (chat/doors/)."""

ERROR_SHAPES = {  # below a path, as the door there tells a problem; blank: as we do
    "/v1": "chat.doors.openai.errors.shaped",
    "/api/ai-sdk/": "chat.doors.ai_sdk.views.as_words",
    "/chatkit/threads": "",
    "/chatkit": "chat.doors.chatkit.errors.shaped",
    "/mcp": "chat.doors.mcp.faults.error_body",
}
WHOLE_HISTORY_PATHS = (  # clients send the whole conversation with each message there
    *("/v1/chat/completions", "/v1/responses", "/api/ai-sdk/chat", "/api/ag-ui"),
)
STAINLESS = (  # what OpenAI's packages tell of themselves
    *("lang", "package-version", "os", "arch", "runtime", "runtime-version", "async"),
    *("retry-count", "timeout", "read-timeout", "helper-method", "poll-helper"),
    "custom-poll-interval",
)
SENT_HEADERS = (  # by pages of other origins
    *("idempotency-key", "if-match", "last-event-id", "prefer", "x-request-id", "x-ai-sdk"),
    *("openai-organization", "openai-project", "openai-beta"),
    *("mcp-method", "mcp-name", "mcp-protocol-version"),
    *("x-conversation-id", "x-chat-id", "x-openwebui-chat-id", "x-openwebui-task"),
    *(f"x-stainless-{what}" for what in STAINLESS),
)
READ_HEADERS = (  # by such pages
    *("ETag", "Idempotency-Replayed", "Retry-After", "X-Act", "X-Request-ID"),
    *("X-Conversation-Id", "WWW-Authenticate"),
)
