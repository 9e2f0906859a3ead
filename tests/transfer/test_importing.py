"""A file comes in as one act, once, as words of others; a preview makes nothing."""

import json
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import SignIn
from tests.factories import TaskFactory, UserFactory
from tests.transfer.conftest import Sends
from todos.models import Task, TaskChange, TaskList
from transfer.exporting import KINDS
from transfer.formats import csv, ics, ndjson, todotxt
from transfer.models import Imported, Upload

pytestmark = pytest.mark.django_db

TABLE = """\
id,title,parent,list,due,repeat,done
1,Plan the trip,,Travel,2027-03-01,every year,
2,Book flights,1,Travel,,,yes
3,Call Ann,,,,,
"""


def test_a_preview_tells_what_would_be_made_and_makes_nothing(sends: Sends) -> None:
    answer = sends(TABLE, preview="true")

    assert answer.status_code == 200
    assert answer.json() == {
        "format": "csv",
        "would_make": 3,
        "already": 0,
        "lists": ["Travel"],
        "tasks": [
            {"line": 2, "title": "Plan the trip", "list": "Travel", "due_date": "2027-03-01"},
            {"line": 3, "title": "Book flights", "list": "Travel", "due_date": None},
            {"line": 4, "title": "Call Ann", "list": "", "due_date": None},
        ],
        "skipped": [],
        "skipped_count": 0,
    }
    assert not Task.objects.exists()
    assert not TaskList.objects.exists()


def test_it_comes_in_as_one_act_of_others_words_and_is_undone_whole(
    sends: Sends, client: APIClient, user: User
) -> None:
    answer = sends(TABLE)

    assert (answer.status_code, answer.json()["made"]) == (201, 3)
    act = answer.json()["act"]
    assert answer["X-Act"] == act
    trip, flights, ann = Task.objects.for_user(user).order_by("pk")
    assert (trip.list and trip.list.name, trip.due_date) == ("Travel", date(2027, 3, 1))
    assert trip.repeat is not None
    assert trip.repeat.words == "every year"
    assert (flights.parent, flights.list, flights.completed) == (trip, trip.list, True)
    assert (ann.list, ann.foreign, trip.foreign, TaskList.objects.get().foreign) == (
        None,
        *[True] * 3,
    )
    lines = TaskChange.objects.for_user(user)
    assert {(line.source, line.format, str(line.act), line.kind) for line in lines} == {
        ("import", "csv", act, "created")
    }

    assert client.post(f"/api/acts/{act}/undo/").status_code == 200
    assert not Task.objects.for_user(user).exists()
    assert not TaskList.objects.for_user(user).exists()


def test_twice_it_changes_nothing_and_what_is_deleted_is_made_again(
    sends: Sends, client: APIClient, user: User
) -> None:
    act = sends(TABLE).json()["act"]
    trip = Task.objects.get(title="Plan the trip")
    client.patch(f"/api/tasks/{trip.pk}/", {"title": "Plan the long trip"})
    lines = TaskChange.objects.count()

    again = sends(TABLE)

    assert again.status_code == 201
    assert {name: again.json()[name] for name in ("made", "already", "act")} == {
        "made": 0,
        "already": 3,
        "act": None,
    }
    assert (Task.objects.count(), TaskChange.objects.count()) == (3, lines)
    client.delete(f"/api/tasks/{trip.pk}/")  # and its step with it
    assert sends(TABLE, preview="true").json()["would_make"] == 2
    assert sends(TABLE).json()["made"] == 2
    assert Task.objects.for_user(user).count() == 3
    assert client.post(f"/api/acts/{act}/undo/").status_code == 409


@pytest.mark.parametrize("form", KINDS)
def test_what_was_written_of_tasks_that_are_there_makes_nothing(
    sends: Sends, user: User, form: str
) -> None:
    TaskFactory(user=user, title="Tea", due_date=date(2027, 1, 5))
    tasks = Task.objects.for_user(user).select_related("list")
    written = {
        "ndjson": ndjson.head() + ndjson.write(tasks[0]),
        "csv": csv.head() + csv.write(tasks[0], ""),
        "todotxt": todotxt.write(tasks[0], ""),
        "ics": b"".join(ics.write(tasks, user)),
    }

    answer = sends(written[form]).json()

    assert (answer["made"], answer["already"], answer["act"]) == (0, 1, None)


def test_without_ids_the_same_tasks_are_known_by_their_words_and_place(sends: Sends) -> None:
    lines = "(A) Call Ann @phone\n(A) Call Ann @phone\n(A) Call Ann @phone +Work\n"

    assert sends(lines).json()["made"] == 3
    assert sends(lines).json()["made"] == 0
    assert sends(lines + "(A) Call Ann @phone\n").json()["made"] == 1


def test_it_is_mine_alone(sends: Sends, sign_in: SignIn) -> None:
    assert sends(TABLE).json()["made"] == 3
    other = UserFactory()
    file = BytesIO(TABLE.encode())
    answer: Any = sign_in(other).post("/api/import/", {"file": file}, format="multipart")

    assert answer.json()["made"] == 3
    assert Task.objects.for_user(other).count() == 3
    assert APIClient().post("/api/import/", {"file": BytesIO(b"x")}).status_code == 401


MISPLACED = """\
id,title,parent
a,In a circle,b
b,Also in it,a
c,Beneath the circle,a
d,Beneath itself,d
e,Of nothing,nobody
f,Top,
g,Step,f
h,Step of a step,g
"""


def test_steps_are_put_where_they_can_be(sends: Sends, user: User) -> None:
    answer = sends(MISPLACED).json()

    rows = Task.objects.for_user(user).values_list("title", "parent__title")
    assert dict(rows) == {
        "In a circle": None,
        "Also in it": None,
        "Beneath the circle": "In a circle",
        "Beneath itself": None,
        "Of nothing": None,
        "Top": None,
        "Step": "Top",
        "Step of a step": "Top",
    }
    assert [each["line"] for each in answer["skipped"]] == [2, 3, 5, 6, 9]


def test_what_does_not_fit_is_told_line_by_line(sends: Sends, user: User) -> None:
    kept = {"kind": "task", "notes": "n" * 11_000, "tags": [f"t{n}" for n in range(25)]}
    long = kept | {"title": "x" * 300, "due_time": "09:00", "duration_minutes": 99_999}
    odd = {"kind": "task", "title": "Rent\0 \ud800", "due_date": "2027-01-31", "due_time": "25:00"}
    odd |= {
        "repeats": {"every": "month"},
        "priority": "dreadful",
        "completed_at": "0001-01-01T00:00Z",
    }
    odd |= {"reminders": [{"before_minutes": -1}], "tags": ["two words", "", "#Tag"]}
    blank = {"kind": "task", "title": " \u200b "}
    lines = [{"kind": "todo-chat", "version": 1}, long, odd, blank]

    answer = sends("\n".join(map(json.dumps, lines))).json()

    assert answer["made"] == 2
    first, second = Task.objects.for_user(user).order_by("pk")
    assert (len(first.title), len(first.notes), len(first.tags)) == (200, 10_000, 20)
    assert (first.due_time, first.duration_minutes) == (None, None)
    assert (second.title, second.priority, second.repeats) == ("Rent", "none", None)
    assert (second.tags, second.due_time, second.completed_at) == (("tag", "two-words"), None, None)
    assert sorted({each["line"] for each in answer["skipped"]}) == [2, 3, 4]
    assert len(answer["skipped"]) == 5 + 4 + 1


@pytest.mark.parametrize(
    ("content", "fields", "field", "says"),
    [
        ("", {}, "format", "ndjson, ics, takeout"),
        ("%PDF-1.7", {}, "format", "ndjson, ics, takeout"),
        ("title\nx", {"format": "doc"}, "format", "csv"),
        ("a;b\n1;2", {"format": "csv"}, "file", "Line 1: No column"),
        ("title\n" + "x\n" * 10_001, {}, "file", "Line 10002: There are more than 10,000"),
        ("title,list\n" + "".join(f"x,l{n}\n" for n in range(501)), {}, "file", "more than 500"),
    ],
)
def test_what_cannot_be_taken_is_refused_whole(
    sends: Sends, content: str, fields: dict[str, str], field: str, says: str
) -> None:
    answer = sends(content, **fields)

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert says in error["detail"]
    assert not Task.objects.exists()
    assert not TaskList.objects.exists()


def test_a_body_that_is_no_file(client: APIClient) -> None:
    for data in ({}, {"file": "text"}):
        answer: Any = client.post("/api/import/", data, format="multipart")
        assert answer.json()["errors"][0]["field"] == "file"
    for body in (b"", b"--x\r\nContent", b'--x\r\nContent-Disposition: form-data; name="file"\r\n'):
        raw: Any = client.generic("POST", "/api/import/", body, "multipart/form-data; boundary=x")
        assert raw.status_code == 400
    assert client.post("/api/import/", {"file": "x"}).status_code == 415


def test_the_statements_do_not_grow_with_the_tasks(sends: Sends) -> None:
    def cost(count: int) -> int:
        table = "title,notes\n" + "".join(f"{uuid4()},x\n" for _ in range(count))
        with CaptureQueriesContext(connection) as made:
            assert sends(table).json()["made"] == count
        return len(made)

    assert cost(200) == cost(2)


def test_the_command_makes_them_and_says_so(user: User, tmp_path: Any, capsys: Any) -> None:
    file = tmp_path / "tasks.csv"
    file.write_text(TABLE + ",,,,,,\n5, ,x,,,,\n")

    call_command("import_tasks", str(file), user=user.username, dry_run=True)
    assert "csv: 3 would be made, 0 there already." in capsys.readouterr().out
    assert not Task.objects.exists()
    call_command("import_tasks", str(file), user=user.username)
    out = capsys.readouterr().out
    assert "line 6: It has no title." in out
    assert "csv: 3 made, 0 there already." in out
    assert Imported.objects.for_user(user).count() == 3
    for wrong in ({"user": "nobody"}, {"user": user.username, "format": "ndjson"}):
        with pytest.raises(CommandError):
            call_command("import_tasks", str(file), **wrong)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_tasks", str(tmp_path / "none"), user=user.username)


def test_a_file_that_waits_for_a_yes_is_kept_for_a_day(user: User, capsys: Any) -> None:
    Upload.add(user, BytesIO(b"title\nOld"), name="old.csv", form="csv")
    upload = Upload.add(user, BytesIO(TABLE.encode()), name="tasks.csv", form="csv")

    assert Upload.objects.get() == upload
    assert upload.open().read().decode() == TABLE
    call_command("cleanup_conversations")
    assert Upload.objects.exists()
    Upload.objects.update(created_at=timezone.now() - timedelta(days=2))
    call_command("cleanup_conversations")
    assert not Upload.objects.exists()
    assert "1 expired file removed" in capsys.readouterr().out
