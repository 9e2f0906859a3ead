"""All that is kept goes out, and comes back as it was."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import TaskFactory, UserFactory
from todos.models import Origin, Task, TaskList
from todos.repeating import Repeat
from transfer.exporting import export
from transfer.importing import carry_out, plan

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\0"), max_size=60
)
LINES = st.lists(TEXTS, max_size=3).map("\n".join)
TITLES = TEXTS.map(lambda text: f"{text[:30]}x{text[30:]}".strip())
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
MOMENTS = st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
RULES = ["every day", "every 2 weeks on monday and friday", "every month on the last friday"]
RULES += ["3 days after it is done", "every day until 2099-01-31", "every week 5 times"]


@st.composite
def drafts(draw: Any) -> dict[str, Any]:
    day = draw(st.none() | DAYS)
    asks = [{"before_minutes": draw(st.integers(0, 600))}, {"at": "2030-05-05T08:15"}]
    asks += [{"days_before": draw(st.integers(-3, 30)), "time": "18:00"}] if day else []
    return {
        "title": draw(TITLES),
        "notes": draw(LINES),
        "due_date": day,
        "due_time": draw(st.none() | st.times().map(_to_the_minute)) if day else None,
        "priority": draw(st.sampled_from(["none", "low", "medium", "high"])),
        "duration_minutes": draw(st.none() | st.integers(1, 1440)),
        "tags": draw(st.sets(st.sampled_from(["a", "é", "work", "x-y", "日本"]))),
        "repeats": draw(st.none() | st.sampled_from(RULES)) if day else None,
        "list": draw(st.sampled_from([None, "Home", "Work & “play”", "=1+1"])),
        "reminders": draw(st.lists(st.sampled_from(asks), max_size=2, unique_by=str)),
        "created_at": draw(MOMENTS),
        "steps": draw(st.integers(0, 2)),
        "end": draw(st.sampled_from(["open", "done", "removed"])),
    }


def _to_the_minute(at: time) -> time:
    return at.replace(second=0, microsecond=0)


def make(user: User, tasks: list[dict[str, Any]]) -> None:
    origin = Origin("api")
    lists: dict[str | None, TaskList | None] = {None: None}
    for fields in tasks:
        name, steps, end, rule = (fields.pop(key) for key in ("list", "steps", "end", "repeats"))
        if name not in lists:
            lists[name] = TaskList.add(user, origin, name=name)
        repeats = Repeat.read({"words": rule}) if rule else None
        task = Task.add(user, origin, list=lists[name], repeats=repeats, **fields)
        for step in range(steps):
            Task.add(user, origin, title=f"Step {step}", parent=task, completed=step == 0)
        if end == "done":
            task.complete(origin)
        if end == "removed":
            task.remove(origin)


def written(user: User, form: str = "ndjson") -> str:
    return "".join(
        piece if isinstance(piece, str) else piece.decode() for piece in export(user, form)
    )


def without_ids(text: str) -> Iterator[Any]:
    """Each id by the number of its first appearance."""
    numbers: dict[str, int] = {}
    for line in text.splitlines():
        entry = json.loads(line)
        for name in ("id", "list", "parent", "series"):
            if entry.get(name):
                entry[name] = numbers.setdefault(entry[name], len(numbers))
        for spec in entry.get("reminders", []):
            del spec["id"]
        yield entry


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tasks=st.lists(drafts(), min_size=1, max_size=6))
def test_what_goes_out_comes_back_as_it_was(db: None, tasks: list[dict[str, Any]]) -> None:
    user, other = UserFactory(), UserFactory()
    make(user, tasks)
    text = written(user)

    made = plan(other, BytesIO(text.encode()))
    carry_out(other, made)

    assert made.skipped == []
    assert list(without_ids(written(other))) == list(without_ids(text))
    assert plan(user, BytesIO(text.encode())).to_make == []  # its own file brings nothing


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "''x",
    "'",
    " =1",
    "＝1",
    "plain",
    '"=1"',
]


def test_no_cell_runs_in_a_spreadsheet_and_all_come_back(user: User) -> None:
    for text in FORMULAS:
        TaskFactory(user=user, title=f"{text}", notes=text, list=None)
    text = written(user, "csv")

    cells = [cell for row in csv.reader(StringIO(text.lstrip("\ufeff"))) for cell in row]
    assert [cell for cell in cells if cell.strip(" \t")[:1] in "=+-@＝" and cell] == []

    other = UserFactory()
    carry_out(other, plan(other, BytesIO(text.encode())))
    rows = Task.objects.for_user(other).order_by("pk").values_list("notes", flat=True)
    assert list(rows) == FORMULAS


@pytest.mark.parametrize("form", ["csv", "todotxt", "ics"])
def test_the_other_files_are_read_back(user: User, form: str) -> None:
    home = TaskList.add(user, Origin("api"), name="Our home")
    day = date(2027, 3, 1)
    repeats = Repeat.read({"words": "every month"})
    task = TaskFactory(
        user=user,
        title="Pay the rent",
        list=home,
        tags=["money"],
        priority="high",
        due_date=day,
        due_time=time(9, 30),
        repeats=repeats,
        duration_minutes=15,
    )
    TaskFactory(user=user, title="Ask for the bill", parent=task, completed=True)
    other = UserFactory()

    made = plan(other, BytesIO(written(user, form).encode()))
    carry_out(other, made)

    assert made.skipped == []
    rent, bill = Task.objects.for_user(other).order_by("pk")
    for name in ("title", "tags", "priority", "due_date", "due_time", "duration_minutes"):
        assert getattr(rent, name) == getattr(task, name), name
    assert rent.list is not None
    assert rent.list.name == "Our home"
    assert rent.repeat == repeats
    assert (bill.parent, bill.completed) == (rent, True)


def test_a_slow_reader_holds_no_connection(client: APIClient, user: User) -> None:
    TaskFactory(user=user)
    for form, kind in {
        "ndjson": "application/x-ndjson",
        "csv": "text/csv",
        "ics": "text/cal",
    }.items():
        answer: Any = client.get("/api/tasks/export/", {"format": form})
        assert answer["Content-Type"].startswith(kind)
        assert f'filename="tasks.{form}"' in answer["Content-Disposition"]
        pieces = iter(answer.streaming_content)
        next(pieces)  # the head
        for _ in pieces:
            assert connection.vendor == "sqlite" or connection.connection is None
    assert client.get("/api/tasks/export/", {"format": "doc"}).status_code == 400
    assert APIClient().get("/api/tasks/export/").status_code == 401
