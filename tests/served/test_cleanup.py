"""``manage.py cleanup_conversations`` as a process: beside itself and a server, and killed."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation, Message, ToolCall, Turn
from tests.conftest import database_url
from tests.factories import UserFactory, say
from tests.fakes.answers import says
from tests.seeding import seed
from tests.served.conftest import Pair
from tests.served.processes import Held, Model, client_of, happens
from tests.servers import ROOT

COUNT, TURNS = 400, 10  # conversations, each with two messages a turn
DONE = re.compile(
    r"0 dead turns closed, (\d+) conversations? deleted as inactive, "
    r"(\d+) purged with (\d+) messages?\."
)

pytestmark = pytest.mark.django_db(transaction=True)


class CleanUp:
    """The command as a process that does not wait for us."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "cleanup_conversations", *options],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill_after(self, lines: int) -> None:
        assert self.process.stdout
        for _ in range(lines):
            assert self.process.stdout.readline().startswith("… ")
        self.process.kill()
        self.process.communicate()

    def result(self) -> tuple[int, int, int]:
        """How many were deleted as inactive, how many purged, and with how many messages."""
        out, errors = self.process.communicate()
        assert (self.process.returncode, errors) == (0, "")
        done = DONE.fullmatch(out.splitlines()[-1])
        assert done, out
        removed, purged, messages = map(int, done.groups())
        return removed, purged, messages


def seed_old(count: int = COUNT, *, deleted: bool = True) -> None:
    seed(count, TURNS, then=timezone.now() - timedelta(days=40), deleted=deleted)


def said_by(user: User) -> list[str]:
    messages = Message.objects.for_user(user).order_by("conversation", "seq")
    return list(messages.values_list("content", flat=True))


def test_two_at_once_share_the_work() -> None:
    seed_old()
    Conversation.objects.filter(pk__in=Conversation.objects.order_by("pk")[:100]).update(
        deleted_at=None
    )

    both = [CleanUp("--inactive-days", "7", "--batch-size", "20") for _ in range(2)]
    one, other = (each.result() for each in both)

    totals = [mine + its for mine, its in zip(one, other, strict=True)]
    assert totals == [100, COUNT - 100, (COUNT - 100) * 2 * TURNS]
    assert (
        Conversation.objects.filter(deleted_at__gt=timezone.now() - timedelta(days=1)).count()
        == 100
    )
    assert Message.objects.count() == 100 * 2 * TURNS


def test_one_that_is_killed_leaves_whole_conversations_and_the_next_goes_on() -> None:
    seed_old()
    stays = UserFactory()
    say(Conversation.objects.create(user=stays), "Hello")
    before = said_by(stays)

    CleanUp("--batch-size", "20").kill_after(lines=3)

    left = Conversation.objects.exclude(user=stays).count()
    assert 0 < left <= COUNT - 60
    for model, each in ((Turn, TURNS), (ToolCall, TURNS), (Message, 2 * TURNS)):
        assert model.objects.exclude(user=stays).count() == left * each

    assert CleanUp().result() == (0, left, left * 2 * TURNS)
    assert Conversation.objects.get().user == stays
    assert said_by(stays) == before


def test_beside_a_server_live_turns_and_new_messages_lose_nothing(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, user: User
) -> None:
    """Each of the user's turns began when its conversation had long been inactive."""
    seed_old()
    held = Held(says("Here I am."))
    model.begin(held, answer_of=lambda body: held if "wait" in str(body) else says("Fine."))
    sleeping, *others = [Conversation.objects.create(user=user) for _ in range(10)]
    long_ago = timezone.now() - timedelta(days=40)

    def send(conversation: Conversation, text: str) -> int:
        with client_of(pair[0], user) as client:
            url = f"/api/conversations/{conversation.pk}/messages/"
            return client.post(url, json={"content": text}).status_code

    waiting = threads.submit(send, sleeping, "Please wait")
    assert happens(held.asked)
    Conversation.objects.for_user(user).update(updated_at=long_ago)
    sent = threads.submit(lambda: [send(each, "Hello") for each in others])
    removed, *_purged = CleanUp("--inactive-days", "7", "--batch-size", "20").result()
    statuses = sent.result()
    held.go_on.set()

    assert waiting.result() == 201
    # A message came first and kept its conversation, or it came too late, and all of it did.
    assert set(statuses) <= {201, 404}
    assert statuses.count(404) == removed
    assert Conversation.objects.for_user(user).count() == 10 - removed
    assert Turn.objects.for_user(user).filter(status=Turn.Status.COMPLETED).count() == 10 - removed
    assert len(said_by(user)) == 2 * (10 - removed)
    assert Conversation.objects.exclude(user=user).count() == 0
