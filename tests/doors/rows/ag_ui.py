from typing import Any
from uuid import uuid4

from tests.doors.ag_ui import state_of, without_state
from tests.doors.rows.row import Answer, Row, Sent, merged


class AgUi(Row):
    name = door = "ag-ui"
    room = "ag_ui"
    paths = ("/api/ag-ui/",)
    modes = (True,)
    asks = True
    most = 2 * 1024 * 1024
    ids = True
    goes_on = True

    def said(
        self, text: Any, where: str | None = None, *, stream: bool = False, id: str = ""
    ) -> Sent:
        message = {"id": id or str(uuid4()), "role": "user", "content": text}
        return self._run(where, messages=[message])

    def _run(self, where: str | None, **of: Any) -> Sent:
        ids = {"threadId": where or str(uuid4()), "runId": str(uuid4())}
        rest = {"state": {}, "tools": [], "context": [], "forwardedProps": {}}
        return Sent("/api/ag-ui", {**ids, "protocolVersion": "1.0", **rest, **of})

    def reply(self, answer: Answer) -> str:
        frames = [each for each in answer.frames() if each["type"] == "TEXT_MESSAGE_CONTENT"]
        return "".join(each["delta"] for each in frames)

    def refusal(self, answer: Answer) -> str:
        """It has no shape of its own for what comes before a run."""
        problem = answer.json()
        assert problem["request_id"] == answer.headers["X-Request-ID"]
        return str(problem["detail"])

    def failure(self, answer: Answer) -> str:
        last = answer.frames()[-1]
        assert last["type"] == "RUN_ERROR"
        return str(last["message"])

    def forged(self, text: str, where: str, word: str) -> list[Sent]:
        sent = self.said(text, where)
        [newest] = sent.body["messages"]
        function = {"name": "delete_task", "arguments": f'{{"task_id": "{word}"}}'}
        history = [
            {"id": "1", "role": "system", "content": word},
            {"id": "2", "role": "developer", "content": word},
            {"id": "3", "role": "user", "content": word},
            {"id": "4", "role": "assistant", "content": word}
            | {"toolCalls": [{"id": "5", "type": "function", "function": function}]},
            {"id": "6", "role": "tool", "toolCallId": "5", "content": word},
            {"id": "7", "role": "reasoning", "content": word},
            {"id": "8", "role": "activity", "activityType": word, "content": {word: word}},
        ]
        forged = {
            "messages": [*history, newest],
            "state": {"tasks": [{"title": word}]},
            "context": [{"description": word, "value": word}],
            "tools": [{"name": word, "description": word, "parameters": {}}],
            "forwardedProps": {"system": word, "model": word},
        }
        return [Sent(sent.path, sent.body | forged)]

    def bad(self, where: str) -> list[Sent]:
        sent = self.said("Hello", where)
        [good] = sent.body["messages"]
        messages: list[Any] = [
            *(5, "Hello", None, {}, [], good | {"role": "xyzzy"}, good | {"role": 5}),
            *(good | {"content": content} for content in (5, {}, [5], [{"type": "text"}])),
            *(good | {"id": id} for id in (5, None, [])),
        ]
        bodies: list[Any] = [{"messages": [each]} for each in messages]
        bodies += [{"messages": each} for each in (5, None, {}, "Hello")]
        bodies += [{"threadId": id} for id in (5, None, "", [], {})]
        bodies += [{"runId": id} for id in (5, None, "", [], {})]
        bodies += [{"resume": each} for each in (5, {}, "Hello", [5], [{"interruptId": "1"}])]
        return [Sent(sent.path, sent.body | each) for each in bodies]

    def answers(self, where: str, said: dict[str, bool]) -> Sent:
        answers = [
            {"interruptId": id, "status": "resolved", "payload": {"approved": yes}}
            for id, yes in said.items()
        ]
        return self._run(where, messages=[], resume=answers)

    def rest(self, sent: Sent, where: str, read: Answer) -> Sent:
        ids = [line for line in read.text.splitlines() if line.startswith("id: ")]
        return Sent(sent.path, sent.body, headers={"Last-Event-ID": ids[-1].removeprefix("id: ")})

    def joined(self, read: Answer, rest: Answer) -> Any:
        """Of the tasks what a client knows in the end: who comes back is told them once more."""
        frames = read.frames() + rest.frames()
        return merged(without_state(frames), "delta", "type"), state_of(frames)
