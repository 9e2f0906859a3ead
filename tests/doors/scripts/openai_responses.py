"""The Responses and Conversations APIs, as the openai package speaks them."""

import os
from typing import Any

from lines import serve
from openai import APIStatusError, OpenAI

client = OpenAI(base_url=os.environ["URL"] + "/v1", api_key=os.environ["TOKEN"], max_retries=0)
MODEL = "todo-chat"
ASKS = "Shall I do that? Say yes or no."
last: dict[str, str] = {}


class Heard:
    """What the events tell of a response."""

    def __init__(self) -> None:
        self.id, self.text, self.status, self.number = "", "", "", 0
        self.tools: list[str] = []

    def hear(self, event: Any) -> None:
        self.number = event.sequence_number
        if event.type == "response.output_text.delta":
            self.text += event.delta
        if event.type == "response.output_item.done" and event.item.type == "function_call":
            self.tools.append(event.item.name)
        if response := getattr(event, "response", None):
            self.id, self.status = response.id, response.status
            last["previous_response_id"] = self.id

    def told(self) -> dict[str, Any]:
        asked = self.text.endswith(ASKS)
        return {"text": self.text, "status": self.status, "tools": self.tools, "asked": asked}


def begin(text: str) -> Any:
    return client.responses.create(model=MODEL, input=text, stream=True, **last)


def say(text: str) -> dict[str, Any]:
    heard = Heard()
    for event in begin(text):
        heard.hear(event)
    return heard.told()


def say_and_stop(text: str, after: str) -> dict[str, Any]:
    heard, stopped = Heard(), ""
    for event in begin(text):
        heard.hear(event)
        if after in heard.text and not stopped:
            stopped = client.responses.cancel(heard.id).status
    return heard.told()


def say_and_cut(text: str, after: str) -> dict[str, Any]:
    heard = Heard()
    with begin(text) as events:
        for event in events:
            heard.hear(event)
            if after in heard.text:
                break
    for event in client.responses.retrieve(heard.id, stream=True, starting_after=heard.number):
        heard.hear(event)
    return heard.told()


def decide(yes: bool) -> dict[str, Any]:
    return say("Yes." if yes else "No.")


def call(path: str, **arguments: Any) -> Any:
    """Any method, by its path such as `responses.retrieve`: what it returns, or its error."""
    method: Any = client
    for name in path.split("."):
        method = getattr(method, name)
    try:
        returned = method(**arguments)
    except APIStatusError as error:
        return {"raised": type(error).__name__, "status": error.status_code, "code": error.code}
    if arguments.get("stream"):
        return [checked(event) for event in returned]
    return returned and checked(returned)


def checked(told: Any) -> dict[str, Any]:
    """The package itself takes whatever comes; its types know better."""
    data = told.to_dict()
    type(told).model_validate(data)
    return data


def every_item(conversation_id: str, **query: Any) -> list[str]:
    """Page by page."""
    return [each.id for each in client.conversations.items.list(conversation_id, **query)]


def streamed(text: str) -> dict[str, Any]:
    """As the package puts a stream together by itself."""
    with client.responses.stream(model=MODEL, input=text) as stream:
        final = stream.get_final_response()
    return final.to_dict() | {"output_text": final.output_text}


serve(say, say_and_stop, say_and_cut, decide, call, every_item, streamed)
