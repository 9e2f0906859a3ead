from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import expired_answers, expired_sign_ins
from accounts.one_owner import OneOwnerQuerySet
from accounts.ownership import outlived
from chat.keys import ended_keys
from conversations.models import CleanUp, Conversation, Turn
from conversations.models.conversation import ConversationQuerySet
from conversations.models.turn import TurnQuerySet
from telemetry.metrics import cleaned
from todos.models import Task, TaskList

MOST_DAYS = 36_500
LARGEST_BATCH = 10_000


class Command(BaseCommand):
    help = (
        "Closes turns whose process has died, deletes conversations that are inactive, and purges "
        "those that were deleted long ago: their messages, turns and tool calls go for ever, tasks "
        "stay. Purges tasks and lists that were deleted long ago, with their history. Removes "
        "expired sessions, tokens, answers to an Idempotency-Key, files that were never imported, "
        "and keys that have ended and that nothing names. It may be stopped at any time, and run "
        "beside servers and itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--inactive-days",
            type=int,
            default=settings.CLEANUP_INACTIVE_DAYS,
            metavar="N",
            help="delete what was inactive for N days, to be restored until it is purged; 0: never "
            "(default: %(default)s, from CLEANUP_INACTIVE_DAYS)",
        )
        parser.add_argument(
            "--purge-deleted-days",
            type=int,
            default=settings.CLEANUP_PURGE_DELETED_DAYS,
            metavar="N",
            help="purge what was deleted N days ago; 0: never "
            "(default: %(default)s, from CLEANUP_PURGE_DELETED_DAYS)",
        )
        parser.add_argument(
            "--tasks-days",
            type=int,
            default=settings.CLEANUP_TASKS_DAYS,
            metavar="N",
            help="purge tasks and lists that were deleted N days ago; 0: never "
            "(default: %(default)s, from CLEANUP_TASKS_DAYS)",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--batch-size",
            type=int,
            default=500,
            metavar="N",
            help="conversations, turns or tasks of one transaction (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._within(options, "batch_size", 1, LARGEST_BATCH)
        self._within(options, "inactive_days", 0, MOST_DAYS)
        self._within(options, "purge_deleted_days", 0, MOST_DAYS)
        self._within(options, "tasks_days", 0, MOST_DAYS)

        size, conversations = options["batch_size"], Conversation.objects
        dead = Turn.objects.dead()
        inactive = _since(options["inactive_days"], conversations.inactive_since, conversations)
        deleted = _since(options["purge_deleted_days"], conversations.deleted_before, conversations)
        tasks_and_lists = {
            f"deleted {model._meta.verbose_name}": _since(
                options["tasks_days"], model.objects.deleted_before, model.objects
            )
            for model in (Task, TaskList)
        }
        if options["dry_run"]:
            found = dead.count(), inactive.count(), deleted.count(), deleted.count_messages()
            self._tell_expired("would be ", lambda rows: rows.count())
            for thing, rows in tasks_and_lists.items():
                if total := rows.count():
                    self._progress(f"{_count(total, thing)} would be purged")
            self._tell("would be ", *found)
        else:
            run = CleanUp.objects.begin(settings.NODE)
            self._tell_expired("", _delete)
            for thing, rows in tasks_and_lists.items():
                self._in_all(thing, rows.in_batches(size, type(rows).purge), thing, "purged")
            closed, removed = self._close(dead, size), self._remove(inactive, size)
            run.end(self._tell("", closed, removed, *self._purge(deleted, size)))

    def _within(self, options: dict[str, Any], name: str, least: int, most: int) -> None:
        if not least <= options[name] <= most:
            flag = name.replace("_", "-")
            raise CommandError(f"--{flag} is {options[name]}. Give {least} to {most}.")

    def _close(self, dead: TurnQuerySet, size: int) -> int:
        done = dead.in_batches(size, TurnQuerySet.close_dead)
        return self._in_all("dead turn", done, "dead turn", "closed")

    def _remove(self, inactive: ConversationQuerySet, size: int) -> int:
        done = inactive.in_batches(size, ConversationQuerySet.remove)
        return self._in_all("inactive conversation", done, "conversation", "deleted as inactive")

    def _purge(self, deleted: ConversationQuerySet, size: int) -> tuple[int, int]:
        total = messages = 0
        for purged, said in deleted.in_batches(size, ConversationQuerySet.purge):
            total, messages = total + purged, messages + said
            cleaned("conversation", purged)
            cleaned("message", said)
            self._progress(f"{_count(total, 'conversation')} purged")
        return total, messages

    def _in_all(self, what: str, done: Iterable[int], thing: str, words: str) -> int:
        """Tell it and count it as ``what``, batch by batch; how many in all."""
        total = 0
        for number in done:
            total += number
            cleaned(what, number)
            self._progress(f"{_count(total, thing)} {words}")
        return total

    def _progress(self, words: str) -> None:
        """So far; told at once, also to a log file."""
        self.stdout.write(f"… {words}")
        self.stdout.flush()

    def _tell_expired(self, mood: str, act: Callable[[QuerySet[Any]], int]) -> None:
        """``act`` removes rows, or counts them."""
        expired = {
            "sign-in": expired_sign_ins(),
            "answer": [expired_answers()],
            "file": outlived(),
            "key": [ended_keys()],
        }
        for thing, rows in expired.items():
            if found := sum(map(act, rows)):
                if not mood:
                    cleaned(f"expired {thing}", found)
                self._progress(f"{_count(found, f'expired {thing}')} {mood}removed")

    def _tell(self, mood: str, closed: int, removed: int, purged: int, messages: int) -> str:
        told = (
            f"{_count(closed, 'dead turn')} {mood}closed, "
            f"{_count(removed, 'conversation')} {mood}deleted as inactive, "
            f"{purged} {mood}purged with {_count(messages, 'message')}."
        )
        self.stdout.write(told)
        return told


def _since(days: int, chosen: Callable[[Any], Any], rows: Any) -> Any:
    """``chosen`` by the moment so many days ago; none of the rows where that is 0."""
    return chosen(timezone.now() - timedelta(days=days)) if days else rows.none()


def _delete(rows: QuerySet[Any]) -> int:
    if isinstance(rows, OneOwnerQuerySet):
        return sum(mine.delete()[0] for _owner, mine in rows.by_owner())
    return rows.delete()[0]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
