import pytest, json
from agent.llm import Response, ToolRequest
from agent.events import TextDelta
import chat.send
from django.db import connection
from django.test.utils import CaptureQueriesContext

class Fake:
    def __init__(self): self.n=0
    def stream(self, messages, tools):
        self.n+=1
        if "task" in messages[-1]["content"] and messages[-1]["role"]=="user":
            yield from ()
            return Response("", [ToolRequest("create_task", '{"title":"Milk","due_date":"2026-12-01"}'), ToolRequest("nope","x")])
        yield TextDelta("Hel"); yield TextDelta("lo")
        return Response("Hello")

@pytest.mark.django_db(transaction=True)
def test_turn(client, monkeypatch):
    fake=Fake()
    monkeypatch.setattr(chat.send, "chosen_llm", lambda: fake)
    r = client.post("/api/chat/", {"message":"hi"}); print(json.dumps(r.json(),indent=1)); assert r.status_code==200
    cid=r.json()["conversation_id"]
    with CaptureQueriesContext(connection) as q:
        r = client.post("/api/chat/", {"message":"hi", "conversation_id":cid}, headers={"Idempotency-Key":"a"})
    for x in q.captured_queries: print(x["sql"][:150])
    print(len(q))
    r = client.post(f"/api/conversations/{cid}/messages", {"content":"a task please"}); print(json.dumps(r.json(),indent=1)); assert r.status_code==201
    r = client.get(f"/api/conversations/"); print(r.json())
    r = client.get(f"/api/conversations/{cid}/"); print(len(r.json()["messages"]))
    r = client.get(f"/api/conversations/{cid}/messages/?limit=2"); print(r.json()["next"], r.json()["total_count"])
    r = client.get(r.json()["next"]); print(r.json()["previous"], [m["seq"] for m in r.json()["results"]])
    r = client.get(f"/api/conversations/{cid}/export/?format=markdown"); print(b"".join(r.streaming_content).decode())
    r = client.get(f"/api/conversations/{cid}/export/"); print(json.loads(b"".join(r.streaming_content))["title"])
    r = client.get(f"/health/ready"); print(r.json())
    assert 0
