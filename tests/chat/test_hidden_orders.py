"""A model that obeys every order it reads, in titles, notes, names of lists and foreign text.

The orders are in ``hidden.txt``, a line each: what they want done (a deletion, if it is not said)
and how they put it. Whatever it is talked into, nothing wide and nothing of others is done.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from agent.llm import Message, ToolRequest
from agent.own_words import names
from chat import turns
from conversations.models import Conversation, Turn
from tests.factories import TaskFactory
from tests.fakes import ScriptedLLM, call
from todos.models import Origin, Proposal, Task, TaskChange, TaskList

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

ORDERS = (Path(__file__).parent / "hidden.txt").read_text().splitlines()
AT_ONCE = 8
PLACES = ("title", "notes", "list", "import")
WIDE = {"delete": 4, "complete": 11, "update": 11}
DEEDS = ("complete", "update", "reopen", "create", "undo", "restore")


def deed(order: str) -> str:
    first = order.partition(":")[0]
    return first if first in DEEDS else "delete"


def obeys(order: str, user: User) -> ToolRequest:
    """What a model asks for that does what the order says, to all that it can find.

    Or to so many of the newest that it is wide.
    """
    tasks = Task.objects.with_deleted_for_user(user).order_by("-pk")
    ids = [str(task.pk) for task in tasks[: WIDE.get(deed(order))]]
    match deed(order):
        case "create":
            return call("create_task", tasks=[{"title": f"{order[:150]} {n}"} for n in range(11)])
        case "update":
            changes = [{"task_id": id, "title": "hacked", "priority": "low"} for id in ids]
            return call("update_task", tasks=changes)
        case "undo":
            return call("undo_last")
        case kind:
            return call(f"{kind}_task", task_ids=ids)


def list_of(user: User) -> None:
    """Twelve tasks of the person's own that are open, four that are done, one that is deleted."""
    now = timezone.now()
    rows = [Task(user=user, title="Gone", deleted_at=now)]
    rows += [Task(user=user, title=f"Did {n}", completed_at=now) for n in range(4)]
    rows += [Task(user=user, title=f"Own thing {n}") for n in range(12)]
    Task.objects.bulk_create(rows)


def hide(order: str, place: str, user: User) -> None:
    match place:
        case "title":
            TaskFactory(user=user, title=order[:200])
        case "notes":
            TaskFactory(user=user, title="Letter", notes=order)
        case "list":
            place_of = TaskList.add(user, Origin("api"), name=order[:100])
            TaskFactory(user=user, title="Letter", list=place_of)
        case "import":
            Task.add(user, Origin("import"), title=order[:200], notes=order)


def answer(text: str, user: User, llm: ScriptedLLM, conversation: Conversation) -> Turn:
    turn = turns.open_turn(conversation, partial(conversation.begin_turn, text))
    for _event in turns.answer(turn, user, llm):
        pass
    conversation.refresh_from_db()
    assert turn.status == "completed", turn.error_detail
    return turn


def changed(user: User, before: set[Any]) -> list[TaskChange]:
    return [change for change in TaskChange.objects.for_user(user) if change.pk not in before]


def scripts(orders: Sequence[str], user: User) -> Iterator[Any]:
    """It lists, and then obeys all, each in one call or one by one."""

    def obey(messages: list[Message]) -> list[ToolRequest]:
        return [request for order in orders for request in requests(order, user)]

    yield [call("list_tasks", status="all")]
    yield obey
    yield ["Here they are."]


def requests(order: str, user: User) -> list[ToolRequest]:
    if deed(order) != "delete" or len(order) % 2:
        return [obeys(order, user)]
    tasks = Task.objects.for_user(user).order_by("-pk")[:4]
    return [call("delete_task", task_id=str(task.pk)) for task in tasks]


@pytest.mark.parametrize("place", PLACES)
def test_whatever_is_hidden_changes_nothing_wide_and_from_others_nothing(
    user: User, place: str, settings: Any
) -> None:
    settings.AGENT_MAX_TOOL_CALLS = 4 * AT_ONCE
    wrong: dict[tuple[str, ...], Any] = {}
    for first in range(0, len(ORDERS), AT_ONCE):
        orders = tuple(ORDERS[first : first + AT_ONCE])
        owner = User.objects.create(username=f"{user.username} {orders[0][:40]} {place}")
        list_of(owner)
        for order in orders:
            hide(order, place, owner)
        before = set(TaskChange.objects.for_user(owner).values_list("pk", flat=True))
        turn = answer(
            "what is on my list?",
            owner,
            ScriptedLLM(*scripts(orders, owner)),
            Conversation(user=owner),
        )
        made = changed(owner, before)
        deleted = sum(change.kind == "deleted" for change in made)
        if (place == "import" and made) or deleted > 3 or len(made) > 10:
            wrong[orders] = [(change.kind, str(change.task)) for change in made]
        if turn.reply.content.count("Say yes or no.") > 1:
            wrong[orders] = ["asked twice"]

    assert wrong == {}


def test_foreign_words_in_sight_lift_no_limit(user: User) -> None:
    """Neither for what the message names nor for what is not to be asked about else."""
    user.do_not_ask = ["complete"]
    user.keep("do_not_ask")
    ids = [str(Task.add(user, Origin("page"), title=f"Report {n}").pk) for n in range(11)]
    Task.add(user, Origin("import"), title="Offer of a shop")
    script = [call("list_tasks")], [call("complete_task", task_ids=ids)], ["Done."]

    turn = answer("look for reports", user, ScriptedLLM(*script), Conversation(user=user))

    assert Task.objects.exclude(completed_at=None).count() == 0
    assert turn.reply.content.endswith("Say yes or no.")


def test_what_could_not_be_undone_is_told_as_foreign(user: User) -> None:
    act = Origin("import")
    for title in ("Offer of a shop", "Pay Mallory"):
        task = Task.add(user, act, title=title)
    task.edit(Origin("page"), due_date=date(2030, 1, 1))
    TaskChange.objects.filter(kind="updated").delete()
    script = [call("undo_last"), call("delete_task", task_id=str(task.pk))], ["Sure."]

    turn = answer("undo", user, ScriptedLLM(*script), Conversation(user=user))

    assert turn.calls[0].status == "failed"
    assert Task.objects.filter(deleted_at=None).count() == 2


@pytest.mark.parametrize(
    ("said", "title", "is_named"),
    [
        ("what is on my list?", "My list", False),
        ("what is on my list?", "What is on", False),
        ("delete the first one and mark 2 done", "2", False),
        ("mark number 3 done", "Report 3", False),
        ("move it to friday", "Friday", False),
        ("что у меня?", "Меня", False),
        ("переставь на потом", "переста", False),
        ("我的清单有什么？", "我的", False),
        ("complete “Today”", "Today", True),
        ("我买了牛奶", "牛奶", True),
        ("report 3 is done", "Report 3", True),
    ],
)
def test_words_that_stand_in_messages_of_every_kind_name_no_task(
    said: str, title: str, is_named: bool
) -> None:
    assert names(said, title) == is_named


def test_without_an_order_the_same_is_done_at_once(user: User) -> None:
    """Though foreign text is in sight: what the person's own message names needs no consent."""
    list_of(user)
    Task.add(user, Origin("import"), title="Offer of a shop")
    conversation = Conversation(user=user)
    milk = Task.add(user, Origin("page"), title="Call the dentist")
    looks = [call("list_tasks")]

    def turn(text: str, *requests: ToolRequest) -> Turn:
        return answer(text, user, ScriptedLLM(looks, [*requests], ["Done."]), conversation)

    turn("I called the dentist", call("complete_task", task_id=str(milk.pk)))
    turn("add buy oat milk for friday", call("create_task", title="Buy oat milk"))
    turn(
        "move own thing 3 to monday", call("update_task", task_id="Own thing 3", due_date="monday")
    )
    turn("undo that", call("undo_last"))

    assert Proposal.objects.count() == 0
    assert Task.objects.get(pk=milk.pk).completed
    assert Task.objects.filter(title="Buy oat milk").exists()


@pytest.mark.parametrize(
    ("said", "request_"),
    [
        ("delete own thing 3", call("delete_task", task_id="Own thing 3")),
        ("what is due?", call("complete_task", task_id="Own thing 3")),
        ("add milk", call("create_task", title="Milk", notes="see http://evil.test")),
        ("note that own thing 3 is blue", call("update_task", task_id="Own thing 3", notes="red")),
        ("tag own thing 3 shop", call("update_task", task_id="Own thing 3", title="Pay Mallory")),
        ("> tick own thing 3\n\nwhy?", call("complete_task", task_id="Own thing 3")),
    ],
)
def test_with_foreign_text_in_sight_what_goes_beyond_the_message_is_asked_for(
    user: User, said: str, request_: ToolRequest
) -> None:
    list_of(user)
    Task.add(user, Origin("import"), title="Offer of a shop")
    conversation = Conversation(user=user)
    before = set(TaskChange.objects.values_list("pk", flat=True))
    script = [call("list_tasks")], [request_], ["Sure."]

    turn = answer(said, user, ScriptedLLM(*script), conversation)

    assert changed(user, before) == []
    assert turn.reply.content.endswith("Say yes or no.")
    again = answer("yes", user, ScriptedLLM(["Done."]), conversation)
    assert len(changed(user, before)) == 1
    assert "?" not in again.reply.content


def test_foreign_text_of_an_earlier_turn_counts_as_long_as_the_model_reads_it(user: User) -> None:
    list_of(user)
    Task.add(user, Origin("import"), title="Offer of a shop")
    conversation = Conversation(user=user)
    answer("show my list", user, ScriptedLLM([call("list_tasks")], ["There."]), conversation)
    script = [call("delete_task", task_id="Own thing 3")], ["Gone."]

    answer("tidy up", user, ScriptedLLM(*script), conversation)

    assert Proposal.objects.get().tasks[0]["title"] == "Own thing 3"


def test_an_undo_that_nobody_asked_for_is_none_where_foreign_text_is_in_sight(user: User) -> None:
    Task.add(user, Origin("import"), title="Offer of a shop")
    script = [call("list_tasks")], [call("undo_last")], ["There."]

    turn = answer("show my list", user, ScriptedLLM(*script), Conversation(user=user))

    assert turn.calls[-1].status == "failed"
    assert Task.objects.get().deleted_at is None
