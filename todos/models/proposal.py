"""What somebody is asked before it is done: held here, and done once, if they say yes."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.line import in_line
from accounts.models import User
from accounts.one_owner import OwnedForeignKey
from accounts.ownership import Followed, Owned, OwnedQuerySet
from todos import batch, summaries
from todos.batch import Operation, Outcome, key_of
from todos.models.change import JournalEncoder, Origin
from todos.models.task import Task
from todos.models.task_list import TaskList
from todos.reach import Reach, reach
from todos.rules import RuleBroken

OPEN_FOR = timedelta(hours=24)


class AlreadyDecided(Exception):
    """The other way round."""


class Expired(Exception):
    """Nobody has decided it in time."""


class Outdated(Exception):
    """Its tasks have moved on, so nothing was done; ``renewed`` proposes it of them as they are.

    None: there is nothing left to do.
    """

    def __init__(self, renewed: "Proposal | None") -> None:
        super().__init__()
        self.renewed = renewed


class Status(models.TextChoices):
    OPEN = "open", _("open")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    EXPIRED = "expired", _("expired")
    OUTDATED = "outdated", _("outdated")


class ProposalQuerySet(OwnedQuerySet["Proposal"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def of_conversation(self, conversation_id: UUID) -> Self:
        return self.filter(conversation_id=conversation_id)

    def with_status(self, status: str, now: datetime | None = None) -> Self:
        """As it is shown: one that is open for too long has expired."""
        if status == Status.EXPIRED:
            return self.filter(status=Status.OPEN, expires_at__lte=now or timezone.now())
        if status == Status.OPEN:
            return self.filter(status=Status.OPEN, expires_at__gt=now or timezone.now())
        return self.filter(status=status)


def _in_a_day() -> datetime:
    return timezone.now() + OPEN_FOR


class Proposal(Followed, Owned):
    """An operation (see todos/batch.py) with the tasks that it would change, as they were then.

    Each of ``tasks`` has ``id``, ``title`` and ``version``; one to be made has its title alone. Its
    status is never ``expired`` in the row: that is a matter of time. ``bound_to`` is a hash of who
    alone may answer, and for what, where a client brings the answer; empty for all others.
    """

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    summary = models.TextField()
    operation = models.JSONField(encoder=JournalEncoder)
    tasks = models.JSONField(encoder=JournalEncoder)
    source = models.CharField(max_length=10)
    conversation_id = models.UUIDField(null=True)
    key = models.UUIDField(null=True)
    expires_at = models.DateTimeField(default=_in_a_day)
    decided_at = models.DateTimeField(null=True)
    act = models.UUIDField(null=True)
    bound_to = models.CharField(max_length=64, default="", db_default="", editable=False)
    renewed = OwnedForeignKey("self", models.SET_NULL, null=True, related_name="+")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        indexes = [
            # The list, newest first, page by page.
            models.Index(fields=["user", "-created_at", "-id"], name="proposal_newest"),
            # What is new, and which has expired last.
            models.Index(fields=["user", "-changed_at"], name="proposal_followed"),
            models.Index(
                fields=["user", "-expires_at"],
                name="proposal_expiring",
                condition=models.Q(status=Status.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown_status} {self.pk}"

    @property
    def shown_status(self) -> str:
        late = self.status == Status.OPEN and self.expires_at <= timezone.now()
        return Status.EXPIRED if late else self.status

    @property
    def _origin(self) -> Origin:
        """By whom it was asked."""
        return Origin(self.source, conversation_id=self.conversation_id, key=self.key)

    @property
    def is_foreign(self) -> bool:
        """Whether its summary tells words of others. A query, or two."""
        lists = self.operation.get("list"), self.operation.get("into")
        keys = [task["id"] for task in self.tasks if task["id"]]
        tasks = Task.objects.with_deleted_for_user(self.user).filter(pk__in=keys, foreign=True)
        named = TaskList.objects.filter(user=self.user_id, pk__in=filter(None, lists), foreign=True)
        return not self._origin.is_own or tasks.exists() or named.exists()

    @classmethod
    def make(cls, user: User, operation: Operation, origin: Origin) -> "Proposal":
        """Ask ``user`` for it. What the operation would not change now is left out of it."""
        with in_line(user.pk):
            return cls._ask(user, reach(user, operation), origin)

    @classmethod
    def if_wide(cls, user: User, operation: Operation, origin: Origin) -> "Proposal | None":
        """``None``, and nothing, when it may be done without asking.

        Of who asks before each change whatever changes something is wide.
        """
        with in_line(user.pk):
            found = reach(user, operation)
            asks = not found.is_nothing if origin.asks else found.is_wide
            return cls._ask(user, found, origin) if asks else None

    def approve(self, origin: Origin) -> Outcome:
        """Do it, once: who says yes after somebody else did gets an outcome with nothing done.

        Raises AlreadyDecided, Expired, and Outdated, and then nothing is done.
        """
        with in_line(self.user_id):
            if not self._decide(Status.APPROVED, origin.act):
                self._must_be(Status.APPROVED)
                return Outcome(total=len(self.tasks), act=self.act)
            found = reach(self.user, self.operation)
            is_as_asked = (found.operation, _told(found)) == (self.operation, self.tasks)
            if is_as_asked and (outcome := self._run_whole(origin)):
                return outcome
            self._renew(Reach(self.operation) if is_as_asked else found)
        raise Outdated(self.renewed)

    def widened(self, operation: Operation) -> "Proposal | None":
        """One in its place that asks for these tasks as well: a yes is to what was seen.

        None, and nothing, when it is open no more.
        """
        with in_line(self.user_id):
            if not self._decide(Status.OUTDATED, None):
                return None
            found = reach(self.user, _together(self.operation, operation))
            self.renewed = self._ask(self.user, found, self._origin)
            self.save(update_fields=["renewed"])
        return self.renewed

    def reject(self) -> None:
        """Raises AlreadyDecided, Expired and Outdated."""
        if not self._decide(Status.REJECTED, None):
            self._must_be(Status.REJECTED)

    def _decide(self, status: Status, act: UUID | None) -> bool:
        """``False``, and nothing, when it is open no more."""
        still_open = Proposal.objects.with_status(Status.OPEN).just(self)
        decided = {"status": status, "act": act, "decided_at": timezone.now()}
        if not still_open.update(**decided, changed_at=Now()):
            return False
        for name, value in decided.items():
            setattr(self, name, value)
        return True

    def _must_be(self, status: Status) -> None:
        self.refresh_from_db()
        shown = self.shown_status
        if shown == Status.EXPIRED:
            raise Expired
        if shown == Status.OUTDATED:
            raise Outdated(self.renewed)
        if shown != status:
            raise AlreadyDecided

    def _run_whole(self, origin: Origin) -> Outcome | None:
        """``None``, and nothing, when a part of it cannot be done.

        Words of others stay foreign, whoever says yes to them; and what a key has asked for is done
        with it.
        """
        origin = replace(origin, key=self.key or origin.key)
        origin = origin if self._origin.is_own else replace(origin, source=self.source)
        with suppress(_NotWhole), transaction.atomic():
            outcome = batch.run(self.user, self.operation, origin)
            if outcome.failures:
                raise _NotWhole
            return outcome
        return None

    def _renew(self, found: Reach) -> None:
        """Ask for what there is still to do, if anything, and say what differs."""
        if not found.is_nothing:
            now = Task.objects.with_deleted_for_user(self.user).in_bulk(
                [UUID(task["id"]) for task in self.tasks]
            )
            since = summaries.difference(self.operation, self.tasks, now, found)
            self.renewed = self._ask(self.user, found, self._origin, since)
        self.status, self.act = Status.OUTDATED, None
        self.save(update_fields=["status", "act", "renewed"])

    @classmethod
    def _ask(cls, user: User, found: Reach, origin: Origin, since: str = "") -> "Proposal":
        return cls.objects.create(
            user=user,
            source=origin.source,
            conversation_id=origin.conversation_id,
            key=origin.key,
            **cls._asked(user, found, since),
        )

    @staticmethod
    def _asked(user: User, found: Reach, since: str = "") -> dict[str, Any]:
        words = summaries.summary(found, TaskList.objects.for_user(user).names())
        return {
            "operation": _settled(user, found),
            "tasks": _told(found),
            "summary": f"{words}. Changed since: {since}" if since else words,
        }


class _NotWhole(Exception):
    """Rolls back what was done of a proposal."""


def _together(one: Operation, other: Operation) -> Operation:
    """Both of one kind; each task once, with all that is to be set of it."""
    found: dict[object, Any] = {}
    for place, item in enumerate(one["tasks"] + other["tasks"]):
        key = key_of(item) or place
        found[key] = item if isinstance(item, str) else found.get(key, {}) | item
    lists = one.get("lists", {}) | other.get("lists", {})
    return one | {"tasks": list(found.values())} | ({"lists": lists} if lists else {})


def _settled(user: User, found: Reach) -> Operation:
    """With reminders that are counted from now, and not from when somebody says yes."""
    if found.operation["do"] not in ("create", "update"):
        return found.operation
    pairs = zip(found.operation["tasks"], found.named, strict=True)
    return found.operation | {"tasks": [_with_specs(user, item, task) for item, task in pairs]}


def _with_specs(user: User, item: batch.Fields, task: Task) -> batch.Fields:
    if "reminders" not in item:
        return item
    task.user = user
    with suppress(RuleBroken):  # which is told when it is done
        return item | {"reminders": task.specs_of(batch.fields_of(item))}
    return item


def _told(found: Reach) -> list[dict[str, Any]]:
    """Its tasks as a person saw them; one to be made has no id as yet."""
    return [
        {"id": None, "title": task.title, "version": None}
        if task._state.adding
        else {"id": str(task.pk), "title": task.title, "version": task.version}
        for task in found.tasks
    ]
