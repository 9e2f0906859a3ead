"""Pages by keyset, seen through lists that have every kind of order: times, days, ranks and seq."""

import base64
import json
import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Message
from tests.factories import TaskFactory
from todos.models import ORDERINGS, Origin, Task
from web.pagination import Keyset

BY_RANK = Task.objects.in_order("priority")
ORDERS = [f"{sign}{key}" for key in ORDERINGS for sign in ("-", "")]
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.only_on("sqlite")) for seed in (1, 2))]
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]


def get(client: APIClient, url: str) -> dict:
    response = client.get(url)
    assert response.status_code == 200, response.json()
    return response.json()


def ids(page: dict) -> list[str]:
    return [task["id"] for task in page["results"]]


def in_order(user: User, ordering: str) -> list[str]:
    return [str(task.pk) for task in Task.objects.for_user(user).in_order(ordering)]


def add_some(user: User, dice: random.Random, number: int) -> None:
    """Tasks most of which stand level with others in every order."""
    tasks = []
    for at in range(number):
        day = dice.choice([None, date(2026, 11, 20), date(2026, 11, 21)])
        moment = START + timedelta(seconds=dice.choice([0, 1, 1.5]))
        task = Task.drafted(
            user,
            Origin("api"),
            title=f"task {at}",
            due_date=day,
            due_time=day and dice.choice([None, time(9, 0), time(17, 30)]),
            priority=dice.choice(["none", "low", "medium", "high"]),
            created_at=moment,
            updated_at=moment,
        )
        tasks.append(task)
    Task.add_all(tasks, Origin("api"))


# Walking


@pytest.mark.parametrize("ordering", ORDERS)
def test_all_pages_together_are_the_list_forth_and_back(
    client: APIClient, user: User, ordering: str
):
    add_some(user, random.Random(ordering), 30)
    page = get(client, f"/api/tasks/?limit=4&ordering={ordering}")
    assert page["previous"] is None
    forth = [ids(page)]
    while page["next"]:
        page = get(client, page["next"])
        forth.append(ids(page))
    assert [len(row) for row in forth] == [4, 4, 4, 4, 4, 4, 4, 2]
    assert [pk for row in forth for pk in row] == in_order(user, ordering)
    back = []
    while page["previous"]:
        page, after = get(client, page["previous"]), page
        back.insert(0, ids(page))
        assert ids(get(client, page["next"])) == ids(after)
    assert back == forth[:-1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("link", ["next", "previous"])
@pytest.mark.parametrize("ordering", ORDERS)
def test_insertions_and_deletions_on_the_way_neither_lose_nor_repeat(
    client: APIClient, user: User, ordering: str, link: str, seed: int
):
    dice = random.Random(f"{ordering} {link} {seed}")
    add_some(user, dice, 30)
    page = get(client, f"/api/tasks/?limit={dice.randint(3, 7)}&ordering={ordering}")
    while link == "previous" and page["next"]:
        page = get(client, page["next"])
    there, seen = in_order(user, ordering), ids(page)
    while page[link]:
        add_some(user, dice, 2)
        for pk in dice.sample(in_order(user, "created_at"), 2):
            Task.objects.get(pk=pk).remove(Origin("api"))
        page = get(client, page[link])
        seen = seen + ids(page) if link == "next" else ids(page) + seen
    assert len(set(seen)) == len(seen)
    left = set(in_order(user, ordering)) & set(there)
    assert len(left) > 5
    assert [pk for pk in seen if pk in left] == [pk for pk in there if pk in left]


def test_a_link_keeps_the_filters_and_the_limit(client: APIClient, user: User):
    TaskFactory.create_batch(3, user=user, title="a+b & c")
    TaskFactory(user=user, title="other")
    page = get(client, "/api/tasks?limit=2&search=a%2Bb+%26&status=open")
    assert page["next"].startswith("http://testserver/api/tasks/?")
    page = get(client, page["next"])
    assert len(page["results"]) == 1
    assert page["next"] is None


def test_a_page_after_which_all_was_deleted_is_empty(client: APIClient, user: User):
    TaskFactory.create_batch(4, user=user)
    page = get(client, "/api/tasks/?limit=2")
    for task in Task.objects.for_user(user).in_order("created_at")[:2]:
        task.remove(Origin("api"))
    assert get(client, page["next"]) == {"next": None, "previous": None, "results": []}


def test_the_last_page_that_is_just_full_has_no_next(client: APIClient, user: User):
    TaskFactory.create_batch(4, user=user)
    page = get(client, get(client, "/api/tasks/?limit=2")["next"])
    assert len(page["results"]) == 2
    assert page["next"] is None


def test_an_empty_list_is_an_empty_page(client: APIClient):
    assert get(client, "/api/tasks/") == {"next": None, "previous": None, "results": []}


# limit


def test_a_page_has_twenty_rows_and_at_most_a_hundred(client: APIClient, user: User):
    TaskFactory.create_batch(102, user=user)
    assert len(ids(get(client, "/api/tasks/"))) == 20
    assert len(ids(get(client, "/api/tasks/?limit=100"))) == 100
    assert len(ids(get(client, "/api/tasks/?limit=1"))) == 1


@pytest.mark.parametrize(
    "limit", ["0", "-1", "101", "1000000000", "9" * 5000, "abc", "", "1.0", "+5", "%00", "٣", " 5"]
)
def test_any_other_limit_is_400(client: APIClient, limit: str):
    response = client.get(f"/api/tasks/?limit={limit}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "limit"


# Cursors that we did not make


def encode(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


NEWEST = "task:-created_at,-id"
TIME, KEY = "2026-11-20 12:00:00+00:00", "0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55"
BAD_CURSORS = {
    "garbage": "%25%25%25",
    "not ASCII": "é",
    "NUL": "%00",
    "invalid UTF-8": "%ff",
    "one character": "A",
    "10 KB": "A" * 10_240,
    "bytes": encode(b"\xff\xfe\xfd"),
    "deep": encode(b"[" * 7_000),
    "digits": encode(b"9" * 5_000),
    "null": encode(None),
    "number": encode(5),
    "object": encode({"a": 1, "b": 2}),
    "empty": encode([]),
    "no place": encode([NEWEST, "next"]),
    "short place": encode([NEWEST, "next", TIME]),
    "long place": encode([NEWEST, "next", TIME, KEY, KEY]),
    "another model": encode(["conversation:-created_at,-id", "next", TIME, KEY]),
    "another order": encode(["task:created_at,id", "next", TIME, KEY]),
    "no direction": encode([NEWEST, "sideways", TIME, KEY]),
    "direction of a wrong type": encode([NEWEST, ["next"], TIME, KEY]),
    **{
        f"time {moment!r:.40}": encode([NEWEST, "next", moment, KEY])
        for moment in (
            None, True, 0, 10**30, 10**400, float("nan"), float("inf"), "", "soon", [TIME],
            {"time": TIME}, "\0", "\ud800", "2026-11-20", "2026-11-20T12:00:00",
            "2026-02-30T12:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        )
    },
    **{
        f"key {key!r:.40}": encode([NEWEST, "next", TIME, key])
        for key in (None, 5, 10**400, "", "x", "\0", "\ud800", [KEY], f"{KEY}0")
    },
}  # fmt: skip


@pytest.mark.parametrize("cursor", BAD_CURSORS.values(), ids=BAD_CURSORS)
def test_a_made_up_cursor_is_400(client: APIClient, user: User, cursor: str):
    TaskFactory(user=user)
    response = client.get(f"/api/tasks/?cursor={cursor}")
    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert [error["field"] for error in response.json()["errors"]] == ["cursor"]


def test_a_well_made_cursor_of_any_time_is_a_place(client: APIClient, user: User):
    task = TaskFactory(user=user)
    first, last = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
    for moment, found in {first: [], last: [str(task.pk)]}.items():
        cursor = encode([NEWEST, "next", moment, KEY])
        assert ids(get(client, f"/api/tasks/?cursor={cursor}")) == found


@pytest.mark.parametrize("ordering", ORDERS)
@pytest.mark.parametrize("other", ORDERS)
def test_a_cursor_serves_the_order_that_it_was_made_for(
    client: APIClient, user: User, ordering: str, other: str
):
    TaskFactory.create_batch(2, user=user)
    link = get(client, f"/api/tasks/?limit=1&ordering={ordering}")["next"]
    cursor = link.partition("cursor=")[2].partition("&")[0]
    status = client.get(f"/api/tasks/?ordering={other}&cursor={cursor}").status_code
    assert status == (200 if ordering == other else 400)


def test_a_cursor_of_another_list_is_400(client: APIClient, user: User):
    task, _ = TaskFactory.create_batch(2, user=user)
    task.edit(Origin("api"), title="new")
    history = f"/api/tasks/{task.pk}/history/"
    for mine, other in ((history, "/api/tasks/"), ("/api/tasks/", history)):
        link = get(client, f"{other}?limit=1")["next"]
        assert client.get(f"{mine}?{link.partition('?')[2]}").status_code == 400


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30, "x", None, 1.5, True, [], {}])
def test_a_number_that_no_column_can_hold_is_no_place(number: object):
    for queryset, key in ((Message.objects.order_by("seq"), []), (BY_RANK, [KEY])):
        keyset = Keyset(queryset)
        with pytest.raises(ValidationError):
            keyset.read(encode([keyset.name, "next", number, *key]))


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, -1])
def test_a_number_at_the_edge_of_a_column_is_a_place_or_none(number: int):
    for queryset, key in ((Message.objects.order_by("seq"), []), (BY_RANK, [KEY])):
        keyset = Keyset(queryset)
        try:
            direction, place = keyset.read(encode([keyset.name, "next", number, *key]))
        except ValidationError:
            continue
        assert list(queryset.filter(keyset.beyond(place, direction))) == []
