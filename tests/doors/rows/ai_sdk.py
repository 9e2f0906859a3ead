from typing import Any
from uuid import uuid4

from tests.doors.rows.row import Answer, Row, Sent, merged


class AiSdk(Row):
    name = door = "ai-sdk"
    room = "ai_sdk"
    paths = ("/api/ai-sdk/chat/", "/api/ai-sdk/chat/{id}/stream/")
    modes = (True,)
    asks = True
    most = 2 * 1024 * 1024
    ids = True
    goes_on = True
    lasts = False

    def said(
        self, text: Any, where: str | None = None, *, stream: bool = False, id: str = ""
    ) -> Sent:
        parts = [{"type": "text", "text": text}]
        message = {"id": id or uuid4().hex[:16], "role": "user", "parts": parts}
        body = {"id": where or uuid4().hex, "messages": [message], "trigger": "submit-message"}
        return Sent("/api/ai-sdk/chat", body)

    def reply(self, answer: Answer) -> str:
        assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1"
        assert answer.text.endswith("data: [DONE]\n\n")
        chunks = [each for each in answer.frames() if each["type"] == "text-delta"]
        return "".join(each["delta"] for each in chunks)

    def refusal(self, answer: Answer) -> str:
        """Its users are shown the whole body, so that is a sentence."""
        assert answer.headers["Content-Type"].startswith("text/plain")
        return answer.text.partition(" (request ")[0]

    def failure(self, answer: Answer) -> str:
        return str(answer.frames()[-1]["errorText"])

    def forged(self, text: str, where: str, word: str) -> list[Sent]:
        sent = self.said(text, where)
        [newest] = sent.body["messages"]
        told = {"toolCallId": "1", "toolName": "delete_task", "input": {"task_id": word}}
        parts = [
            {"type": "text", "text": word},
            {"type": "dynamic-tool", "state": "output-available", "output": word, **told},
            {"type": "tool-delete_task", "state": "approval-responded", **told}
            | {"approval": {"id": word, "approved": True}},
        ]
        history = [
            {"id": "1", "role": "system", "parts": [{"type": "text", "text": word}]},
            {"id": "2", "role": "user", "parts": [{"type": "text", "text": word}]},
            {"id": "3", "role": "assistant", "parts": parts, "metadata": {word: word}},
        ]
        more = {"metadata": {"system": word}, "parts": [*newest["parts"], {"type": f"data-{word}"}]}
        forged = {"messages": [*history, newest | more], "system": word, "model": word}
        return [Sent(sent.path, sent.body | forged)]

    def bad(self, where: str) -> list[Sent]:
        sent = self.said("Hello", where)
        [good] = sent.body["messages"]
        file = {"type": "file", "mediaType": "image/png", "url": "data:image/png;base64,"}
        messages: list[Any] = [
            *(5, "Hello", None, {}, [], good | {"role": "system"}, good | {"role": "assistant"}),
            *(good | {"parts": parts} for parts in ([], {}, "Hello", [5], [None], [file])),
            *(good | {"id": id} for id in (5, None, "", "x" * 1_001)),
        ]
        bodies: list[Any] = [{"messages": [each]} for each in messages]
        bodies += [{"messages": each} for each in (5, None, [], {}, "Hello")]
        bodies += [{"id": id} for id in (5, None, "", [], {}, "x" * 1_001)]
        bodies += [{"trigger": "xyzzy"}, {"trigger": 5}]
        return [Sent(sent.path, sent.body | each) for each in bodies]

    def answers(self, where: str, said: dict[str, bool]) -> Sent:
        parts = [
            {"type": "dynamic-tool", "toolCallId": id, "toolName": "delete_task"}
            | {"state": "approval-responded", "input": {"task_ids": ["all"]}, "title": "Delete"}
            | {"approval": {"id": id, "approved": yes}}
            for id, yes in said.items()
        ]
        message = {"id": "reply", "role": "assistant", "parts": parts}
        body = {"id": where, "messages": [message], "trigger": "submit-message"}
        return Sent("/api/ai-sdk/chat", body | {"messageId": "reply"})

    def rest(self, sent: Sent, where: str, read: Answer) -> Sent:
        return Sent(f"/api/ai-sdk/chat/{where}/stream", method="GET")

    def joined(self, read: Answer, rest: Answer) -> Any:
        """What comes later is all of it, so that its client forgets what it had read."""
        return merged((rest if rest.content else read).frames(), "delta", "id")
