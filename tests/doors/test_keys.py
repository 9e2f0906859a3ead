"""What a key may do, it may do through every door, and no more."""

import pytest
from django.utils import timezone

from accounts.keys import Key
from accounts.models import User
from conversations.models import Turn
from tests.conftest import Plays
from tests.doors.rows.row import Row
from tests.doors.test_refused import fault_of
from tests.doors.through import DOORS
from tests.factories import ConversationFactory, TaskFactory
from tests.fakes import call
from tests.keys import client_with
from tests.web.test_strangers import everything
from todos.models import Proposal, Task

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
    pytest.mark.parametrize("door", DOORS, ids=lambda row: row.name),
]


@pytest.fixture
def where(user: User) -> str:
    return str(ConversationFactory(user=user).pk)


def test_a_key_that_may_write_takes_a_turn_that_names_it(
    door: Row, user: User, plays: Plays, where: str
) -> None:
    http = client_with(user, "read", "write")
    plays([call("create_task", title="Milk")], ["Added."])

    answer = door.said("Add milk", where).by(http)

    assert door.reply(answer) == "Added."
    turn, key = Turn.objects.get(), Key.objects.get()
    assert (turn.key, turn.door) == (key.pk, door.door)
    assert key.last_door == door.door
    assert [change.key for change in Task.objects.get().changes.all()] == [key.pk]


def test_a_key_that_reads_changes_nothing(door: Row, user: User, plays: Plays, where: str) -> None:
    http = client_with(user, "read")
    llm = plays()
    before = everything()

    for stream in door.modes:
        answer = door.said("Add milk", where, stream=stream).by(http)
        assert answer.status == 403
        assert fault_of(door, answer) == ""

    assert everything() == before
    assert llm.prompts == []


def test_a_key_that_is_no_more_is_none(door: Row, user: User, plays: Plays, where: str) -> None:
    http = client_with(user, "read", "write")
    llm = plays()

    for gone in ({"expires_at": timezone.now()}, {"revoked_at": timezone.now()}):
        Key.objects.update(**gone)
        answer = door.said("Add milk", where).by(http)
        Key.objects.update(expires_at=None)
        assert answer.status == 401
        assert fault_of(door, answer) == ""

    assert llm.prompts == []


def test_a_key_that_asks_changes_nothing_unasked(
    door: Row, user: User, plays: Plays, where: str
) -> None:
    http = client_with(user, "read", "write", "ask")
    plays([call("create_task", title="Milk")], ["I can do that."])

    answer = door.said("Add milk", where).by(http)

    assert answer.status in (200, 201), answer.text
    assert Task.objects.count() == 0
    assert Proposal.objects.get().status == "open"


def test_a_key_that_deletes_nothing_deletes_nothing(
    door: Row, user: User, plays: Plays, where: str
) -> None:
    task = TaskFactory(user=user, title="Milk")
    http = client_with(user, "read", "write", "no_delete")
    plays([call("delete_task", task_id=str(task.pk))], ["I could not."])

    door.said("Delete milk", where).by(http)

    task.refresh_from_db()
    assert task.deleted_at is None
    assert Turn.objects.get().calls[0].status == "failed"
