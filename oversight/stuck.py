"""What does not go on as it should, and what to do about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from chat.finish import GRACE
from chat.processes import where_is
from conversations.models import CleanUp, Turn
from reminders.models import Delivery
from reminders.models.delivery import Status
from todos.models import Reminder

MOST = 50
"""Rows of each sort on a page."""

LATE = timedelta(minutes=2)
"""After which what is looked for every few seconds should have been found."""

NIGHTLY = timedelta(days=1, hours=2)
UNITS = {"days": 86_400, "h": 3_600, "min": 60}


@dataclass(frozen=True)
class Finding:
    """``what`` is a sentence; ``to_do`` is one where it ``is_trouble``."""

    title: str
    what: str
    is_trouble: bool = False
    to_do: str = ""
    titles: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = field(default=())


@dataclass(frozen=True)
class Link:
    words: str
    url: str


def found() -> list[Finding]:
    """Trouble or not, always the same sorts in the same order."""
    return [*_open_turns(), _to_be_finished(), *_reminders(), _clean_up()]


def _open_turns() -> Iterator[Finding]:
    turns = Turn.objects.in_progress().read_now().select_related("user").defer("thinking")
    rows = list(turns.order_by("pk")[: MOST + 1])
    dead = [turn for turn in rows if turn.abandoned]
    alive = [turn for turn in rows if not turn.abandoned]
    longest = timedelta(seconds=settings.AGENT_TURN_DEADLINE + settings.AGENT_LEASE)
    late = [turn for turn in alive if turn.age > longest and turn.attempt == 1]
    yield Finding(
        "Turns at work",
        f"{_number(alive)} at work, {len(late)} of them for longer than a turn may take.",
        bool(late),
        "Each shows signs of life, so its process goes on with it. Where one does so for hours, "
        "restart the node that it is on: the turn is finished by another process.",
        TURN_TITLES,
        [_told(turn) for turn in alive[:MOST]],
    )
    yield Finding(
        "Dead turns",
        f"{_number(dead)} in progress whose process has died.",
        bool(dead),
        "They should be settled within seconds: each process looks for them. Is any running, and "
        "is AGENT_FINISH_TURNS=0 without a todo-chat-finish service? manage.py finish_turns does "
        "it now.",
        TURN_TITLES,
        [_told(turn) for turn in dead[:MOST]],
    )


TURN_TITLES = ("Turn", "User", "Attempt", "For", "Its lease", "Its process")
WHERE = {
    "here": f"on this machine ({settings.NODE}), alive",
    "died here": f"on this machine ({settings.NODE}), dead",
    "elsewhere": "on another machine, or gone",
}


def _told(turn: Turn) -> list[Any]:
    rest = turn.lease_expires_at - (turn.read_at or timezone.now())
    lease = f"{_long(rest)} left" if rest > timedelta() else f"over for {_long(-rest)}"
    link = Link(str(turn.pk), reverse("admin:conversations_turn_change", args=[turn.pk]))
    where = WHERE[where_is(turn.process)]
    return [link, turn.user.username, turn.attempt, _long(turn.age), lease, where]


def _to_be_finished() -> Finding:
    waiting = Turn.objects.broken_off(GRACE)
    count, oldest = waiting.count(), waiting.aggregate(at=Min("finished_at"))["at"]
    is_late = bool(oldest) and timezone.now() - oldest > LATE
    return Finding(
        "Turns to be finished",
        f"{count} broken off, to be taken over by another process{_since(oldest)}.",
        is_late,
        "Somebody should have taken them: is a server running, or, with AGENT_FINISH_TURNS=0, "
        "todo-chat-finish? manage.py finish_turns does it now. A user whose turns are all open "
        "has to wait for one of them.",
    )


def _reminders() -> Iterator[Finding]:
    now = timezone.now()
    to_ring = Reminder.objects.to_ring(now - LATE).order_by()
    late = to_ring.aggregate(count=Count("pk"), oldest=Min("rings_at"))
    yield Finding(
        "Reminders",
        f"{late['count']} should have rung{_since(late['oldest'])}.",
        late["count"] > 0,
        "Nobody looks for them: is a server running, or, with REMIND=0, todo-chat-remind? "
        "manage.py remind does it now.",
    )
    waiting: Any = Delivery.objects.filter(status=Status.WAITING).order_by()
    alike = waiting.values("channel", "why").annotate(
        count=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now - LATE)),
        oldest=Min("due_at"),
    )
    rows = list(alike.order_by("-late", "-count")[:MOST])
    late_ones = sum(row["late"] for row in rows)
    yield Finding(
        "Deliveries",
        f"{sum(row['count'] for row in rows)} wait to go out, {late_ones} of them for longer than "
        "they should.",
        late_ones > 0,
        "What is late was taken by nobody: see Reminders.",
        ("Channel", "Waiting", "Late", "The first is to be taken", "Why it failed before"),
        [_delivery(row) for row in rows],
    )


def _delivery(row: dict[str, Any]) -> Sequence[Any]:
    return row["channel"], row["count"], row["late"], _at(row["oldest"]), row["why"] or "–"


def _clean_up() -> Finding:
    latest = CleanUp.objects.latest_first().first()
    ended = CleanUp.objects.exclude(ended_at=None).latest_first().first()
    if latest is None:
        what = "None is known. It should run every night."
    else:
        end = f"ended {_at(latest.ended_at)}" if latest.ended_at else "has not ended"
        what = f"The latest began {_at(latest.started_at)} on {latest.node} and {end}. {latest.did}"
    return Finding(
        "Clean-up",
        what,
        ended is None or timezone.now() - ended.started_at > NIGHTLY,
        "See the timer (systemctl list-timers todo-chat-cleanup.timer, cron, or the CronJob) and "
        "its log (journalctl -u todo-chat-cleanup); manage.py cleanup_conversations does it now.",
    )


def _number(turns: Sequence[Turn]) -> str:
    return f"More than {MOST}" if len(turns) > MOST else str(len(turns))


def _since(oldest: datetime | None) -> str:
    return f", the oldest for {_long(timezone.now() - oldest)}" if oldest else ""


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "–"


def _long(time: timedelta) -> str:
    """``42 s``, ``5 min``, ``3 h``, ``2 days``."""
    seconds = time.total_seconds()
    for unit, size in UNITS.items():
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"
