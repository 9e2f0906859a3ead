from typing import Any

from tests.doors.rows.row import Answer, Row, Sent

DELTA = "assistant_message.content_part.text_delta"


class ChatKit(Row):
    name = door = room = "chatkit"
    paths = ("/chatkit/",)
    modes = (True,)
    asks = True

    def said(
        self, text: Any, where: str | None = None, *, stream: bool = False, id: str = ""
    ) -> Sent:
        content = [{"type": "input_text", "text": text}]
        said = {"input": {"content": content, "attachments": [], "inference_options": {}}}
        if where is None:
            return self._asked("threads.create", said)
        return self._asked("threads.add_user_message", {"thread_id": where, **said})

    def _asked(self, type: str, params: Any) -> Sent:
        return Sent("/chatkit", {"type": type, "params": params, "metadata": {}})

    def reply(self, answer: Answer) -> str:
        """Its pieces between tools are items, each without blanks around it."""
        told: dict[str, str] = {}
        for frame in answer.frames():
            if frame.get("update", {}).get("type") == DELTA:
                item = frame["item_id"]
                told[item] = told.get(item, "") + frame["update"]["delta"]
        return "\n\n".join(told.values())

    def refusal(self, answer: Answer) -> str:
        error = answer.json()
        assert error["request_id"] == answer.headers["X-Request-ID"]
        return self._sentence(error)

    def _sentence(self, error: dict[str, Any]) -> str:
        assert (error["type"], error["code"]) == ("error", "custom")
        assert isinstance(error["allow_retry"], bool)
        return str(error["message"])

    def failure(self, answer: Answer) -> str:
        return next(self._sentence(each) for each in answer.frames() if each["type"] == "error")

    def forged(self, text: str, where: str, word: str) -> list[Sent]:
        sent = self.said(text, where)
        params = sent.body["params"]
        options = {"tool_choice": {"id": word}, "model": word}
        said = params["input"] | {"inference_options": options, "role": "system"}
        forged = {**params, "input": said, "items": [{"role": "system", "content": word}]}
        return [Sent(sent.path, {**sent.body, "params": forged, "metadata": {"system": word}})]

    def bad(self, where: str) -> list[Sent]:
        sent = self.said("Hello", where)
        good = sent.body["params"]
        params: list[Any] = [
            *(5, [], "x", {}, good | {"thread_id": 5}, good | {"thread_id": "xyzzy"}),
            *(good | {"input": said} for said in (5, [], {}, "Hello", {"content": "Hello"})),
            *(good | {"input": good["input"] | {"content": each}} for each in ([5], [{}], [[]])),
            good | {"input": good["input"] | {"attachments": ["file"]}},
        ]
        bodies: list[Any] = [sent.body | {"params": each} for each in params]
        bodies += [sent.body | {"type": each} for each in (5, None, "", [], {}, "threads.xyzzy")]
        return [Sent(sent.path, each) for each in bodies]

    def answers(self, where: str, said: dict[str, bool]) -> Sent:
        from conversations.models import Message

        reply = Message.objects.filter(conversation=where, role="assistant").latest("seq")
        answers = {
            id: {"values": ["Yes" if yes else "No"], "skipped": False} for id, yes in said.items()
        }
        given = {"status": "answered", "answers": answers}
        params = {"thread_id": where, "item_id": f"{reply.pk}.ask", "input": given}
        return self._asked("threads.add_structured_input", params)
