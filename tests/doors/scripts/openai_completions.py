"""Chat Completions with the `openai` package: a client that keeps the history, and nothing else."""

import os
from collections.abc import Iterator
from typing import Any

import openai
from lines import serve, stop, until_free

client = openai.OpenAI(base_url=f"{os.environ['URL']}/v1", api_key=os.environ["TOKEN"])
history: list[Any] = []


def say(text: str) -> dict[str, Any]:
    try:
        told = "".join(pieces(text))
    except openai.APIError as error:
        return {"text": "", "status": "failed" if error.code == "llm_unavailable" else error.code}
    history.append({"role": "assistant", "content": told})
    return {"text": told, "status": "completed"}


def say_and_stop(text: str, after: str) -> dict[str, Any]:
    """There are no words for it: whoever leaves ends nothing."""
    told, stopped = "", False
    for piece in pieces(text):
        told += piece
        if after in told and not stopped:
            stop()
            stopped = True
    history.append({"role": "assistant", "content": told})
    return {"text": told}


def say_and_cut(text: str, after: str) -> dict[str, Any]:
    """And none to come back to an answer."""
    told = ""
    for piece in pieces(text):
        told += piece
        if after in told:
            break
    history.append({"role": "assistant", "content": told})
    until_free()
    return {}


def decide(yes: bool) -> dict[str, Any]:
    return say("Yes." if yes else "No.")


def pieces(text: str) -> Iterator[str]:
    history.append({"role": "user", "content": text})
    with client.chat.completions.create(model="gpt-5", messages=history, stream=True) as chunks:
        for chunk in chunks:
            yield chunk.choices[0].delta.content or ""


def models() -> list[str]:
    return [model.id for model in client.models.list()]


def whole(text: str, **more: Any) -> dict[str, Any]:
    """A completion as its package reads it, or the name and the code of what it raises."""
    messages: list[Any] = [{"role": "user", "content": text}]
    once = client.with_options(max_retries=0)
    try:
        answer = once.chat.completions.create(model="", messages=messages, **more)
    except openai.APIStatusError as error:
        return {"raised": type(error).__name__, "code": error.code, "param": error.param}
    assert openai.types.chat.ChatCompletion.model_validate(answer.model_dump(), strict=True)
    return answer.model_dump()


def with_retries(text: str) -> str:
    """The package tries again of itself."""
    messages: list[Any] = [{"role": "user", "content": text}]
    answer = client.chat.completions.create(model="", messages=messages)
    return answer.choices[0].message.content or ""


def counted(text: str) -> dict[str, Any]:
    """What a stream tells of tools and of tokens."""
    messages: list[Any] = [{"role": "user", "content": text}]
    options: Any = {"include_usage": True}
    chunks = list(
        client.chat.completions.create(
            model="", messages=messages, stream=True, stream_options=options
        )
    )
    thoughts = [getattr(each.choices[0].delta, "reasoning_content", None) for each in chunks[:-1]]
    return {"usage": chunks[-1].usage.model_dump(), "thoughts": [each for each in thoughts if each]}


serve(say, say_and_stop, say_and_cut, decide, models, whole, with_retries, counted)
