"""What an open page asks all the time: whether anything has changed, and what."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, ToolCall, Turn
from tests.conftest import SignIn
from tests.factories import LEASE, ConversationFactory, TaskFactory, UserFactory, record_call, say
from tests.pages.asking import ask
from tests.pages.markup import read
from todos.models import Origin, Proposal, Task, TaskList

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """A user with a page open at ``shown``, and all doors by which something may change."""

    user: User
    browser: Client
    api: APIClient
    operator: Client
    shown: Conversation
    other: Conversation
    task: Task
    done: ToolCall
    proposal: Proposal
    task_list: TaskList

    def marks(self) -> dict[str, str | None]:
        answer = self.browser.get("/news/", {"conversation": str(self.shown.pk)}).json()
        return {name: answer[name] for name in MARKS}


MARKS = {"tasks", "reminders", "conversations", "undone", "conversation", "about"}
ASKED, MADE = {"tasks", "undone"}, {"tasks"}
SAID = {"conversations", "conversation"}
Act = Callable[[World], Any]


@pytest.fixture
def world(user: User, browser: Client, client: APIClient) -> World:
    shown, other = ConversationFactory(user=user, title="Home"), ConversationFactory(user=user)
    turn = shown.begin_turn("Rename it", LEASE, idempotency_key="first")
    done = record_call(turn)
    task = TaskFactory(user=user, title="milk")
    task.edit(Origin("chat", done.pk, shown.pk), title="Milk")
    turn.finish(Turn.Status.COMPLETED, "Renamed.")
    shown.refresh_from_db()
    proposal = ask(shown, "one", "two")
    say(other, "Hello")
    operator = Client()
    operator.force_login(UserFactory(is_staff=True, is_superuser=True))
    task_list = TaskList.add(user, Origin("api"), name="Home")
    shown.refresh_from_db()
    return World(user, browser, client, operator, shown, other, task, done, proposal, task_list)


def form(path: str, **fields: str) -> Act:
    return lambda world: world.browser.post(path.format(w=world), fields)


def rest(method: str, path: str, **body: Any) -> Act:
    return lambda world: getattr(world.api, method)(path.format(w=world), body)


def admin(kind: str, action: str, row: str) -> Act:
    def run(world: World) -> Any:
        data = {"action": action, "_selected_action": [getattr(world, row).pk]}
        return world.operator.post(f"/admin/{kind}/", data)

    return run


@pytest.mark.parametrize(
    ("act", "changed"),
    [
        # Tasks and lists
        (form("/tasks/{w.task.pk}/complete/"), MADE),
        (form("/tasks/add/", title="bread"), MADE),
        (rest("post", "/api/tasks/", title="bread"), MADE),
        (rest("patch", "/api/tasks/{w.task.pk}/", notes="two"), MADE),
        (rest("delete", "/api/tasks/{w.task.pk}/"), MADE),
        (rest("post", "/api/lists/", name="Garden"), MADE),
        (rest("patch", "/api/lists/{w.task_list.pk}/", name="House"), MADE),
        (rest("delete", "/api/lists/{w.task_list.pk}/"), MADE),
        (admin("todos/task", "remove", "task"), MADE),
        (admin("todos/tasklist", "remove", "task_list"), MADE),
        (lambda w: w.task.edit(Origin("chat"), title="Oat milk"), MADE),
        # What was done is taken back, and questions are decided: anywhere in a transcript
        (form("/messages/{w.done.turn.reply.pk}/undo/"), ASKED | SAID),
        (rest("post", "/api/messages/{w.done.turn.reply.pk}/undo/"), ASKED | SAID),
        (form("/proposals/{w.proposal.pk}/reject/"), ASKED),
        (rest("post", "/api/proposals/{w.proposal.pk}/approve/"), ASKED),
        # Conversations
        (form("/c/{w.shown.pk}/rename/", title="Flat"), SAID | {"about"}),
        (rest("patch", "/api/conversations/{w.shown.pk}/", title="Flat"), SAID | {"about"}),
        (form("/c/{w.shown.pk}/delete/"), SAID | {"about"}),
        (rest("delete", "/api/conversations/{w.shown.pk}/"), SAID | {"about"}),
        (rest("patch", "/api/conversations/{w.other.pk}/", title="Flat"), {"conversations"}),
        (rest("delete", "/api/conversations/{w.other.pk}/"), {"conversations"}),
        (rest("post", "/api/conversations/", title="Flat"), {"conversations"}),
        (lambda w: say(w.other, "And?"), {"conversations"}),
        # Turns
        (lambda w: w.shown.begin_turn("More", LEASE), SAID),
        (lambda w: say(w.shown, "More"), SAID),
        # What changes nothing
        (form("/tasks/{w.task.pk}/reopen/"), set()),
        (rest("get", "/api/tasks/"), set()),
    ],
)
def test_each_change_by_each_door_changes_the_marks_of_what_shows_it(
    world: World, act: Act, changed: set[str]
) -> None:
    before = world.marks()

    answer = act(world)

    assert getattr(answer, "status_code", 200) < 400
    now = world.marks()
    assert {name for name in MARKS if now[name] != before[name]} == changed
    assert world.marks() == now


def test_nobody_else_is_told(world: World, stranger: User, sign_in: SignIn) -> None:
    before = world.marks()

    TaskFactory(user=stranger)
    say(ConversationFactory(user=stranger), "Hello")
    ask(ConversationFactory(user=stranger), "one")

    assert world.marks() == before


def test_a_turn_that_ends_is_told_however_it_ends(world: World) -> None:
    turn = world.shown.begin_turn("More", LEASE)
    world.shown.refresh_from_db()
    seen = [world.marks()["conversation"]]

    def look() -> None:
        seen.append(world.marks()["conversation"])

    Turn.objects.filter(pk=turn.pk).update(lease_expires_at=timezone.now() - LEASE)
    look()  # its process is silent for too long
    Turn.objects.close_dead()
    look()
    world.shown.cancel()  # nobody is to finish it
    look()
    again = say(world.shown, "Again")
    look()
    Turn.objects.filter(pk=again.pk).update(status=Turn.Status.FAILED)
    again.retry(LEASE)
    look()
    again.finish(Turn.Status.COMPLETED, "At last.")
    look()

    assert len(set(seen)) == len(seen)


def test_an_earlier_turn_that_was_tried_again_is_told(world: World) -> None:
    """It is not the latest, and the preview stays as it is."""
    failed = world.shown.begin_turn("More", LEASE)
    failed.finish(Turn.Status.FAILED, "")
    world.shown.refresh_from_db()
    say(world.shown, "Other")
    failed.retry(LEASE)
    before, preview = world.marks(), world.shown.last_message_preview

    failed.finish(Turn.Status.COMPLETED, "Late.")

    assert world.marks()["conversation"] != before["conversation"]
    world.shown.refresh_from_db()
    assert world.shown.last_message_preview == preview == "Fine."


def test_what_an_undo_took_back_may_be_brought_back(world: World) -> None:
    marks = [world.marks()]
    for _ in range(3):
        world.api.post(f"/api/messages/{world.done.turn.reply.pk}/undo/")
        marks.append(world.marks())
        line = world.task.changes.newest_first().first()
        assert line
        world.api.post(f"/api/changes/{line.pk}/undo/")
        marks.append(world.marks())

    assert len({each["undone"] for each in marks}) == len(marks)


def test_the_clean_up_is_told(world: World) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    Conversation.objects.filter(pk=world.shown.pk).update(updated_at=long_ago)
    before = world.marks()

    call_command("cleanup_conversations", inactive_days=365)

    now = world.marks()
    assert now["conversations"] != before["conversations"]
    assert (now["conversation"], now["about"]) == (None, None)


def test_a_conversation_that_came_back_is_there_again(world: World) -> None:
    world.shown.remove()
    gone = world.marks()
    world.shown.restore()

    now = world.marks()

    assert gone["conversation"] is None
    assert now["conversation"]
    assert now["conversations"] != gone["conversations"]


@pytest.mark.parametrize("asked", ["", "x", "01a1fe2f-cc43-73a9-be26-8961669a83c1"])
def test_where_there_is_none_no_conversation_is_told(world: World, asked: str) -> None:
    told = world.browser.get("/news/", {"conversation": asked}).json()

    assert told.get("conversation") is None
    assert ("conversation" in told) == bool(asked)


def test_of_a_strangers_nothing_is_told(world: World, stranger: User) -> None:
    theirs = ConversationFactory(user=stranger)

    told = world.browser.get("/news/", {"conversation": str(theirs.pk)}).json()

    assert (told["conversation"], told["about"]) == (None, None)


# Clocks


def test_clocks_of_machines_may_differ(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written by a process whose clock is behind is as new as any other."""
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=1))
    for number in range(5):
        world.task.edit(Origin("api"), title=f"ahead {number}")
        world.other.rename(f"ahead {number}")
    monkeypatch.setattr(timezone, "now", real)
    before = world.marks()

    TaskFactory(user=world.user)
    world.shown.rename("behind")

    assert world.marks()["tasks"] != before["tasks"]
    assert world.marks()["conversations"] != before["conversations"]


def test_a_task_that_becomes_overdue_is_told(world: World, time_machine: Any) -> None:
    noon = world.user.local_now().replace(hour=12, minute=0, second=0, microsecond=0)
    TaskFactory(user=world.user, due_date=noon.date(), due_time=noon.time())
    time_machine.move_to(noon, tick=False)
    before = world.marks()

    time_machine.shift(1)

    assert world.marks() == {**before, "tasks": world.marks()["tasks"]}
    assert world.marks()["tasks"] != before["tasks"]


def test_a_question_that_has_expired_is_told(world: World, time_machine: Any) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    world.proposal.__class__.objects.update(expires_at=timezone.now() + timedelta(seconds=1))
    before = world.marks()

    time_machine.shift(1)

    now = world.marks()
    assert {name for name in MARKS if now[name] != before[name]} == ASKED


def test_another_day_is_another_mark_of_all_that_names_days(world: World) -> None:
    """Kiritimati and Pago Pago never have the same date."""
    User.objects.update(time_zone="Pacific/Kiritimati")
    before = world.marks()

    User.objects.update(time_zone="Pacific/Pago_Pago")

    assert all(before[name] != mark for name, mark in world.marks().items())


# Who asks


def test_it_tells_who_is_signed_in_and_the_token_for_their_forms(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.user)

    told = strict.get("/news/").json()

    assert told["user"] == world.user.pk
    done = strict.post(
        "/api/tasks/",
        {"title": "bread"},
        "application/json",
        headers={"X-CSRFToken": told["token"]},
    )
    assert done.status_code == 201


def test_whoever_is_not_signed_in_gets_no_page_but_a_problem() -> None:
    answer = Client().get("/news/")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_asking_neither_prolongs_a_session_nor_leaves_a_line_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    ends = world.browser.session.get_expiry_date
    session = world.browser.session.model.objects.get(pk=world.browser.session.session_key)
    caplog.set_level("INFO")

    answer = world.browser.get("/news/")

    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    session.refresh_from_db()
    assert abs(session.expire_date - ends()) < timedelta(minutes=5)
    assert not [line for line in caplog.messages if "/news/" in line]
    Client().get("/news/")
    assert [line for line in caplog.messages if "/news/ 401" in line]


# What is drawn tells its mark


def test_the_page_and_its_parts_tell_the_marks_of_what_they_show(world: World) -> None:
    marks = world.marks()
    page = read(world.browser.get(f"/c/{world.shown.pk}/"))

    assert json.loads(page.one("main").attributes["data-news"]) == marks
    for path, name in [
        ("/tasks/", "tasks"),
        ("/reminders/", "reminders"),
        ("/c/", "conversations"),
        (f"/c/{world.shown.pk}/messages/", "conversation"),
    ]:
        told = json.loads(world.browser.get(path)["News"])
        assert told == {"user": world.user.pk, name: marks[name]}


@pytest.mark.parametrize("piece", ["since=0", "since=4", "before=3"])
def test_a_piece_of_it_tells_no_mark(world: World, piece: str) -> None:
    answer = world.browser.get(f"/c/{world.shown.pk}/messages/?{piece}")

    assert json.loads(answer["News"]) == {"user": world.user.pk}
