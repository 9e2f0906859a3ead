"""Messages of MCP as a client writes them by hand."""

from typing import Any

from rest_framework.test import APIClient

MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"
ACCEPT = "application/json, text/event-stream"
ASKING = {"elicitation": {"form": {}}}
NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


def meta(version: str = MODERN, capabilities: Any = None) -> dict[str, Any]:
    return {f"{META}protocolVersion": version, f"{META}clientCapabilities": capabilities or {}}


def modern(
    method: str, params: dict[str, Any] | None = None, capabilities: Any = None
) -> dict[str, Any]:
    told = {**(params or {}), "_meta": meta(capabilities=capabilities)}
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": told}


def handshake(method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method} | ({"params": params} if params else {})


def headers_of(body: Any) -> dict[str, str]:
    """Those that a client of 2026-07-28 sends along."""
    params = body.get("params") if isinstance(body, dict) else None
    if not isinstance(params, dict) or "_meta" not in params:
        return {}
    name = params.get(NAMED_BY.get(body["method"], ""))
    told = {"MCP-Protocol-Version": MODERN, "Mcp-Method": body["method"]}
    return told | ({"Mcp-Name": name} if name else {})


def post(client: APIClient, body: Any, headers: dict[str, str] | None = None) -> Any:
    told = {"Accept": ACCEPT, **headers_of(body), **(headers or {})}
    return client.post("/mcp", body, format="json", headers=told)


def call(
    client: APIClient,
    tool: str,
    arguments: dict[str, Any] | None = None,
    capabilities: Any = None,
    **more: Any,
) -> Any:
    """The result of a tool, in the newest version."""
    params = {"name": tool, "arguments": arguments or {}, **more}
    response = post(client, modern("tools/call", params, capabilities))
    assert response.status_code == 200, response.content
    return response.json()["result"]
