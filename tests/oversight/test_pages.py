"""Activity, and what is stuck, as an operator sees them."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from chat.processes import this_process
from conversations.models import CleanUp, Turn
from oversight.stuck import Finding, found
from reminders.models import Delivery
from tests.conversations.conftest import See
from tests.factories import LEASE, ConversationFactory, TaskFactory, UserFactory
from tests.oversight.rows import call_at, staff_who_may, turn_at
from todos.models import Reminder

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

ACTIVITY, STUCK = "/admin/activity/", "/admin/stuck/"
FILES = [f"{ACTIVITY}{name}.csv" for name in ("times", "failures", "models", "users", "tools")]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def busy() -> Turn:
    at = timezone.now() - MINUTE
    turn = turn_at(at, ConversationFactory(user=UserFactory(username="=1+1<b>")), model="m-1")
    call_at(turn, "create_task", 12, "failed")
    turn_at(at, status="failed", error_code="llm_timeout", error_detail="It took too long.")
    return turn


@pytest.mark.parametrize("path", [ACTIVITY, STUCK, FILES[0]])
@pytest.mark.parametrize(
    ("user", "status"),
    [
        (lambda: staff_who_may("view_turn"), 200),
        (lambda: staff_who_may("view_conversation"), 403),
        (UserFactory, 302),
        (None, 302),
    ],
)
def test_only_staff_who_may_look_at_turns_see(path: str, user: Any, status: int) -> None:
    client = Client()
    if user:
        client.force_login(user())

    assert client.get(path).status_code == status


def test_the_index_leads_to_them_and_tells_the_version(see: See) -> None:
    index = see("/admin/")

    assert f'href="{ACTIVITY}"' in index
    assert f'href="{STUCK}"' in index
    assert f"Todo Chat {settings.VERSION}, {settings.NODE}" in index
    client = Client()
    client.force_login(staff_who_may())
    assert ACTIVITY not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("days", ["1", "30", "", "31", "٣"])
def test_activity_is_drawn_without_scripts_and_styles(see: See, busy: Turn, days: str) -> None:
    page = see(ACTIVITY, days=days)

    assert page.count('role="img"') == page.count("<desc ") == 3
    assert page.count(" as CSV</a>") == 5
    assert "<style" not in page
    assert " style=" not in page
    assert "<b>" not in page
    chosen = days if days in ("1", "30") else "14"
    assert f'href="?days={chosen}" aria-current="page"' in page
    assert f"times.csv?days={chosen}" in page
    assert "The model took longer than it may." in page


def test_activity_of_nothing(see: See) -> None:
    page = see(ACTIVITY)

    assert page.count("Nothing.") == 5
    assert "from 0.00 s" not in page


def test_activity_asks_the_same_for_one_turn_and_for_fifty(operator: Client) -> None:
    asked = []
    for count in (1, 49):
        for number in range(count):
            turn = turn_at(timezone.now() - MINUTE, model=f"m-{number}")
            call_at(turn, f"tool-{number}", 7)
        with CaptureQueriesContext(connection) as queries:
            assert operator.get(ACTIVITY).status_code == 200
        asked.append(len(queries))

    assert asked[0] == asked[1] < 25


def test_the_tables_are_files_too_and_no_formulas(operator: Client, busy: Turn) -> None:
    tables = {}
    for path in FILES:
        answer = operator.get(path, {"days": "1"})
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        tables[path] = list(csv.DictReader(StringIO(answer.content.decode())))

    times, failures, models, users, tools = tables.values()
    assert [row["Turns"] for row in (*times, *models)] == ["2", "2"]
    assert {row["User"] for row in users} > {"'=1+1<b>"}
    assert (failures[0]["Code"], failures[0]["Turns"]) == ("llm_timeout", "1")
    assert (tools[0]["Tool"], tools[0]["Failed"], tools[0]["Median"]) == (
        "create_task",
        "1",
        "0.012",
    )
    assert (models[0]["Median"], models[0]["Tokens in"], models[0]["Cost"]) == ("1.000", "2000", "")
    assert operator.get(f"{ACTIVITY}passwords.csv").status_code == 404


# What is stuck


def finding(title: str) -> Finding:
    return next(each for each in found() if each.title == title)


def test_nothing_is_stuck_where_all_goes_on(see: See) -> None:
    CleanUp.objects.begin("node-1").end("0 dead turns closed.")
    ConversationFactory().begin_turn("Hello", LEASE, process=this_process())

    assert [each.title for each in found() if each.is_trouble] == []
    assert "Nothing is stuck." in see(ACTIVITY)
    page = see(STUCK)
    assert "1 at work, 0 of them for longer" in page
    assert f"on this machine ({settings.NODE}), alive" in page
    assert "on node-1 and ended" in page


def test_a_dead_turn_is_told_with_what_to_do(see: See) -> None:
    turn = ConversationFactory().begin_turn("Hello", -LEASE, process=uuid4())

    page = see(STUCK)

    assert finding("Dead turns").is_trouble
    assert str(turn.pk) in page
    assert "on another machine, or gone" in page
    assert "manage.py finish_turns does it now" in page
    assert "<strong>Dead turns:</strong>" in see(ACTIVITY)


def test_a_turn_that_lives_for_too_long_is_told() -> None:
    turn = ConversationFactory().begin_turn("Hello", LEASE)
    assert not finding("Turns at work").is_trouble
    Turn.objects.filter(pk=turn.pk).update(created_at=timezone.now() - timedelta(hours=3))

    late = finding("Turns at work")

    assert late.is_trouble
    assert "3 h" in late.rows[0]


def test_turns_that_nobody_takes_over_are_told() -> None:
    turn = ConversationFactory().begin_turn("Hello", -LEASE)
    Turn.objects.close_dead()
    assert not finding("Turns to be finished").is_trouble
    Turn.objects.filter(pk=turn.pk).update(finished_at=timezone.now() - 5 * MINUTE)

    late = finding("Turns to be finished")

    assert late.is_trouble
    assert late.what.startswith("1 broken off")
    assert late.what.endswith("the oldest for 5 min.")


def test_reminders_and_deliveries_that_nobody_takes_are_told(user: Any) -> None:
    TaskFactory(user=user, reminders=[{"at": "2027-01-01T09:00"}], due_date=None)
    Reminder.objects.update(rings_at=timezone.now() - MINUTE)
    Delivery.objects.create(user=user, channel="mail", rings_at=timezone.now())
    assert not finding("Reminders").is_trouble
    assert not finding("Deliveries").is_trouble
    Reminder.objects.update(rings_at=timezone.now() - 5 * MINUTE)
    Delivery.objects.update(due_at=timezone.now() - 5 * MINUTE, why="HTTP 500")

    assert finding("Reminders").what == "1 should have rung, the oldest for 5 min."
    late = finding("Deliveries")
    assert late.is_trouble
    assert [*late.rows[0][:3], late.rows[0][-1]] == ["mail", 1, 1, "HTTP 500"]


@pytest.mark.parametrize(
    ("hours", "ends", "is_trouble"), [(1, True, False), (1, False, True), (27, True, True)]
)
def test_a_clean_up_that_did_not_run_or_end_is_told(
    hours: int, ends: bool, is_trouble: bool
) -> None:
    run = CleanUp.objects.begin("node-1")
    if ends:
        run.end("Nothing.")
    CleanUp.objects.update(started_at=timezone.now() - timedelta(hours=hours))

    assert finding("Clean-up").is_trouble is is_trouble


def test_a_node_is_told_by_its_name(see: See, settings: Settings) -> None:
    settings.NODE = "node-7"

    assert "node-7" in see("/admin/")
