"""What the assistant does unasked, what it asks for, and what the person's answer does."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import Message, ToolRequest
from agent.offline.sayings import SAYINGS
from chat.consent import SHALL_I
from conversations.models import ToolCall, Turn
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.fakes import call
from todos.models import Origin, Proposal, Task, TaskList

pytestmark = pytest.mark.django_db(transaction=True)


def say(client: APIClient, text: str, where: str | None = None, key: str = "") -> dict[str, Any]:
    sent = {"message": text} | ({"conversation_id": where} if where else {})
    answer = client.post("/api/chat/", sent, headers={"Idempotency-Key": key or str(uuid4())})
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told | told["assistant_message"]


def ids(user: User, count: int, **fields: Any) -> list[str]:
    return [str(TaskFactory(user=user, title=f"Thing {n}", **fields).pk) for n in range(count)]


def deleted() -> int:
    return Task.objects.exclude(deleted_at=None).count()


def done() -> int:
    return Task.objects.exclude(completed_at=None).count()


@pytest.mark.parametrize(("name", "most"), [("delete_task", 3), ("complete_task", 10)])
@pytest.mark.parametrize("one_by_one", [True, False])
def test_what_is_not_wide_is_done_at_once_and_one_more_is_asked_for(
    client: APIClient, user: User, plays: Plays, name: str, most: int, one_by_one: bool
) -> None:
    tasks = ids(user, 2 * most + 1)
    few, many = tasks[:most], tasks[most:]
    plays(
        [call(name, task_id=id) for id in few] if one_by_one else [call(name, task_ids=few)],
        ["Good."],
        [call(name, task_ids=many)],
        ["And the rest."],
    )

    first = say(client, "clear that up")
    second = say(client, "and those", first["conversation_id"])

    assert (first["content"], first["proposals"]) == ("Good.", [])
    assert deleted() + done() == most
    [made] = second["tool_calls"]
    assert (made["status"], made["result"]["proposal"]["tasks"]) == ("succeeded", most + 1)
    proposal = Proposal.objects.get()
    assert second["proposals"] == [str(proposal.pk)]
    end = "" if proposal.summary.endswith("…") else "."
    assert second["content"] == f"And the rest.\n\n{proposal.summary}{end} {SHALL_I}"
    assert second["content"].count("?") == 1
    assert second["warning"] is None


def test_the_changes_of_a_turn_are_counted_together(
    client: APIClient, user: User, plays: Plays
) -> None:
    tasks = ids(user, 5)
    plays([call("delete_task", task_id=id) for id in tasks], ["Three are gone."])

    answer = say(client, "tidy up")

    assert deleted() == 3
    assert len(answer["proposals"]) == 1
    proposal = Proposal.objects.get(status="open")
    assert proposal.operation == {"do": "delete", "tasks": tasks[3:]}
    assert "2 tasks" in answer["content"]


def test_a_yes_does_it_without_asking_a_model_and_it_is_undone_as_one_act(
    client: APIClient, user: User, plays: Plays
) -> None:
    tasks = ids(user, 5)
    llm = plays([call("delete_task", task_ids=tasks)], ["Sure."], ["You are welcome."])
    where = say(client, "delete all")["conversation_id"]
    assert (deleted(), len(llm.prompts)) == (0, 2)

    answer = say(client, "Yes, please.", where)

    assert (deleted(), len(llm.prompts)) == (5, 2)
    [made] = answer["tool_calls"]
    assert (made["name"], made["arguments"]) == ("delete_task", {"task_ids": tasks})
    assert [each["title"] for each in made["result"]["deleted"]] == [f"Thing {n}" for n in range(5)]
    assert (answer["model"], answer["proposals"], answer["warning"]) == ("built-in", [], None)
    assert answer["content"].startswith("Deleted “Thing 0”, “Thing 1”")
    say(client, "thank you", where)
    assert [each["role"] for each in llm.prompts[-1][-3:]] == ["tool", "assistant", "user"]
    proposal = Proposal.objects.get()
    assert (proposal.status, str(proposal.act)) == ("approved", made["id"])
    assert client.post(f"/api/messages/{answer['id']}/undo/").status_code == 200
    assert deleted() == 0


def test_a_no_leaves_it_and_the_model_is_told(client: APIClient, user: User, plays: Plays) -> None:
    llm = plays([call("delete_task", task_ids=ids(user, 4))], ["Sure."], ["You are welcome."])
    where = say(client, "delete all")["conversation_id"]

    answer = say(client, "no thanks", where)

    assert deleted() == 0
    assert Proposal.objects.get().status == "rejected"
    assert (answer["content"], answer["proposals"]) == (SAYINGS["left"], [])
    say(client, "thank you", where)
    assert "the answer was no" in llm.prompts[-1][-3]["content"]


@pytest.mark.parametrize(
    "said", ["yes but not thing 1", "yes?", "hm, which ones", "yes, and add milk"]
)
def test_what_says_more_goes_to_the_model_and_leaves_the_proposal_open(
    client: APIClient, user: User, plays: Plays, said: str
) -> None:
    plays([call("delete_task", task_ids=ids(user, 4))], ["Sure."], ["Hm."], ["Hm."])
    where = say(client, "delete all")["conversation_id"]

    assert say(client, said, where)["tool_calls"] == []
    say(client, "yes", where)  # not to the reply that asked

    assert deleted() == 0
    assert Proposal.objects.get().status == "open"


def test_a_reply_of_two_proposals_asks_one_question_and_a_yes_does_both(
    client: APIClient, user: User, plays: Plays
) -> None:
    old, new = ids(user, 4), ids(user, 11)
    plays(
        [call("delete_task", task_ids=old), call("complete_task", task_ids=new)],
        ["Sure."],
        ["Done."],
    )
    first = say(client, "delete the old, complete the new")
    assert first["content"].count("?") == 1
    assert len(first["proposals"]) == 2

    say(client, "yes", first["conversation_id"])

    assert (deleted(), done()) == (4, 11)


def test_what_moved_on_is_asked_again_with_what_differs(
    client: APIClient, user: User, plays: Plays
) -> None:
    tasks = ids(user, 5)
    plays([call("delete_task", task_ids=tasks)], ["Sure."], ["Look again."], ["Gone."])
    where = say(client, "delete all")["conversation_id"]
    Task.objects.get(pk=tasks[0]).edit(Origin("page"), title="Keep me")

    second = say(client, "yes", where)
    assert deleted() == 0
    assert "Keep me" in second["content"]
    assert second["content"].endswith(SHALL_I)
    say(client, "ok", where)

    assert deleted() == 5
    assert sorted(Proposal.objects.values_list("status", flat=True)) == ["approved", "outdated"]


def test_what_was_approved_elsewhere_is_not_done_again(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays([call("delete_task", task_ids=ids(user, 4))], ["Sure."], ["It was done."])
    first = say(client, "delete all")
    Proposal.objects.get().approve(Origin("page"))

    answer = say(client, "yes", first["conversation_id"])

    assert deleted() == 4
    [made] = answer["tool_calls"]
    assert "a yes elsewhere" in made["result"]["note"]
    assert Task.objects.filter(deleted_at=None).count() == 0


def test_the_yes_of_a_turn_that_fails_is_done_once_when_it_is_tried_again(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays([call("delete_task", task_ids=ids(user, 4))], ["Sure."])
    where = say(client, "delete all")["conversation_id"]
    sent, key = {"message": "yes", "conversation_id": where}, {"Idempotency-Key": "once"}
    client.post("/api/chat/", sent, headers=key)
    assert deleted() == 4
    Turn.objects.filter(idempotency_key="once").update(status=Turn.Status.FAILED)

    again = client.post("/api/chat/", sent, headers=key).json()["assistant_message"]

    assert [made["name"] for made in again["tool_calls"]] == ["delete_task"]
    assert ToolCall.objects.count() == 2


def test_a_turn_tried_again_counts_what_was_done_before(
    client: APIClient, user: User, plays: Plays
) -> None:
    tasks = ids(user, 5)
    plays(
        [call("delete_task", task_ids=tasks[:3])],
        RuntimeError("the server is away"),
        [call("delete_task", task_id=tasks[3])],
        ["Sure."],
    )
    key = {"Idempotency-Key": "once"}
    client.post("/api/chat/", {"message": "tidy up"}, headers=key)

    answer = client.post("/api/chat/", {"message": "tidy up"}, headers=key).json()

    assert deleted() == 3
    assert len(answer["assistant_message"]["proposals"]) == 1


def test_a_model_cannot_consent(client: APIClient, user: User, plays: Plays) -> None:
    """Neither in its words, nor in a title, nor in what it asks for."""
    tasks = [*ids(user, 3), str(TaskFactory(user=user, title="yes").pk)]
    ask = call("delete_task", task_ids=tasks)
    plays(
        [ask], ["Yes. The user says: yes"], ["yes", call("delete_task", task_ids=tasks)], ["Yes."]
    )
    where = say(client, "delete all")["conversation_id"]

    say(client, "what do you think of it", where)

    assert deleted() == 0


def test_a_paste_of_forty_lines_is_added_at_once_and_what_the_model_thinks_up_is_asked_for(
    client: APIClient, user: User, plays: Plays
) -> None:
    lines = [f"Pack box {n}" for n in range(40)]
    made_up = [{"title": f"Idea {n}"} for n in range(11)]
    plays(
        [call("create_task", tasks=[{"title": line} for line in lines])],
        ["Added."],
        [call("create_task", tasks=made_up)],
        ["Good ideas."],
        ["Added."],
    )

    where = say(client, "\n".join(lines))["conversation_id"]
    assert Task.objects.count() == 40
    say(client, "think up some tasks for me", where)
    assert Task.objects.count() == 40
    say(client, "yes", where)

    assert Task.objects.filter(title__startswith="Idea").count() == 11


def test_each_its_own_change_is_kept_in_what_is_asked_for(
    client: APIClient, user: User, plays: Plays
) -> None:
    changes = [
        {"task_id": id, "title": f"New {n}", "due_date": "2026-12-03", "append_notes": "more"}
        for n, id in enumerate(ids(user, 11, notes="old"))
    ]
    plays([call("update_task", tasks=changes)], ["Sure."], ["Changed."])
    where = say(client, "rename all")["conversation_id"]

    say(client, "do it", where)

    assert {task.title for task in Task.objects.all()} == {f"New {n}" for n in range(11)}
    assert {task.notes for task in Task.objects.all()} == {"old\nmore"}


def test_a_kind_that_is_not_to_be_asked_about_is_done_and_a_deletion_never(
    client: APIClient, user: User, plays: Plays
) -> None:
    user.do_not_ask = ["complete"]
    user.keep("do_not_ask")
    tasks = ids(user, 20)
    plays(
        [call("complete_task", task_ids=tasks), call("reopen_task", task_ids=tasks[:11])],
        ["Done."],
    )

    answer = say(client, "complete all")

    assert done() == 20
    assert len(answer["proposals"]) == 1


def test_the_first_undo_is_done_at_once_and_then_as_long_as_it_is_not_too_much(
    client: APIClient, user: User, plays: Plays
) -> None:
    for _ in range(3):
        origin = Origin("page")
        for n in range(6):
            Task.add(user, origin, title=f"Thing {n}")
    plays([call("undo_last")] * 3, ["Undone."])

    made = say(client, "undo")["tool_calls"]

    assert [each["status"] for each in made] == ["succeeded", "failed", "failed"]
    assert deleted() == 6


def test_a_yes_elsewhere_to_fewer_tasks_than_are_asked_about_by_then_does_nothing(
    client: APIClient, user: User, plays: Plays
) -> None:
    tasks = ids(user, 9)
    seen: list[str] = []

    def meanwhile(messages: list[Message]) -> list[ToolRequest]:
        [first] = Proposal.objects.all()
        seen.append(str(first.pk))
        return [call("delete_task", task_ids=tasks[4:])]

    plays([call("delete_task", task_ids=tasks[:4])], meanwhile, ["Sure."], ["Gone."])
    answer = say(client, "delete all")

    told = client.post(f"/api/proposals/{seen[0]}/approve/")
    assert (told.status_code, deleted()) == (409, 0)
    assert answer["proposals"] == [told.json()["proposal"]["id"]]
    assert "9 tasks" in answer["content"]
    assert answer["content"].count("Delete") == 1
    say(client, "yes", answer["conversation_id"])
    assert deleted() == 9


def test_a_yes_does_all_of_a_change_that_makes_the_list_and_the_task_of_its_steps(
    client: APIClient, user: User, plays: Plays
) -> None:
    moved = [{"task_id": id, "list": "Old"} for id in ids(user, 11)]
    trip = [{"title": "Trip", "list": "Away"}]
    trip += [{"title": f"Step {n}", "parent": "Trip"} for n in range(12)]
    plays([call("update_task", tasks=moved), call("create_task", tasks=trip)], ["Sure."], ["Done."])
    first = say(client, "put that away and plan my trip")
    assert TaskList.objects.count() == 0
    assert "to the list “Old”" in first["content"]

    answer = say(client, "yes", first["conversation_id"])

    assert Task.objects.filter(list__name="Old").count() == 11
    steps = Task.objects.filter(parent__title="Trip", list__name="Away")
    assert steps.count() == 12
    assert answer["tool_calls"][0]["arguments"]["tasks"][0]["list"] == "Old"
    client.post(f"/api/messages/{answer['id']}/undo/")
    assert TaskList.objects.filter(deleted_at=None).count() == 0
    assert Task.objects.filter(list=None, deleted_at=None).count() == 11


@pytest.mark.parametrize("window", [1, 2, 3])
def test_a_yes_is_read_however_few_messages_the_model_is_told(
    client: APIClient, user: User, plays: Plays, settings: Any, window: int
) -> None:
    settings.AGENT_HISTORY_MESSAGES = window
    llm = plays([call("delete_task", task_ids=ids(user, 4))], ["Sure."], ["Gone."])
    where = say(client, "delete all")["conversation_id"]

    say(client, "yes", where)

    assert deleted() == 4
    assert sum(each["role"] == "user" for each in llm.prompts[-1]) == 1


def test_what_fits_a_name_is_no_excuse_for_more_new_tasks_than_were_spoken_of(
    client: APIClient, user: User, plays: Plays
) -> None:
    tasks = [{"title": title} for n in range(30) for title in ("milk", f"Milk {n}")]
    plays([call("create_task", tasks=tasks)], ["Added."])

    answer = say(client, "add milk for 3 days")

    assert (Task.objects.count(), len(answer["proposals"])) == (0, 1)
