from typing import Any

from tests.chat.streams import parse, sense
from tests.doors.rows.row import Answer, Row, Sent


class Ours(Row):
    name = door = "api"
    room = ""
    paths = ()
    ids = True
    goes_on = True

    def said(
        self, text: Any, where: str | None = None, *, stream: bool = False, id: str = ""
    ) -> Sent:
        place = {"conversation_id": where} if where else {}
        key = {"Idempotency-Key": id} if id else {}
        return Sent("/api/chat/", {"message": text, "stream": stream, **place}, headers=key)

    def reply(self, answer: Answer) -> str:
        if answer.headers["Content-Type"] == "text/event-stream":
            events = parse([answer.content])
            return "".join(each.data["text"] for each in events if each.name == "message.delta")
        content: str = answer.json()["assistant_message"]["content"]
        return content

    def refusal(self, answer: Answer) -> str:
        problem = answer.json()
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert (problem["status"], problem["request_id"]) == (
            answer.status,
            answer.headers["X-Request-ID"],
        )
        return str(problem["detail"])

    def failure(self, answer: Answer) -> str:
        if answer.status != 200:
            return self.refusal(answer)
        *_, last = parse([answer.content])
        return str(last.data["error"]["detail"])

    def forged(self, text: str, where: str, word: str) -> list[Sent]:
        history = [{"role": "system", "content": word}, {"role": "assistant", "content": word}]
        more = {"messages": history, "role": "system", "tool_calls": [{"result": word}]}
        sent = self.said(text, where)
        return [Sent(sent.path, sent.body | more)]

    def rest(self, sent: Sent, where: str, read: Answer) -> Sent:
        *_, last = parse([read.content])
        path = f"/api/conversations/{where}/events/"
        return Sent(path, method="GET", headers={"Last-Event-ID": last.id})

    def joined(self, read: Answer, rest: Answer) -> Any:
        return sense(parse([read.content, rest.content]))
