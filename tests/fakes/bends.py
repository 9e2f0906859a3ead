"""Bends of answers that no one maker owns: gateways, templates and older servers have them."""

import json
from collections.abc import Iterator
from typing import Any

from agent.llm import Response, ToolRequest
from tests.fakes.answers import event, plain
from tests.fakes.makers import Body, Delta, Maker
from tests.fakes.server import Answer


def _call(number: int, request: ToolRequest, arguments: str) -> Delta:
    function = {"name": request.name, "arguments": arguments}
    return {"index": number, "id": f"call_{number}", "type": "function", "function": function}


class NoStream(Maker):
    """One JSON body, whatever was asked for."""

    def told(self, body: Body, response: Response) -> Answer:
        calls = [_call(n, each, each.arguments) for n, each in enumerate(response.tool_requests)]
        message = {"role": "assistant", "content": response.text or None, "tool_calls": calls}
        return plain({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})


class Cumulative(Maker):
    """Each piece of a call has all that came before."""

    def call(self, number: int, request: ToolRequest) -> Iterator[Delta]:
        for end in range(5, len(request.arguments) + 5, 5):
            yield {"tool_calls": [_call(number, request, request.arguments[:end])]}


class TextIndex(Maker):
    def call(self, number: int, request: ToolRequest) -> Iterator[Delta]:
        for delta in super().call(number, request):
            [call] = delta["tool_calls"]
            yield {"tool_calls": [call | {"index": str(number)}]}


class SaidTwice(Maker):
    """The whole message stands behind its deltas."""

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield event(last)
        calls = [_call(n, each, each.arguments) for n, each in enumerate(response.tool_requests)]
        message = {"role": "assistant", "content": response.text, "tool_calls": calls}
        ends = {"finish_reason": self.finish_of(response)}
        yield {"choices": [{"index": 0, "delta": {}, "message": message, **ends}]}


class Parts(Maker):
    """Words as a list of parts, thoughts among them."""

    def deltas(self, response: Response) -> Iterator[Delta]:
        thought = {"type": "thinking", "thinking": [{"type": "text", "text": "They want it."}]}
        for delta in super().deltas(response):
            words = {"type": "text", "text": delta.get("content", "")}
            yield {"content": [thought, words]} if "content" in delta else delta


class CamelCase(Maker):
    """Ends in another spelling, and without a mark."""

    done = False

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield event(last)
        yield {"choices": [{"index": 0, "delta": None, "finishReason": "STOP"}]}


class NameInPieces(Maker):
    def call(self, number: int, request: ToolRequest) -> Iterator[Delta]:
        head = {"index": number, "id": f"call_{number}", "type": "function"}
        yield {"tool_calls": [{**head, "function": {"name": request.name[:4]}}]}
        yield {"tool_calls": [{"index": number, "function": {"name": request.name[4:]}}]}
        yield {"tool_calls": [{"index": number, "function": {"arguments": request.arguments}}]}


class Written(Maker):
    """Calls as text, as templates of Qwen and Hermes write them."""

    finish_of_calls = "stop"

    def deltas(self, response: Response) -> Iterator[Delta]:
        for request in response.tool_requests:
            call = {"name": request.name, "arguments": json.loads(request.arguments)}
            yield {"content": f"<tool_call>\n{json.dumps(call)}\n</tool_call>\n"}
        if not response.tool_requests:
            yield from super().deltas(response)


class OldCall(Maker):
    """One call at a time, in the field that came before ``tool_calls``."""

    finish_of_calls = "function_call"

    def deltas(self, response: Response) -> Iterator[Delta]:
        for request in response.tool_requests[:1]:
            yield {"function_call": {"name": request.name, "arguments": ""}}
            yield {"function_call": {"arguments": request.arguments}}
        if not response.tool_requests:
            yield from super().deltas(response)


class ThinksInText(Maker):
    def deltas(self, response: Response) -> Iterator[Delta]:
        for piece in ("<thi", "nk>They want it.</th", "ink>\n\n"):
            yield {"content": piece}
        yield from super().deltas(response)


class OtherLines(Maker):
    """Events with more fields than data, and lines that end in CR LF."""

    def stream(self, events: list[Any]) -> Answer:
        told = (json.dumps(each).encode() for each in events)
        return super().stream(
            [b"event: message\r\nid: 1\r\ndata: %s\r\n\r\n" % each for each in told]
        )


BENDS: list[type[Maker]] = [
    *(NoStream, Cumulative, TextIndex, SaidTwice, Parts, CamelCase),
    *(NameInPieces, Written, OldCall, ThinksInText, OtherLines),
]
