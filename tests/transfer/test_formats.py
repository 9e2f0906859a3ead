"""What these programs write is read as they mean it, and what cannot be kept is told."""

import json
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from transfer.formats import FORMATS
from transfer.importing import recognized
from transfer.incoming import FileBroken, Incoming, IncomingList, Skipped

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 29, 15, 0, tzinfo=BERLIN)


def sample(name: str) -> str:
    return (Path(__file__).parent / "samples" / name).read_bytes().decode()


TODOIST = sample("todoist.csv")
TODOTXT = sample("todo.txt")
TAKEOUT = sample("takeout.json")
MICROSOFT = sample("microsoft.json")
OUTLOOK = sample("outlook.csv")
TABLE = sample("table.csv")


def read(name: str, content: str | bytes) -> list[Any]:
    file = BytesIO(content.encode() if isinstance(content, str) else content)
    assert recognized(file) == name
    return list(FORMATS[name].read(file, NOW))


def tasks_of(entries: list[Any]) -> dict[str, Incoming]:
    return {entry.title: entry for entry in entries if isinstance(entry, Incoming)}


def told(entries: list[Any]) -> list[tuple[int, str]]:
    return [(each.line, each.why) for each in entries if isinstance(each, Skipped)]


def test_a_backup_of_todoist() -> None:
    entries = read("todoist", TODOIST)
    tasks = tasks_of(entries)

    basil = tasks["Repot the basil"]
    assert (basil.tags, basil.notes, basil.priority) == (
        ("garden", "weekend"),
        "Terracotta pot",
        "high",
    )
    assert (basil.due_date, basil.due_time, basil.duration_minutes) == (date(2027, 10, 5), None, 30)
    assert (basil.line, basil.list, basil.parent) == (3, "", "")
    compost = tasks["Buy compost"]
    assert (compost.parent, compost.priority) == (basil.here, "none")
    assert compost.notes == "Get the peat-free one,\r\nnot the cheap one"
    assert tasks["Choose a shop"].parent == compost.here
    ferns = tasks["Water the ferns"]
    assert ferns.repeats is not None
    assert (ferns.repeats.words, ferns.due_date, ferns.due_time) == (
        "every Monday",
        date(2026, 11, 30),
        time(9),
    )
    assert (ferns.list, ferns.line, ferns.priority) == ("Weekly", 10, "medium")
    assert tasks["Check the seed tray"].repeats.words == "3 days after it is done"  # type: ignore[union-attr]
    assert tasks["Call Cairo"].due_time == time(14, 30)  # on the clock in Berlin
    assert told(entries) == [
        (7, "“Choose a shop” comes without the person it is given to: Jo (1)"),
        (13, "“Order seeds” comes without its day: “gibberish” is not understood."),
    ]


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("ev mon at 7am", "every Monday"),
        ("ev! 2 weeks", "2 weeks after it is done"),
        ("after 3 days", "3 days after it is done"),
        ("every 3rd tuesday at 20:00", "every month on the third Tuesday"),
        ("every second Fri", "every month on the second Friday"),
    ],
)
def test_rules_in_words_of_todoist(said: str, rule: str) -> None:
    (task,) = read("todoist", f"TYPE,CONTENT,DATE\ntask,Water,{said}\n")

    assert task.repeats.words == rule


def test_what_is_told_of_a_task_is_short_and_in_one_line() -> None:
    entries = read("csv", f'title,due,time,minutes\n"A\n{"b" * 9000}",soon-ish,9 o,long\n')

    title = f"“A {'b' * 57}…” comes without its"
    assert told(entries) == [
        (2, f"{title} day: “soon-ish” is not understood."),
        (2, f"{title} time: “9 o” is none."),
        (2, f"{title} duration: “long” is no number of minutes."),
    ]


def test_todo_txt() -> None:
    entries = read("todotxt", TODOTXT)
    tasks = tasks_of(entries)

    mum = tasks["Thank Mum for the meatballs"]
    assert (mum.priority, mum.list, mum.tags, mum.due_date) == (
        "high",
        "Family",
        ("phone",),
        date(2026, 12, 1),
    )
    assert mum.created_at == datetime(2026, 11, 1, tzinfo=BERLIN)
    hotel = tasks["Book the hotel"]
    assert hotel.completed_at == datetime(2026, 11, 28, tzinfo=BERLIN)
    assert (hotel.list, hotel.tags, hotel.priority) == ("Trip to Rome", ("Work",), "medium")
    assert tasks["Water the plants"].repeats.words == "2 weeks after it is done"  # type: ignore[union-attr]
    assert tasks["Pay rent"].repeats.words == "every month"  # type: ignore[union-attr]
    link = tasks["Read http://example.org/a:b by 9:30"]
    assert (link.priority, link.due_date) == ("low", None)
    assert [line for line, _ in told(entries)] == [2, 4, 6, 6]


def test_what_google_takeout_hands_out() -> None:
    entries = read("takeout", TAKEOUT)
    tasks = tasks_of(entries)

    passport = tasks["Renew the passport"]
    assert (passport.due_date, passport.due_time) == (date(2026, 12, 24), None)
    assert passport.notes == "Two photos\nhttps://mail.google.com/x"
    assert (passport.list, passport.key, passport.line) == ("My Tasks", "a", 4)
    assert passport.created_at == datetime(2026, 10, 1, 8, tzinfo=UTC)
    photos = tasks["Take photos"]
    assert (photos.parent, photos.completed_at) == ("a", datetime(2026, 10, 5, 18, tzinfo=UTC))
    assert IncomingList(line=12, name="Empty") in entries
    empty = '{"items": [{"kind": "tasks#tasks", "title": "Trip"}]}'
    assert read("takeout", empty) == [IncomingList(line=1, name="Trip")]
    assert told(entries) == [(10, "“Old” was deleted there.")]


@pytest.mark.parametrize(
    ("moment", "zone"),
    [("2026-12-04T23:00:00", "UTC"), ("2026-12-05T00:00:00", "UTC"), ("2026-12-05", "Mars")],
)
def test_a_day_of_microsoft_is_a_midnight_of_its_user_too(moment: str, zone: str) -> None:
    due = {"dateTime": moment, "timeZone": zone}
    (task,) = read("microsoft", json.dumps([{"title": "Bill", "dueDateTime": due}]))

    assert (task.due_date, task.due_time) == (date(2026, 12, 5), None)


def test_what_was_altered_by_hand_in_our_own_file_is_told() -> None:
    lines = [
        {"kind": "todo-chat", "version": 1},
        {"kind": "task", "title": "Tea", "list": "Shop", "duration_minutes": "30", "tags": ["a"]},
    ]
    entries = read("ndjson", "\n".join(map(json.dumps, lines)))

    assert told(entries) == [
        (2, "“Tea” comes without its duration_minutes, which cannot be so."),
        (2, "“Tea” comes without its list, which cannot be so."),
    ]


def test_microsoft_to_do_names_zones_as_windows_does() -> None:
    named = MICROSOFT.replace(
        'T06:30:00.0000000", "timeZone": "UTC"', 'T06:30:00", "timeZone": "Pacific Standard Time"'
    )
    assert named != MICROSOFT

    there, here = (tasks_of(read("microsoft", text)) for text in (named, MICROSOFT))

    [title] = [title for title in here if there[title].reminders != here[title].reminders]
    assert there[title].reminders == ({"at": "2026-12-07T15:30"},)


def test_what_programs_get_of_microsoft_to_do() -> None:
    entries = read("microsoft", MICROSOFT)
    tasks = tasks_of(entries)

    bins = tasks["Bins"]
    assert (bins.due_date, bins.due_time, bins.priority) == (date(2026, 12, 7), None, "high")
    assert bins.notes == "Green & black\nNot glass"
    assert bins.repeats is not None
    assert (bins.repeats.words, bins.list, bins.tags) == (
        "every 2 weeks on Monday",
        "Errands",
        ("Blue category",),
    )
    assert bins.reminders == ({"at": "2026-12-07T07:30"},)
    assert (tasks["Wash them"].parent, tasks["Wash them"].key) == ("m1", "m1/c1")
    assert tasks["Taxes"].completed_at is not None
    assert tasks["Taxes"].due_date == date(2026, 11, 3)
    assert told(entries) == [
        (10, "“Taxes” comes without its reminder: there is no time zone “Mars/Olympus”.")
    ]


def test_what_outlook_exports() -> None:
    entries = read("microsoft", OUTLOOK)
    tasks = tasks_of(entries)

    report = tasks["Send the report"]
    assert (report.due_date, report.priority, report.tags) == (
        date(2026, 12, 24),
        "high",
        ("Work", "Q4"),
    )
    assert report.reminders == ({"at": "2026-12-23T09:00"},)
    assert tasks["Book flights"].completed_at == datetime(2026, 11, 2, tzinfo=BERLIN)
    german = read("microsoft", OUTLOOK.replace("12/24/2026", "24.12.2026").replace(",", ";"))
    assert tasks_of(german)["Send the report"].due_date == date(2026, 12, 24)


def test_any_table_with_titles() -> None:
    entries = read("csv", TABLE)
    tasks = tasks_of(entries)

    assert (tasks["=SUM(A1)"].due_date, tasks["=SUM(A1)"].due_time) == (
        date(2027, 1, 5),
        time(8, 15),
    )
    assert (tasks["=SUM(A1)"].list, tasks["=SUM(A1)"].tags) == ("Home", ("a", "b"))
    assert (tasks["Plain"].due_date, tasks["Plain"].completed_at) == (date(2026, 12, 4), NOW)
    assert told(entries) == [(1, "The column “colour” is not kept.")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_in_any_encoding(encoding: str, end: str) -> None:
    content = "title,notes\nGruß an Zoë,naïve café\n".replace("\n", end)

    [task] = read("csv", content.encode(encoding))

    assert (task.title, task.notes) == ("Gruß an Zoë", "naïve café")


BROKEN = {
    "JSON that is cut off": (TAKEOUT[:600], 9),
    "brackets without end": ('{"kind": "tasks#taskLists", "items": ' + "[" * 5000, 1),
    "a row of Todoist, cut off": (TODOIST[:-20], 13),
    "a quote without end": ('title,notes\nA,b\n"C,d\nE,f', 3),
    "a line of 10 MB": ("title\n" + "x" * 10_000_000, 2),
    "our own file, cut off": ('{"kind": "todo-chat", "version": 1}\n{"kind": "task", "ti', 2),
    "our own file, nested": ('{"kind": "todo-chat", "version": 1}\n' + "[" * 100_000, 2),
    "a file of tomorrow": ('\n{"kind": "todo-chat", "version": 2}\n', 2),
}


@pytest.mark.parametrize(("content", "line"), BROKEN.values(), ids=BROKEN)
def test_where_a_file_is_broken_is_told(content: str, line: int) -> None:
    file = BytesIO(content.encode())

    with pytest.raises(FileBroken) as told:
        list(FORMATS[recognized(file)].read(file, NOW))

    assert told.value.line == line
