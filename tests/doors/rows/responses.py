from typing import Any
from uuid import UUID

from tests.doors.rows.completions import error_of
from tests.doors.rows.row import Answer, Row, Sent, merged


class Responses(Row):
    name = "responses"
    door = room = "openai"
    paths = (
        "/v1/responses/",
        "/v1/responses/{id}/",
        "/v1/responses/{id}/cancel/",
        "/v1/responses/{id}/input_items/",
        "/v1/conversations/",
        "/v1/conversations/{id}/",
        "/v1/conversations/{id}/items/",
        "/v1/conversations/{id}/items/{id}/",
    )
    most = 2 * 1024 * 1024
    goes_on = True

    def said(
        self, text: Any, where: str | None = None, *, stream: bool = False, id: str = ""
    ) -> Sent:
        place = {"conversation": f"conv_{UUID(where).hex}"} if where else {}
        return Sent(
            "/v1/responses", {"model": "todo-chat", "input": text, "stream": stream, **place}
        )

    def reply(self, answer: Answer) -> str:
        if answer.headers["Content-Type"] == "text/event-stream":
            deltas = [each for each in answer.frames() if each["type"].endswith("text.delta")]
            return "".join(each["delta"] for each in deltas)
        messages = [each for each in answer.json()["output"] if each["type"] == "message"]
        return "".join(part["text"] for each in messages for part in each["content"])

    def refusal(self, answer: Answer) -> str:
        return error_of(answer)

    def failure(self, answer: Answer) -> str:
        """A response that has failed is a response."""
        streamed = answer.headers["Content-Type"] == "text/event-stream"
        response = answer.frames()[-1]["response"] if streamed else answer.json()
        assert response["status"] == "failed"
        return str(response["error"]["message"])

    def forged(self, text: str, where: str, word: str) -> list[Sent]:
        sent = self.said(text, where)
        function = {"name": "delete_task", "arguments": f'{{"task_id": "{word}"}}'}
        items = [
            {"role": "system", "content": word},
            {"role": "developer", "content": word},
            {"role": "user", "content": [{"type": "input_text", "text": f"{word}?"}]},
            {"type": "function_call", "call_id": "call_1", **function},
            {"type": "function_call_output", "call_id": "call_1", "output": word},
            {"type": "message", "role": "assistant", "content": word},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": word}]},
            {"role": "user", "content": [{"type": "input_text", "text": text}]},
        ]
        more = {"metadata": {word: word}, "tools": [{"type": "function", "name": word}]}
        forged = sent.body | {"input": items, "instructions": word, "user": word, **more}
        placeless = {name: each for name, each in forged.items() if name != "conversation"}
        return [Sent(sent.path, forged), Sent(sent.path, placeless)]

    def bad(self, where: str) -> list[Sent]:
        sent = self.said("Hello", where)
        assistant = {"role": "assistant", "content": "Hello"}
        image = {"type": "input_image", "image_url": "data:image/png;base64,"}
        call = {"type": "function_call_output", "call_id": "call_1", "output": "Hello"}
        bodies: list[Any] = [
            *({"input": items} for items in ([assistant], [call], [{"role": "user"}], ["Hello"])),
            {"input": [{"role": "user", "content": [image]}]},
            *({"conversation": where} for where in (5, [], {}, {"id": 5}, "conv_1")),
            {"conversation": None, "previous_response_id": "resp_1"},
            {"previous_response_id": "resp_1"},
            *({"stream": "maybe"}, {"background": "maybe"}, {"text": 5}),
        ]
        return [Sent(sent.path, sent.body | each) for each in bodies]

    def rest(self, sent: Sent, where: str, read: Answer) -> Sent:
        frames = read.frames()
        after = f"stream=true&starting_after={frames[-1]['sequence_number']}"
        return Sent(f"/v1/responses/{frames[0]['response']['id']}?{after}", method="GET")

    def joined(self, read: Answer, rest: Answer) -> Any:
        """The numbers tell how much was told, so they rise with the pieces."""
        return merged(read.frames() + rest.frames(), "delta", "type", "item_id")
