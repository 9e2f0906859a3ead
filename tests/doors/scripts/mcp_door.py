"""The client of `mcp`: MODE is auto, legacy or a version; with COMMAND it starts its own server."""

import json
import os
import time
from typing import Any

from anyio.from_thread import start_blocking_portal
from lines import ours, serve, stop, until_free
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp_types import ElicitResult, InputRequiredResult

ASK = "ask_assistant"
answers: list[str] = []
heard: list[str] = []
open_call: dict[str, Any] = {}


async def elicited(context: Any, params: Any) -> ElicitResult:
    heard.append(params.message)
    action = answers.pop(0)
    content = {"confirm": True} if action == "accept" else None
    return ElicitResult(action=action, content=content)


def connection() -> Any:
    if command := os.environ.get("COMMAND"):
        program, *words = json.loads(command)
        given = json.loads(os.environ["GIVEN"])
        return StdioServerParameters(command=program, args=words, env=given, cwd=given["FOLDER"])
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    http = create_mcp_http_client(headers=headers)
    return streamable_http_client(f"{os.environ['URL']}/mcp", http_client=http)


def listed() -> dict[str, Any]:
    found = portal.call(client.list_tools)
    return {"tools": [tool.name for tool in found.tools], "version": client.protocol_version}


def use(tool: str, arguments: dict[str, Any], say: list[str] | None = None) -> dict[str, Any]:
    """Call it, and answer what it asks by ``say``."""
    answers[:], heard[:] = say or [], []
    result = portal.call(client.call_tool, tool, arguments)
    return {
        "failed": bool(result.is_error),
        "text": result.content[0].text,
        "told": result.structured_content,
        "asked": heard,
    }


def ask(arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As a host that shows the question and comes back later."""

    async def call() -> Any:
        return await client.session.call_tool(ASK, arguments, allow_input_required=True, **more)

    return told(arguments, portal.call(call))


def told(arguments: dict[str, Any], result: Any) -> dict[str, Any]:
    nothing = {"text": None, "tools": None}
    if isinstance(result, InputRequiredResult):
        open_call.update(arguments=arguments, state=result.request_state)
        return nothing | {"status": "completed", "asked": True}
    if result.is_error:
        return nothing | {"status": "failed", "asked": False}
    reply = result.structured_content
    tools = [each["name"] for each in reply["tool_calls"]]
    return {"text": reply["reply"], "status": reply["status"], "tools": tools, "asked": False}


def arguments_of(text: str) -> dict[str, Any]:
    begun = ours("GET", "/api/conversations/")["results"]
    return {"message": text, **({"conversation": begun[0]["id"]} if begun else {})}


def say(text: str) -> dict[str, Any]:
    return ask(arguments_of(text))


def decide(yes: bool) -> dict[str, Any]:
    answer = ElicitResult(action="accept", content={"confirm": yes})
    return ask(
        open_call["arguments"],
        input_responses={"confirm": answer},
        request_state=open_call["state"],
    )


def say_and_stop(text: str, after: str) -> dict[str, Any]:
    arguments = arguments_of(text)
    asked = portal.start_task_soon(lambda: client.session.call_tool(ASK, arguments))
    wait_for(after)
    stop()
    return told(arguments, asked.result())


def say_and_cut(text: str, after: str) -> dict[str, Any]:
    """There is no stream to read on: whoever left finds the reply in the conversation."""
    arguments = arguments_of(text)
    asked = portal.start_task_soon(lambda: client.session.call_tool(ASK, arguments))
    wait_for(after)
    asked.cancel()
    until_free()
    return {"text": None, "status": None, "tools": None, "asked": None}


def wait_for(words: str) -> None:
    """Until the reply has them, of which this door tells nothing before it is whole."""
    reply = {"content": ""}
    while words not in reply["content"]:
        time.sleep(0.05)
        [where, *_] = ours("GET", "/api/conversations/")["results"]
        last = f"?since={where['message_count'] - 1}"
        [reply] = ours("GET", f"/api/conversations/{where['id']}/messages/{last}")["results"]


with start_blocking_portal() as portal:
    mode = os.environ.get("MODE", "auto")
    entered = Client(connection(), mode=mode, elicitation_callback=elicited)
    with portal.wrap_async_context_manager(entered) as client:
        serve(listed, use, say, decide, say_and_stop, say_and_cut)
