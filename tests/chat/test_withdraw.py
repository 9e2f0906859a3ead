"""Taking back the last exchange: what it did, and that it was said."""

import json
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Turn
from conversations.models.told import history
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory, TaskFactory, say
from tests.fakes import call
from todos.models import Origin, Proposal, Task

pytestmark = pytest.mark.django_db(transaction=True)

Body = dict[str, Any]


def withdraw(client: APIClient, message: str, **body: bool) -> Any:
    return client.post(f"/api/messages/{message}/withdraw/", body)


def send(client: APIClient, text: str, where: str = "", key: str = "") -> Body:
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    body = {"message": text} | ({"conversation_id": where} if where else {})
    told: Body = client.post("/api/chat/", body, **headers).json()
    return told


def add_milk(client: APIClient, plays: Plays, *others: Any) -> Body:
    plays([call("create_task", title="Milk")], ["Added milk."], *others)
    return send(client, "milk")


def messages_of(client: APIClient, conversation: str) -> list[Body]:
    told: list[Body] = client.get(f"/api/conversations/{conversation}/").json()["messages"]
    return told


@pytest.mark.parametrize("which", ["user_message", "assistant_message"])
def test_what_it_did_goes_with_it(client: APIClient, plays: Plays, which: str) -> None:
    body = add_milk(client, plays)
    assert body[which]["withdrawn_at"] is None

    answer = withdraw(client, body[which]["id"])

    assert answer.status_code == 200
    assert [change["kind"] for change in answer.json()["undone"]] == ["created"]
    assert Task.objects.get().deleted_at is not None
    said, reply = messages_of(client, body["conversation_id"])
    assert (said["seq"], said["content"], reply["seq"]) == (1, "milk", 2)
    assert said["withdrawn_at"] == reply["withdrawn_at"] == answer.json()["withdrawn_at"]
    assert reply["tool_calls"][0]["undone"]


def test_a_yes_that_was_taken_back_and_is_said_again_tells_what_became_of_it(
    client: APIClient, user: User, plays: Plays
) -> None:
    ids = [str(TaskFactory(user=user).pk) for _ in range(4)]
    plays([call("delete_task", task_ids=ids)], ["Sure."], ["Gone."], ["They are back."])
    where = send(client, "delete all")["conversation_id"]
    withdraw(client, send(client, "yes", where)["assistant_message"]["id"])

    [made] = send(client, "yes", where)["assistant_message"]["tool_calls"]

    assert "taken back since" in made["result"]["note"]
    assert Task.objects.filter(deleted_at=None).count() == 4


def test_once_more_changes_nothing(client: APIClient, plays: Plays) -> None:
    body = add_milk(client, plays)
    first = withdraw(client, body["user_message"]["id"]).json()
    Task.objects.get().restore(Origin("api"))

    again = withdraw(client, body["assistant_message"]["id"])

    assert (again.status_code, again.json()) == (200, first | {"undone": []})
    assert Task.objects.get().deleted_at is None


def test_what_has_changed_since_stays_and_so_does_the_exchange(
    client: APIClient, plays: Plays
) -> None:
    body = add_milk(client, plays)
    Task.objects.get().edit(Origin("api"), title="Oat milk")
    reply = body["assistant_message"]["id"]

    refused = withdraw(client, reply)

    assert (refused.status_code, refused.json()["code"]) == (409, "changed_since")
    assert refused.json()["changed"] == [str(Task.objects.get().pk)]
    assert Turn.objects.get().withdrawn_at is None

    kept = withdraw(client, reply, keep=True)

    assert (kept.status_code, kept.json()["undone"]) == (200, [])
    assert Task.objects.get().deleted_at is None
    assert Turn.objects.get().withdrawn_at is not None


def test_only_the_last_one_that_stands(client: APIClient, plays: Plays) -> None:
    first = add_milk(client, plays, ["Fine."])
    second = send(client, "thanks", first["conversation_id"])

    refused = withdraw(client, first["user_message"]["id"])

    assert (refused.status_code, refused.json()["code"]) == (409, "not_the_last")
    assert Task.objects.get().deleted_at is None
    assert withdraw(client, second["user_message"]["id"]).status_code == 200
    assert withdraw(client, first["user_message"]["id"]).status_code == 200
    assert Task.objects.get().deleted_at is not None


def test_not_while_it_is_answered(client: APIClient, user: User) -> None:
    turn = ConversationFactory(user=user).begin_turn("milk", LEASE)

    refused = withdraw(client, turn.user_message.pk)

    assert (refused.status_code, refused.json()["code"]) == (409, "conversation_busy")
    assert refused["Retry-After"] == "2"

    turn.finish(Turn.Status.CANCELLED, "")
    assert withdraw(client, turn.user_message.pk).status_code == 200


def test_whose_process_has_died_is_not_finished_nor_tried_again(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays()
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("milk", LEASE, idempotency_key="k", request_hash="")
    Turn.objects.update(lease_expires_at=turn.created_at)

    assert withdraw(client, turn.user_message.pk).status_code == 200

    turn.refresh_from_db()
    assert turn.status == Turn.Status.INCOMPLETE
    assert not Turn.objects.broken_off().exists()
    assert not turn.can_be_retried


def test_its_key_gives_the_withdrawn_answer_again(client: APIClient, plays: Plays) -> None:
    plays(["Hello."])
    body = send(client, "hi", key="k")
    withdraw(client, body["user_message"]["id"])

    again = send(client, "hi", key="k")

    assert again["user_message"]["id"] == body["user_message"]["id"]
    assert again["user_message"]["withdrawn_at"]


def test_a_model_is_not_told_of_it(client: APIClient, plays: Plays) -> None:
    plays(["One."], ["Two."], ["Three."])
    first = send(client, "the first")
    where = first["conversation_id"]
    withdraw(client, send(client, "the second", where)["user_message"]["id"])

    model = plays(["Three."])
    send(client, "the third", where)

    told = [each["content"].split("\n")[-1] for each in model.prompts[-1][1:]]
    assert told == ["the first", "One.", "the third"]


def test_many_that_are_withdrawn_leave_the_earlier_ones_in_the_prompt(
    client: APIClient, user: User, settings: Any
) -> None:
    settings.AGENT_HISTORY_MESSAGES = 12
    conversation = ConversationFactory(user=user)
    said = [say(conversation, f"said {number}") for number in range(3)]
    for number in range(20):
        withdraw(client, say(conversation, f"again {number}").user_message.pk)

    turn = conversation.begin_turn("now", LEASE)

    assert [row.content for row in history(turn, 12) if row.role == "user"] == [
        *(turn.user_message.content for turn in said),
        "now",
    ]


def test_previews_titles_and_searches_leave_it_out(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user)
    milk = say(conversation, "Add milk", "Added milk.")
    bread = say(conversation, "Add bread", "Added bread.")

    def shown() -> tuple[str, str]:
        row = client.get(f"/api/conversations/{conversation.pk}/").json()
        return row["title"], row["last_message_preview"]

    def found(word: str) -> int:
        return len(client.get(f"/api/conversations/?search={word}").json()["results"])

    assert (shown(), found("bread")) == (("Add milk", "Added bread."), 1)
    withdraw(client, bread.user_message.pk)
    assert (shown(), found("bread"), found("milk")) == (("Add milk", "Added milk."), 0, 1)
    withdraw(client, milk.user_message.pk)
    title, preview = shown()
    assert (title[:4], preview, found("milk")) == ("Chat", "", 0)
    conversation.refresh_from_db()
    say(conversation, "Add honey")
    assert shown()[0] == "Add honey"


def test_a_title_of_the_persons_own_stays(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user)
    turn = say(conversation, "Add milk")
    conversation.rename("Groceries")

    withdraw(client, turn.user_message.pk)

    assert Conversation.objects.get().title == "Groceries"


def test_what_it_asked_is_left(client: APIClient, user: User, plays: Plays) -> None:
    ids = [str(TaskFactory(user=user).pk) for _ in range(4)]
    plays([call("delete_task", task_ids=ids)], [""])
    body = send(client, "delete them")
    assert Proposal.objects.get().status == "open"

    withdraw(client, body["user_message"]["id"])

    assert Proposal.objects.get().status == "rejected"


def test_what_was_done_of_it_by_a_yes_is_undone(
    client: APIClient, user: User, plays: Plays
) -> None:
    ids = [str(TaskFactory(user=user).pk) for _ in range(4)]
    plays([call("delete_task", task_ids=ids)], [""])
    body = send(client, "delete them")
    client.post(f"/api/proposals/{Proposal.objects.get().pk}/approve/")
    assert not Task.objects.for_user(user)

    assert len(withdraw(client, body["user_message"]["id"]).json()["undone"]) == 4

    assert Task.objects.for_user(user).count() == 4


def test_undo_in_words_takes_back_what_came_before_it(client: APIClient, plays: Plays) -> None:
    bread = [call("create_task", title="Bread")]
    milk = add_milk(client, plays, bread, ["Added bread."])
    where = milk["conversation_id"]
    withdraw(client, send(client, "bread", where)["user_message"]["id"])

    plays([call("undo_last")], ["Took it back."])
    send(client, "undo that", where)

    assert not Task.objects.filter(deleted_at=None).exists()
    assert Task.objects.get(title="Milk").changes.filter(kind="undone").count() == 1
    assert Task.objects.get(title="Bread").changes.filter(kind="undone").count() == 1


def test_an_undoing_that_is_withdrawn_stands_again(client: APIClient, plays: Plays) -> None:
    milk = add_milk(client, plays, [call("undo_last")], ["Took it back."])
    undone = send(client, "undo", milk["conversation_id"])
    assert Task.objects.get().deleted_at

    withdraw(client, undone["user_message"]["id"])

    assert Task.objects.get().deleted_at is None


def test_exports_mark_it(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user)
    withdraw(client, say(conversation, "Add milk").user_message.pk)
    url = f"/api/conversations/{conversation.pk}/export/"

    markdown = client.get(f"{url}?format=markdown").getvalue().decode()
    assert [line[-12:] for line in markdown.splitlines() if line[:3] == "## "] == [
        "(taken back)",
        "(taken back)",
    ]
    exported = json.loads(client.get(url).getvalue())
    assert all(each["withdrawn_at"] for each in exported["messages"])


def test_strangers_and_the_deleted(
    client: APIClient, stranger_client: APIClient, anonymous: APIClient, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    message = say(conversation, "Add milk").user_message.pk

    assert withdraw(stranger_client, message).status_code == 404
    assert withdraw(client, str(uuid4())).status_code == 404
    assert withdraw(anonymous, message).status_code == 401
    bad = client.post(f"/api/messages/{message}/withdraw/", {"keep": "perhaps"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "keep")
    client.delete(f"/api/conversations/{conversation.pk}/")
    assert withdraw(client, message).status_code == 404
    assert Turn.objects.get().withdrawn_at is None


def test_a_title_by_what_was_done_leaves_it_out(client: APIClient, plays: Plays) -> None:
    bread = [call("create_task", title="Bread")]
    body = add_milk(client, plays, bread, ["Added bread."])
    where = body["conversation_id"]
    second = send(client, "bread", where)
    assert Conversation.objects.get().title == "Milk, Bread"

    withdraw(client, second["user_message"]["id"])

    assert Conversation.objects.get().title == "milk"
