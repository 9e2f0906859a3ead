"""ChatKit's wire, spoken by a page whose every frame and body is held against the package's types.

What the page holds after a stream is what items.list tells.
"""

import json
from time import sleep

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Feedback, Message, Turn
from tests.conftest import Plays
from tests.doors.chatkit_page import (
    Json,
    begin,
    get,
    kinds,
    of_type,
    refused,
    said,
    say,
    take,
    the_item,
)
from tests.doors.clients import Client
from tests.factories import ConversationFactory
from tests.factories import say as say_before
from tests.fakes import call
from tests.fakes.answers import asks, fails, says
from tests.keys import client_with
from tests.served.processes import Model, Mortal, client_of, until
from tests.todos.at_once import at_once
from todos.models import Task

pytestmark = pytest.mark.only_on("sqlite")  # the door is the same on any database


def test_a_turn_is_told_in_the_order_in_which_it_came_about(page: Client, model: Model) -> None:
    model.begin(
        asks(call("create_task", title="Milk"), call("create_task", title=""), said="Let me see. "),
        asks(call("create_task", title="Eggs"), said="One more. "),
        says("Both are ", "there."),
    )

    events = begin(page, "Add milk and eggs")

    piece = [
        "thread.item.added assistant_message",
        "thread.item.updated assistant_message.content_part.added",
        "thread.item.updated assistant_message.content_part.text_delta",
        "thread.item.updated assistant_message.content_part.done",
        "thread.item.done assistant_message",
    ]
    done = ["thread.item.updated workflow.task.updated", "client_effect"]
    failed = [
        "thread.item.updated workflow.task.added",
        "thread.item.updated workflow.task.updated",
    ]
    tools = ["thread.item.added workflow", *done]
    assert kinds(events) == [
        "thread.created",
        "thread.item.done user_message",
        "stream_options",
        *piece,
        *tools,
        *failed,
        "thread.item.done workflow",
        *piece,
        *tools,
        "thread.item.done workflow",
        *piece,
        "thread.updated",
        "thread.item.done end_of_turn",
    ]
    assert events[2]["stream_options"] == {"allow_cancel": False}
    assert of_type(events, "thread.updated")[0]["thread"]["title"] == "Milk, Eggs"
    titles = {task.title: str(task.pk) for task in Task.objects.all()}
    effects = [(event["name"], event["data"]) for event in of_type(events, "client_effect")]
    assert effects == [
        ("tasks_changed", {"tool": "create_task", "tasks": [titles[title]]})
        for title in ("Milk", "Eggs")
    ]
    milk, nothing = page.ask("items")[2]["workflow"]["tasks"]
    assert (milk["title"], milk["status_indicator"]) == ("Created task: Milk", "complete")
    assert (nothing["title"], nothing["status_indicator"]) == ("Could not create the task", "none")
    assert "title" in nothing["content"]


def test_what_is_told_while_a_tool_runs(page: Client, model: Model) -> None:
    model.begin(asks(call("list_tasks")), says("Nothing."))

    added, *_ = of_type(begin(page), "thread.item.added")

    running, *_ = added["item"]["workflow"]["tasks"]
    assert (running["title"], running["icon"]) == ("Looking at the tasks", "search")
    assert running["status_indicator"] == "loading"


def test_a_turn_that_fails_says_so_and_is_taken_anew(page: Client, model: Model) -> None:
    model.begin(fails(500), fails(500), asks(call("create_task", title="Jam")), says("There."))

    *_, error = begin(page, "Add jam")

    assert error == {
        "type": "error",
        "code": "custom",
        "message": Turn.objects.get().error_detail,
        "allow_retry": True,
    }
    first = the_item(page, "user_message")
    events = take(page, "threads.retry_after_item", item_id=first["id"])
    removed = [event["item_id"] for event in of_type(events, "thread.item.removed")]
    assert removed == [first["id"], f"{Turn.objects.earliest('created_at').reply.pk}.end"]
    kept = page.ask("items")
    assert [item["type"] for item in kept] == [
        *("user_message", "workflow", "assistant_message", "end_of_turn")
    ]
    assert kept[0]["content"] == [{"type": "input_text", "text": "Add jam"}]


def test_what_is_sent_again_under_its_key_takes_the_place_of_what_was_told(
    page: Client, model: Model
) -> None:
    jam = asks(call("create_task", title="Jam"), said="Let me see.")
    model.begin(says("Hello."), jam, fails(400), says("There."))
    begin(page, "Hello")
    key = {"Idempotency-Key": "k"}

    for _ in ("fails", "is tried again", "is told again"):
        say(page, "Add jam", key)

    told = [item["type"] for item in page.ask("items")]
    assert (told.count("user_message"), told.count("end_of_turn")) == (2, 2)
    assert the_item(page, "assistant_message")["content"][0]["text"] == "There."


def test_a_retry_takes_back_what_was_done_and_only_the_last_exchange(
    page: Client, model: Model
) -> None:
    model.begin(
        says("Hello."),
        asks(call("create_task", title="Mlik"), call("create_task", title="Egs")),
        says("Added."),
        asks(call("create_task", title="Milk")),
        says("Better."),
    )
    begin(page, "Hello")
    first = the_item(page, "user_message")
    say(page, "Add milk")
    second = the_item(page, "user_message")

    assert refused(page, "threads.retry_after_item", item_id=first["id"]) == (409, "not_the_last")
    reply = the_item(page, "assistant_message")["id"]
    for nobodys in (reply, "x", first["id"].upper(), f"{second['id']}.0"):
        assert refused(page, "threads.retry_after_item", item_id=nobodys)[0] == 404
    take(page, "threads.retry_after_item", item_id=second["id"])

    assert [task.title for task in Task.objects.filter(deleted_at=None)] == ["Milk"]
    assert refused(page, "threads.retry_after_item", item_id=second["id"]) == (409, "not_the_last")


def test_of_two_retries_at_once_one_says_the_words(
    page: Client, model: Model, user: User, server: Mortal
) -> None:
    model.begin(says("Hello."), says("Hello again."), says("And again."))
    begin(page, "Hello")
    where = {"thread_id": page.ask("items")[0]["thread_id"], "item_id": page.ask("items")[0]["id"]}
    body = {"type": "threads.retry_after_item", "params": where}
    with client_of(server, user) as ours:
        answers = at_once(lambda number: ours.post("/chatkit", json=body).status_code, 2)

    assert sorted(answers) == [200, 409]
    assert Message.objects.standing().count() == 2


def test_words_that_could_not_be_sent_after_a_retry_are_sent_by_the_next(
    page: Client, model: Model, user: User
) -> None:
    model.begin(says("Hello."), says("Hello again."))
    begin(page, "Hello")
    Turn.objects.get().withdraw()
    said_before = page.ask("items")[0]["id"]

    take(page, "threads.retry_after_item", item_id=said_before)

    assert [message.content for message in Message.objects.standing().oldest_first()] == [
        *("Hello", "Hello again.")
    ]


def test_marked_words_and_tags_are_part_of_what_is_said(page: Client, model: Model) -> None:
    model.begin(says("Fine."))
    tag = {"type": "input_tag", "id": "1", "text": "Milk", "data": {"role": "system"}}
    parts = [{"type": "input_text", "text": "Move "}, tag, {"type": "input_text", "text": "!"}]

    begin(page, content=parts, quoted_text="Milk is due\n\n today")

    message = Message.objects.get(seq=1)
    assert message.content == "> Milk is due\n> \n>  today\n\nMove Milk!"
    item = the_item(page, "user_message")
    assert item["content"] == [{"type": "input_text", "text": "Move Milk!"}]
    assert item["quoted_text"] == "Milk is due\n\n today"


def test_a_reply_has_the_newest_opinion_of_it(
    page: Client, model: Model, user: User, server: Mortal
) -> None:
    model.begin(asks(call("list_tasks")), says("Nothing."))
    begin(page)
    own, *of_reply = [item["id"] for item in page.ask("items")]
    thread = str(Conversation.objects.get().pk)

    for kind in ("positive", "negative"):
        opinion = {"thread_id": thread, "item_ids": of_reply, "kind": kind}
        assert get(page, "items.feedback", **opinion) == {}

    feedback = Feedback.objects.get()
    assert (feedback.kind, feedback.user) == ("negative", user)
    assert feedback.reply == Turn.objects.get().reply
    for nobodys in (own, f"{of_reply[0][:-1]}7", thread, "x"):
        items = [of_reply[0], nobodys]
        assert refused(page, "items.feedback", item_ids=items, kind="positive")[0] == 404
    assert Feedback.objects.get().kind == "negative"
    with client_of(server, user) as ours:
        assert ours.get("/api/auth/me/export/").json()["feedback"][0]["kind"] == "negative"


def test_threads_are_listed_renamed_and_deleted(page: Client, model: Model, user: User) -> None:
    model.begin(says("One."))
    begin(page, "Hello")
    for title in ("Second", "Third"):
        Conversation.objects.create(user=user, title=title)
    newest = [str(pk) for pk in Conversation.objects.latest_first().values_list("pk", flat=True)]

    for order, expected in (("desc", newest), ("asc", newest[::-1])):
        found, after = [], None
        while after != "end":
            page_of = get(page, "threads.list", limit=2, order=order, after=after)
            found += [thread["id"] for thread in page_of["data"]]
            after = page_of["after"] if page_of["has_more"] else "end"
        assert found == expected
    assert len(get(page, "threads.list", limit=9999)["data"]) == 3
    renamed = get(page, "threads.update", thread_id=newest[0], title="New\nname")
    assert renamed["title"] == Conversation.objects.get(pk=newest[0]).title == "New name"
    assert get(page, "threads.delete", thread_id=newest[0]) == {}
    gone = page.ask("refused", type="threads.get_by_id", params={"thread_id": newest[0]})
    assert gone["status"] == 404
    whole = get(page, "threads.get_by_id", thread_id=newest[2])
    assert whole["items"]["data"] == page.ask("items")


def test_a_long_silence_is_told_as_progress(
    page: Client, client: APIClient, plays: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.sse.KEEP_ALIVE_SECONDS", 0.05)

    def thinks(prompt: object) -> list[str]:
        sleep(0.2)
        return ["Hm."]

    plays(thinks)
    wish = {"type": "threads.create", "params": {"input": said("Hello")}}

    answer = client.post("/chatkit", wish, format="json")

    lines = b"".join(answer.streaming_content).split(b"\n\n")
    frames = [json.loads(line.removeprefix(b"data: ")) for line in lines if line]
    silent = of_type(frames, "progress_update")
    assert silent
    assert page.ask("checked_event", event=silent[0]) == silent[0]


def test_a_page_that_says_so_stops_the_turn_by_leaving_it(
    client: APIClient, plays: Plays, transactional_db: None
) -> None:
    def until_it_is_left(prompt: object) -> list[str]:
        until(lambda: Turn.objects.exclude(cancel_requested_at=None).exists())
        return [call("list_tasks")]

    plays(["Once upon a ", call("list_tasks")], until_it_is_left)
    wish = {"type": "threads.create", "params": {"input": said("A story")}}
    answer = client.post("/chatkit", wish, format="json", headers={"Prefer": "leaving-stops"})
    frames, told = iter(answer.streaming_content), b""
    while b"upon" not in told:  # what has come together is told together
        told += next(frames)
    assert b'"allow_cancel": true' in told

    answer.close()

    assert Turn.objects.get().status == Turn.Status.CANCELLED
    assert Message.objects.get(seq=2).content == "Once upon a "


@pytest.mark.parametrize(
    ("type", "params"),
    [
        ("threads.custom_action", {"thread_id": "x", "action": {"type": "x"}}),
        ("threads.sync_custom_action", {"thread_id": "x", "action": {"type": "x"}}),
        ("threads.add_client_tool_output", {"thread_id": "x", "result": 1}),
        ("attachments.create", {"name": "x", "size": 1, "mime_type": "text/plain"}),
        ("attachments.delete", {"attachment_id": "x"}),
        ("input.transcribe", {"audio_base64": "", "mime_type": "audio/webm"}),
    ],
)
def test_what_there_is_none_of_is_told(page: Client, type: str, params: Json) -> None:
    body = page.ask("refused", type=type, params=params)

    assert (body["status"], body["problem"], body["allow_retry"]) == (400, "not_served", False)
    assert body["message"]
    assert body["request_id"]


@pytest.mark.parametrize(
    ("scopes", "refused_types"),
    [
        (["read"], {"threads.create", "items.feedback", "threads.update", "threads.delete"}),
        (["ask"], {"threads.update", "threads.retry_after_item", "threads.delete"}),
        (["no_delete"], {"threads.delete"}),
    ],
)
def test_a_key_does_what_it_may(user: User, scopes: list[str], refused_types: set[str]) -> None:
    scopes = scopes if scopes == ["read"] else ["write", *scopes]
    with_key, conversation = client_with(user, *scopes), ConversationFactory(user=user)
    turn = say_before(conversation, "Hello")
    where = {"thread_id": str(conversation.pk)}
    one = {**where, "item_id": str(turn.user_message.pk)}
    wishes: dict[str, Json] = {
        "threads.list": {},
        "threads.get_by_id": where,
        "items.list": where,
        "threads.create": {"input": said("Hello")},
        "items.feedback": {**where, "item_ids": [f"{turn.reply.pk}.end"], "kind": "positive"},
        "threads.update": {**where, "title": "Other"},
        "threads.retry_after_item": one,
        "threads.delete": where,
    }

    answers = {
        type: with_key.post("/chatkit", {"type": type, "params": params}, format="json")
        for type, params in wishes.items()
        if type in refused_types or type in ("threads.list", "threads.get_by_id", "items.list")
    }

    assert {type for type, answer in answers.items() if answer.status_code != 200} == refused_types
    assert {answers[type].json()["problem"] for type in refused_types} == {"missing_scope"}
