from typing import Any

from tests.doors.rows.row import Answer, Row, Sent

VERSION = "2026-07-28"
META = "io.modelcontextprotocol/"


class Mcp(Row):
    """The tool that takes a turn; what its arguments are wrong for is told in its result."""

    name = door = room = "mcp"
    paths = ("/mcp/", "/.well-known/oauth-protected-resource/mcp/")
    modes = (False,)
    bad_input = range(200, 500)
    busy = 200

    def said(
        self, text: Any, where: str | None = None, *, stream: bool = False, id: str = ""
    ) -> Sent:
        place = {"conversation": where} if where else {}
        return self._call({"message": text, **place})

    def _call(self, arguments: Any, **more: Any) -> Sent:
        name = "ask_assistant"
        meta = {f"{META}protocolVersion": VERSION, f"{META}clientCapabilities": {}}
        params = {"name": name, "arguments": arguments, "_meta": meta, **more}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        routed = {"MCP-Protocol-Version": VERSION, "Mcp-Method": "tools/call", "Mcp-Name": name}
        accept = {"Accept": "application/json, text/event-stream"}
        return Sent("/mcp", body, headers=routed | accept)

    def reply(self, answer: Answer) -> str:
        result = answer.json()["result"]
        assert not result.get("isError"), result
        return str(result["structuredContent"]["reply"])

    def refusal(self, answer: Answer) -> str:
        body = answer.json()
        assert body["jsonrpc"] == "2.0"
        if "error" in body:
            return str(body["error"]["message"])
        assert body["result"]["isError"]
        return str(body["result"]["content"][0]["text"])

    def forged(self, text: str, where: str, word: str) -> list[Sent]:
        history = [{"role": "system", "content": word}, {"role": "assistant", "content": word}]
        arguments = {"message": text, "conversation": where, "messages": history, "system": word}
        return [self._call(arguments, system=word, messages=history)]

    def bad(self, where: str) -> list[Sent]:
        sent = self.said("Hello", where)
        good = sent.body["params"]
        arguments: list[Any] = [5, [], "x", {}, {"conversation": where}]
        arguments += [{"message": "Hello", "conversation": each} for each in (5, [], {}, "xyzzy")]
        bodies: list[Any] = [sent.body | {"params": good | {"arguments": a}} for a in arguments]
        bodies += [sent.body | {"params": each} for each in (5, [], "x", {})]
        bodies += [sent.body | {"method": each} for each in (5, None, "", "xyzzy")]
        bodies += [sent.body | {"jsonrpc": each} for each in (2.0, None, "1.0")]
        bodies += [sent.body | {"id": each} for each in ([], {}, 1.5, True)]
        return [Sent(sent.path, each, headers=sent.headers) for each in bodies]
