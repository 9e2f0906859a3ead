"""The tool that plans, in a turn: reasons, one proposal, and a warning for what it did not say."""

from datetime import date
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from chat.unfounded import NOT_IN_THE_PLAN
from tests.agent.dialogue import moment
from tests.conftest import Plays, SignIn
from tests.factories import TaskFactory
from tests.fakes import call
from todos.models import Origin, Task, TaskChange
from todos.models.proposal import Proposal

pytestmark = pytest.mark.django_db(transaction=True)
NOON = moment("2026-11-21 12:00", "UTC")  # a Saturday
MONDAY = date(2026, 11, 23)


@pytest.fixture
def client(user: User, sign_in: SignIn) -> Any:
    with time_machine.travel(NOON):
        yield sign_in(user)


def send(client: APIClient, message: str) -> Any:
    answer = client.post("/api/chat/", {"message": message})
    assert answer.status_code == 200
    return answer.json()


def planned(client: APIClient, plays: Plays, reply: str = "Well.", **arguments: Any) -> Any:
    plays([call("plan", **arguments)], [reply])
    said = send(client, "what should I do?")
    return said["assistant_message"]["tool_calls"][0]["result"], said["warning"]


def test_a_model_is_told_tasks_with_reasons(client: APIClient, user: User, plays: Plays) -> None:
    TaskFactory(user=user, title="Rent", due_date=date(2026, 11, 18), duration_minutes=10)
    TaskFactory(user=user, title="Taxes", due_date=date(2026, 11, 27))

    result, warning = planned(client, plays, "Pay “Rent” first: it takes 10 minutes.")

    first, second = result["tasks"]
    assert (first["title"], first["why"]) == ("Rent", "overdue since Wednesday, takes 10 minutes")
    assert (second["title"], second["why"]) == ("Taxes", "due Friday")
    assert warning is None


@pytest.mark.parametrize("reply", ["Begin with “Call Bob”.", "You have 8 tasks."])
def test_what_the_plan_does_not_have_is_a_warning(
    client: APIClient, user: User, plays: Plays, reply: str
) -> None:
    TaskFactory(user=user, title="Rent")

    assert planned(client, plays, reply)[1] == NOT_IN_THE_PLAN


def test_what_could_move_is_one_proposal_and_one_undo(
    client: APIClient, user: User, plays: Plays
) -> None:
    for title in ("Clean", "Paint", "Sort"):
        TaskFactory(user=user, title=title, due_date=MONDAY, duration_minutes=300)

    result, _ = planned(client, plays, span="on monday")

    assert [task["title"] for task in result["tasks"]] == ["Clean"]
    assert result["could_move"] == [
        {"title": "Paint", "to": "2026-11-24"},
        {"title": "Sort", "to": "2026-11-25"},
    ]
    assert set(Task.objects.values_list("due_date", flat=True)) == {MONDAY}
    proposal = Proposal.objects.get()
    assert result["proposal"] == {
        "id": str(proposal.pk),
        "summary": proposal.summary,
        "tasks": 2,
    }
    outcome = proposal.approve(Origin("page"))
    moved = dict(Task.objects.values_list("title", "due_date"))
    assert moved == {"Clean": MONDAY, "Paint": date(2026, 11, 24), "Sort": date(2026, 11, 25)}
    TaskChange.objects.for_user(user).of_acts([outcome.act]).undo(Origin("page"))
    assert set(Task.objects.values_list("due_date", flat=True)) == {MONDAY}


def test_the_server_asks_for_it_and_a_yes_moves_them(
    client: APIClient, user: User, plays: Plays
) -> None:
    for title in ("Clean", "Paint"):
        TaskFactory(user=user, title=title, due_date=MONDAY, duration_minutes=300)
    plays([call("plan", span="monday")], ["“Clean” fits."], ["Moved."])

    asked = send(client, "plan monday")
    body = {"message": "yes", "conversation_id": asked["conversation_id"]}
    said = client.post("/api/chat/", body).json()

    assert asked["assistant_message"]["content"].endswith("Shall I do that? Say yes or no.")
    assert asked["warning"] is None
    [moved] = said["assistant_message"]["tool_calls"]
    assert (moved["name"], moved["status"]) == ("update_task", "succeeded")
    assert Task.objects.get(title="Paint").due_date == date(2026, 11, 24)


def test_days_are_those_that_the_user_told(client: APIClient, user: User, plays: Plays) -> None:
    free, _ = planned(client, plays, span="2026-11-23")
    user.remember("morning", "07:00", "mornings are 7")
    user.remember("week_starts", "sunday", "my week starts on Sunday")

    longer, _ = planned(client, plays, span="2026-11-23")
    week, _ = planned(client, plays, span="weekly review")

    assert (free["free_minutes"], longer["free_minutes"]) == (540, 660)
    assert week["week"] == {"from": "2026-11-15", "to": "2026-11-21"}


def test_a_day_that_is_over_is_refused(client: APIClient, user: User, plays: Plays) -> None:
    result, _ = planned(client, plays, span="2026-11-20")

    assert "is over" in result["error"]


def test_minutes_and_the_review(client: APIClient, user: User, plays: Plays) -> None:
    TaskFactory(user=user, title="Short", duration_minutes=10)
    TaskFactory(user=user, title="Long", duration_minutes=90)

    fits, _ = planned(client, plays, span="half an hour")
    week, _ = planned(client, plays, span="weekly review")

    assert [task["title"] for task in fits["tasks"]] == ["Short"]
    assert (week["done"]["total"], week["no_date"]["total"]) == (0, 2)
