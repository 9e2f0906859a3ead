"""The rows that the benchmark is taken on; Django must be set up before.

Their ids rise with time, as those of the product do.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from benchmarks.bench.floors.turns import INDEX, KEYS, SAY, TABLE
from tests.seeding import seed
from todos.models import Task

BATCH = 20_000  # messages that are written at once
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
OTHERS = 1_000_000  # messages of other users
MANY = 10_000  # conversations of one, and messages of one conversation
EACH = 20  # messages of each of these conversations
CALLS_EACH, NONE = 5, 10**9  # one turn of so many has a tool call


class Progress:
    """A bar on the terminal, of so many; where nobody looks, a line at the end."""

    def __init__(self, what: str, whole: int) -> None:
        self.what, self.whole, self.done = what, whole, 0
        self.begun = time.monotonic()
        self.by_itself = sys.stderr.isatty()

    def add(self, number: int) -> None:
        self.done += number
        is_end = self.done >= self.whole
        if not self.by_itself and not is_end:
            return
        bar = "█" * (30 * self.done // self.whole)
        took = f"{time.monotonic() - self.begun:.0f} s" if is_end else ""
        line = f"\r{self.what:34} {bar:30} {self.done:>9,} of {self.whole:,} {took}"
        print(line, end="\n" if is_end else "", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in, and their conversations, oldest first."""

    pk: int
    token: str
    conversations: tuple[str, ...]


class Rows:
    """They are made once, in the order in which sections ask for them."""

    def __init__(self, whole: int) -> None:
        self.share = whole / OTHERS
        self.next = 0  # conversation, of all that are made

    def of(self, number: int, least: int = 1) -> int:
        """So many, fewer where there are to be fewer rows."""
        return max(least, round(number * self.share))

    def others(self) -> None:
        """The messages of other users, of a thousand and in conversations of twenty."""
        owners = _users("other", self.of(1000))
        self._write("messages of others", owners, self.of(OTHERS) // EACH, EACH, CALLS_EACH)

    def people(
        self, what: str, number: int, conversations: int, messages: int, calls_each: int = NONE
    ) -> list[Person]:
        """So many, each with so many conversations of so many messages; one turn of ``calls_each``
        has a tool call.
        """
        users = _users(what.replace(" ", "-"), number)
        count = number * conversations
        keys = self._write(f"messages of {what}", users, count, messages, calls_each)
        return [
            Person(user.pk, _token(user), tuple(keys[place::number]))
            for place, user in enumerate(users)
        ]

    @cache  # noqa: B019 - there is one
    def crowd(self) -> list[Person]:
        """A thousand, each with a conversation."""
        return self.people("a crowd", 1000, 1, 10)

    @cache  # noqa: B019
    def many(self) -> tuple[Person, str]:
        """Who has many conversations, and the latest of them, which has many messages."""
        owners, number = _users("one", 1), self.of(MANY, least=100)
        keys = self._write("messages of one user", owners, number, EACH, CALLS_EACH)
        [latest] = self._write("messages of one conversation", owners, 1, number, CALLS_EACH)
        return Person(owners[0].pk, _token(owners[0]), tuple(keys)), latest

    def _write(
        self, what: str, owners: Sequence[User], count: int, messages: int, calls_each: int
    ) -> list[str]:
        """The conversations; the n-th belongs to the owner n modulo their number."""
        first, progress = self.next, Progress(what, count * messages)
        for begin, size in _batches(count, max(1, BATCH // messages)):
            turned = [owners[(begin + place) % len(owners)] for place in range(len(owners))]
            seed(
                size,
                messages // 2,
                then=BEGIN + timedelta(seconds=self.next),
                deleted=False,
                owners=turned,
                first=self.next,
                calls_each=calls_each,
            )
            self.next += size
            progress.add(size * messages)
        return [str(UUID(int=number)) for number in range(first + 1, self.next + 1)]


def give_tasks(person: Person, number: int) -> None:
    user = User.objects.get(pk=person.pk)
    Task.objects.bulk_create((Task(user=user, title=f"Thing {n}") for n in range(number)), 1000)


def session_of(person: Person) -> str:
    """The cookie of somebody who has signed in on the page."""
    browser = Client()
    browser.force_login(User.objects.get(pk=person.pk))
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def settle() -> None:
    """What PostgreSQL does by itself, but not at once."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    connection.close()


def make_floor(conversations: int) -> None:
    """The table of the floors, with fifty messages in each conversation, from 0 on."""
    said = [
        (key, "user", f"word {place} " * 12) for key in range(conversations) for place in range(50)
    ]
    with connection.cursor() as cursor:
        cursor.execute(TABLE.format(**KEYS[connection.vendor]))
        cursor.execute(INDEX)
        cursor.executemany(SAY, said)


def _users(name: str, number: int) -> list[User]:
    return User.objects.bulk_create(User(username=f"{name}-{place}") for place in range(number))


def _token(user: User) -> str:
    token = AccessToken.for_user(user)
    token.set_exp(lifetime=timedelta(hours=5))
    return str(token)


def _batches(count: int, size: int) -> Iterator[tuple[int, int]]:
    for begin in range(0, count, size):
        yield begin, min(size, count - begin)
