"""How PostgreSQL reads each list, history and search among many rows: along an index, a page of it.

``make plans`` tries it among a million.
"""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from conversations.models.told import history
from tests.factories import TaskFactory, UserFactory
from tests.plans import explained, planned_once
from tests.seeding import seed
from todos.models import Task
from web.pagination import Keyset

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.only_on("postgresql"),
    pytest.mark.not_on("sharded"),
]

WHOLE = int(os.environ.get("PLAN_ROWS", "60000"))  # messages
SHARE = 20  # one of so many conversations and tasks is that of one user
EACH, LONG = 20, 2_000  # messages of a conversation, and of a long one
AT_A_TIME = 50  # conversations that have been talked in last at the same moment
THEN = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 120  # rows that may be read for one

PAGES = (
    "/api/conversations/",
    "/api/conversations/?cursor={conversation}",
    "/api/conversations/{long}/",
    "/api/conversations/{long}/messages/",
    "/api/conversations/{long}/messages/?cursor={message}",
    "/api/conversations/{long}/messages/?since=1000",
    "/api/tasks/",
    "/api/tasks/?status=open",
    "/api/tasks/?status=done",
    "/api/tasks/{one}/history/",
    "/api/lists/",
    "/api/proposals/",
    "/api/reminders/",
    "/v1/conversations/conv_{long.hex}/items/",
    "/c/{long}/messages/?before=1000",
)
THROUGH_ALL = (
    "/",
    "/c/{long}/",
    "/tasks/",
    "/deleted/",
    "/api/conversations/?search=nowhere",
    "/api/tasks/?search=nowhere",
    "/api/tasks/?due=today",
    "/api/tags/",
    "/api/tasks/?tag=errands",
    "/tasks/?tag=errands",
    "/find/?q=nowhere",
)
"""They look through all tasks or messages of one user, and through nobody else's."""


@pytest.fixture
def owner(user: User) -> User:
    """Of a part of the conversations and tasks; the others are those of twenty more."""
    others, count = UserFactory.create_batch(20), WHOLE // EACH
    own, whose = count // SHARE, [user, *others][:SHARE]
    seed(count - own, EACH // 2, then=THEN, deleted=False, owners=others, calls_each=5)
    more = {"deleted": False, "owners": [user], "calls_each": 5}
    for place in range(0, own, AT_A_TIME):
        then = THEN + timedelta(minutes=place)
        seed(min(AT_A_TIME, own - place), EACH // 2, then=then, first=count + place, **more)
    seed(1, LONG // 2, then=THEN + timedelta(days=90), first=2 * count, **more)
    done = {0: None, 1: THEN}
    tasks = (
        Task(user=whose[each % SHARE], title=f"Thing {each}", completed_at=done[each // SHARE % 2])
        for each in range(min(2 * count, 20_000))
    )
    Task.objects.bulk_create(tasks, 1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return user


def places(user: User) -> dict[str, Any]:
    """What stands in the paths."""
    conversations = Conversation.objects.for_user(user).latest_first()
    long, amid = conversations[0], conversations[len(conversations) // 2]
    message = Message.objects.for_user(user).get(conversation=long, seq=LONG // 2)
    return {
        "long": long.pk,
        "one": TaskFactory(user=user).pk,
        "conversation": Keyset(conversations).cursor("next", amid),
        "message": Keyset(Message.objects.oldest_first()).cursor("next", message),
    }


def statements(user: User, path: str) -> list[tuple[str, Any]]:
    """What is asked for a path, but by which name and session it is asked."""
    client = APIClient()
    client.force_login(user)

    def look() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.content!r}"

    return noted(look)


def noted(act: Callable[[], Any]) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SELECT", "(SELECT", "UPDATE", "WITH")):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    return asked


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def faults(sql: str, params: Any, most: float) -> Iterator[str]:
    """Where more than ``most`` rows are read, or a whole table."""
    how = "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, FORMAT JSON)"
    plans = [explained(connection, how, sql, params)]
    if "$1" in sql and not re.search(r" LIMIT \d+$", sql):  # else it is never prepared
        plans.append(planned_once(how, sql, params))
    for node in (node for [[[told]]] in plans for node in nodes(told["Plan"])):
        kind, table = node["Node Type"], node.get("Relation Name", "")
        each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        read = each * node["Actual Loops"]
        if read > (PAGE if kind == "Seq Scan" else most):
            yield f"{kind} of {read:.0f} {table}"


def through_rows_of_user(sql: str, params: Any) -> Iterator[str]:
    """The indexes of which nothing but the user is looked up."""
    with transaction.atomic():
        [[[told]]] = planned_once("EXPLAIN (FORMAT JSON)", sql, params)
    for node in nodes(told["Plan"]):
        if re.fullmatch(r"\(user_id = \$\d+\)", node.get("Index Cond", "")):
            yield node["Index Name"]


def test_a_history_is_read_alike_where_most_users_have_said_little(user: User) -> None:
    seed(3_000, 1, then=THEN, deleted=False, owners=UserFactory.create_batch(3_000), calls_each=1)
    seed(1, 300, then=THEN, deleted=False, owners=[user], first=3_000, calls_each=1)
    turn = Turn.objects.filter(user=user).latest("pk")
    turn.load_messages()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    asked = noted(lambda: history(turn, 50))

    assert [fault for sql, params in asked for fault in faults(sql, params, PAGE)] == []


@pytest.mark.django_db(transaction=True)
def test_a_turn_does_not_look_through_all_of_its_user_where_most_have_one_row(user: User) -> None:
    others = UserFactory.create_batch(1_500)
    seed(1_500, 1, then=THEN, deleted=False, owners=others, calls_each=1)
    seed(400, 2, then=THEN, deleted=False, owners=[user], first=1_500, calls_each=1)
    tasks = [Task(user=owner, title=f"Thing {place}") for place, owner in enumerate(others)]
    tasks += [Task(user=user, title=f"My thing {place}") for place in range(400)]
    Task.objects.bulk_create(tasks)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    conversation = Conversation.objects.for_user(user).latest("pk")
    client = APIClient()
    client.force_login(user)

    def turn(words: str) -> None:
        told = {"conversation_id": str(conversation.pk), "message": words}
        assert client.post("/api/chat/", told).status_code == 200

    asked = noted(lambda: [*map(turn, ("add buy milk", "undo that", "hello"))])

    found = {
        scan for sql, params in asked if "$1" in sql for scan in through_rows_of_user(sql, params)
    }
    assert found == {"turn_one_in_progress", "conversations_turncount_pkey"}  # one row or none


def test_a_page_reads_no_more_than_a_page(owner: User) -> None:
    where = places(owner)
    found = [
        f"{path}: {fault} in {sql[:200]}"
        for path in (*PAGES, *THROUGH_ALL)
        for sql, params in statements(owner, path.format(**where))
        for fault in faults(sql, params, PAGE if path in PAGES else float("inf"))
    ]

    assert not found, "\n".join(found)
