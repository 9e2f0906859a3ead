"""Files that mean harm: refused with their line, or taken as far as they can be; never a crash."""

import json
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest

from accounts.models import User
from tests.transfer.conftest import Sends
from tests.transfer.test_formats import MICROSOFT, OUTLOOK, TAKEOUT, TODOIST, TODOTXT
from todos.models import Task, TaskList
from transfer.formats import FORMATS
from transfer.importing import plan
from transfer.incoming import FileBroken

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

HEAD = '{"kind": "todo-chat", "version": 1}\n'


def ours(**fields: Any) -> str:
    return HEAD + json.dumps({"kind": "task", "title": "x"} | fields) + "\n"


def takeout(*tasks: dict[str, Any]) -> str:
    value = {"kind": "tasks#taskLists", "items": [{"title": "L", "items": list(tasks)}]}
    return json.dumps(value)


def recurring(**pattern: Any) -> str:
    due = {"dateTime": "2027-01-31T00:00:00", "timeZone": "UTC"}
    task = {"title": "x", "importance": "high", "dueDateTime": due}
    return json.dumps({"value": [task | {"recurrence": {"pattern": pattern, "range": []}}]})


ODD: list[Any] = [1, [], {}, None, True, [1], [[]], {"a": []}, {"content": []}, ["a"]]
OF_TASKS = (
    *("title", "notes", "due", "status", "id", "parent", "links", "completed", "scheduled_time"),
    *("due_date", "due_time", "tags", "list", "reminders", "series", "place", "completed_at"),
    *("priority", "duration_minutes", "body", "dueDateTime", "checklistItems", "categories"),
    *("recurrence", "reminderDateTime", "linkedResources", "created_at"),
)

HOSTILE: dict[str, str | bytes | Callable[[], str]] = {
    "a line of 10 MB": lambda: "title\n" + "x" * 10_000_000,
    "a line of 10 MB in todo.txt": lambda: "(A) due:2027-01-01 " + "x" * 10_000_000,
    "a text of 10 MB in JSON": lambda: takeout({"title": "x" * 10_000_000}),
    "100,000 lines": lambda: "(A) x due:2027-01-01\n" * 100_000,
    "100,000 rows": lambda: TODOIST.splitlines()[0] + "\n" + "task,x,,,,,,,,\n" * 100_000,
    "100,000 comments": lambda: "TYPE,CONTENT\ntask,x\n" + "note,So it is, I think\n" * 100_000,
    "100,000 rows of nothing": lambda: "title,x\n" + ",y\n" * 100_000,
    "a million entries": lambda: '{"kind":"tasks#taskLists","items":[' + "{}," * 1_000_000 + "{}]}",
    "a million numbers": lambda: takeout({"title": "x", "links": [1] * 1_000_000}),
    "100,000 columns": lambda: "title" + ",x" * 100_000 + "\n" + "a" + ",b" * 100_000,
    "JSON nested": '{"kind": "tasks#',
    "ours nested": HEAD + '{"kind": "task", "title": ' + "[" * 100_000,
    "numbers without end": HEAD + '{"kind": "task", "title": "x", "place": ' + "9" * 100_000 + "}",
    "a rule of everything": ours(due_date="2027-01-01", repeats={"every": "day", "interval": 0}),
    "a rule that is no rule": ours(due_date="2027-01-01", repeats=[[]]),
    "a rule of 31": recurring(type="absoluteMonthly", dayOfMonth=30, interval=1),
    "a rule of billions": recurring(type="daily", interval=10**12),
    "a rule of nonsense": recurring(type={}, interval=[], daysOfWeek={"a": 1}),
    "rules of todo.txt": "(A) x rec:999y due:9999-12-31\n(A) y rec:0d\n(A) z rec:+1b rec:-5q\n",
    "a place beyond all": ours(series="x", place=10**30),
    "places twice": HEAD + ours(series="0" * 32, place=1)[len(HEAD) :] * 3,
    "the first and the last day": ours(due_date="0001-01-01", due_time="00:00")
    + ours(due_date="9999-12-31", due_time="23:59", repeats={"every": "year"})[len(HEAD) :],
    "reminders at the end of time": ours(
        due_date="9999-12-31",
        reminders=[{"at": "0001-01-01T00:00"}, {"days_before": -366, "time": "23:59"}],
    ),
    "times of no calendar": takeout(
        {
            "title": "x",
            "due": "9999-99-99T99:99:99Z",
            "completed": "0000-00-00T00:00:00Z",
            "status": "completed",
        },
        {"title": "y", "due": "0001-01-01T00:00:00+23:59", "created": "9999-12-31T23:59:59-23:59"},
    ),
    "everything of the wrong kind": takeout(*(dict.fromkeys(OF_TASKS, value) for value in ODD)),
    "ours of the wrong kind": HEAD
    + "".join(ours(**dict.fromkeys(OF_TASKS, value))[len(HEAD) :] for value in ODD),
    "Microsoft's of the wrong kind": json.dumps(
        [dict.fromkeys(OF_TASKS, value) | {"importance": value, "title": "x"} for value in ODD]
    ),
    "a zone that does not exist": TODOIST.replace("Europe/Berlin", "../../etc/passwd"),
    "words that are no date": TODOIST.replace("every monday", "every " * 40).replace(
        "Oct", "o" * 9000
    ),
    "NUL and surrogates": ours(title="a\0b\ud800", notes="\0", tags=["\ud800"], id="\ud800"),
    "bytes of nothing": bytes(range(256)) * 40,
    "UTF-16 that is cut within a character": TODOIST.encode("utf-16")[:-301],
    "UTF-16 of surrogates": "title\n".encode("utf-16") + b"\x00\xd8" * 50,
    "formulas": "title;notes\n=cmd|' /C calc'!A0;@SUM(1+1)\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_whole_or_taken_as_far_as_it_can_be(
    sends: Sends, name: str
) -> None:
    content = HOSTILE[name]

    answer = sends(content() if callable(content) else content)

    assert answer.status_code in (201, 400), answer.content[:500]
    if answer.status_code == 400:
        assert answer.json()["errors"][0]["field"] in ("file", "format")
        assert not Task.objects.exists()
        assert not TaskList.objects.exists()
    else:
        assert answer.json()["made"] == Task.objects.count()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "sample", [TODOIST, TODOTXT, TAKEOUT, MICROSOFT, OUTLOOK, ours()], ids=lambda text: text[:9]
)
def test_a_file_in_another_format_and_cut_anywhere_crashes_no_reader(
    user: User, form: str, sample: str
) -> None:
    for end in range(0, len(sample), 97):
        with suppress(FileBroken):
            plan(user, BytesIO(sample[:end].encode()), "x", form)
