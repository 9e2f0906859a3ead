"""OpenAI's protocols: Chat Completions, Responses, Conversations."""

DOOR = "openai"
