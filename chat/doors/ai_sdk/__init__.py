"""The door of the AI SDK (npm `ai` 5, 6 and 7): UI message stream v1, for `useChat` as it comes.

``asked`` reads a request, ``chats`` finds its conversation and opens its turn, ``wire`` tells it.
"""
