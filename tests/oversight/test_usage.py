"""Each number, held against rows that were counted by hand; on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from conversations.models import Turn
from oversight import tables, usage
from oversight.usage import Cost
from oversight.window import NoWindow, Window
from tests.factories import ConversationFactory, UserFactory
from tests.oversight.rows import call_at, turn_at

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
LATELY = NOW - timedelta(seconds=10)
PRICES = {"m-1": [2.0, 10.0, 0.5], "m-2": [1.0, 1.0]}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def fill() -> None:
    """Of two users, over three days."""
    ada, bob = UserFactory(username="ada"), UserFactory(username="bob")
    of_ada, of_bob = ConversationFactory(user=ada), ConversationFactory(user=bob)
    day = NOW - timedelta(days=1)
    for seconds in (1, 2, 3, 10):
        turn_at(day, of_ada, seconds=seconds, first_word_ms=100 * seconds, cached_tokens=400)
    turn_at(day, of_bob, status="failed", error_code="llm_timeout", seconds=90)
    turn_at(LATELY, of_bob, model="m-2", seconds=5, degraded=True)
    turn_at(LATELY, of_bob, attempt=2, seconds=5_000)
    cancelled = turn_at(LATELY, of_bob, status="cancelled", model="", input_tokens=None)
    Turn.objects.filter(pk=cancelled.pk).update(output_tokens=None)
    turn_at(NOW - timedelta(days=40), of_ada, model="of long ago")


def test_the_numbers_of_all_turns() -> None:
    fill()

    total = usage.total(Window.of_days(7))

    assert total == {
        "turns": 8,
        "completed": 6,
        "failed": 1,
        "cancelled": 1,
        "degraded": 1,
        "users": 2,
        "input_tokens": 7_000,
        "output_tokens": 700,
        "cached_tokens": 1_600,
        "took": [3_000, pytest.approx(9_000)],  # of 1, 2, 3, 5 and 10 s
        "first_word": [250, pytest.approx(895)],
    }


def test_the_numbers_of_nothing() -> None:
    window = Window.of_days(14)

    assert usage.total(window)["took"] is None
    assert usage.total(window)["input_tokens"] == 0
    made = [make() for make in tables.by_name(window, PRICES).values()]
    assert [table.rows for table in made] == [[]] * 5
    assert dict(tables.facts(usage.total(window), []))["Median"] == "–"


def test_by_day_and_by_hour() -> None:
    fill()

    days = usage.by_time(Window.of_days(7), PRICES)
    hours = usage.by_time(Window.read("2d"), PRICES)

    assert [(row["of"], row["turns"], row["failed"]) for row in days] == [
        ("2026-11-20", 5, 1),
        ("2026-11-21", 3, 0),
    ]
    assert [row["of"] for row in hours] == ["2026-11-20 12", "2026-11-21 12"]
    assert days[0]["took"] == [2_500, pytest.approx(8_950)]
    # 4 × (600 × 2 + 400 × 0.5 + 100 × 10) and 1 × (1,000 × 2 + 100 × 10) of a million
    assert days[0]["cost"].amount == pytest.approx(0.0126)
    assert days[1]["cost"].amount == pytest.approx(0.003 + 0.0011)


def test_by_model_and_what_has_no_price() -> None:
    fill()
    turn_at(LATELY, model="secret-3")
    turn_at(LATELY, model="built-in")

    window = Window.of_days(7)
    table = tables.models(window, PRICES)

    found = {row["of"]: (row["turns"], row["cost"]) for row in table.rows}
    assert found["m-1"] == (6, Cost(pytest.approx(0.0156)))
    assert found["m-2"] == (1, Cost(pytest.approx(0.0011)))
    assert found["secret-3"] == (1, Cost(0, frozenset({"secret-3"})))
    assert found["built-in"] == found[""] == (1, Cost())
    for each in (table, tables.users(window, PRICES), tables.times(window, PRICES)):
        assert each.note == "Not in MODEL_PRICES, so without cost: secret-3."
    shown = {row[0][1]: row[-1][1] for row in table.shown}
    assert (shown["secret-3"], shown["m-1"]) == ("–", "0.0156")


@pytest.mark.parametrize(
    ("model", "amount", "unpriced"),
    [
        ("m-1-2025-04-14", 0.003, set()),
        ("m-1-20250414", 0.003, set()),
        ("m-1-mini", 0, {"m-1-mini"}),
        ("m-1-2025", 0, {"m-1-2025"}),
        ("m-3-2025-04-14", 0.03, set()),
    ],
)
def test_a_price_is_that_of_the_model_of_any_date(
    model: str, amount: float, unpriced: set[str]
) -> None:
    prices = {"m-1": [2.0, 10.0], "m-3": [1.0, 1.0], "m-3-2025-04-14": [20.0, 100.0]}
    tokens = {"input_tokens": 1_000, "output_tokens": 100, "cached_tokens": 0}

    cost = usage.cost_of(model, tokens, prices)

    assert cost == Cost(pytest.approx(amount), frozenset(unpriced))


def test_by_user_the_busiest_are_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()

    found = usage.by_user(Window.of_days(7), PRICES)
    monkeypatch.setattr(usage, "MOST", 1)
    first = usage.by_user(Window.of_days(1), PRICES)

    assert {row["name"]: row["turns"] for row in found} == {"ada": 4, "bob": 4}
    assert [(row["name"], row["turns"]) for row in first] == [("bob", 3)]
    costs = {row["name"]: row["cost"].amount for row in found}
    assert costs == {"ada": pytest.approx(0.0096), "bob": pytest.approx(0.0071)}


def test_by_tool_and_by_code() -> None:
    turn = turn_at(LATELY, status="failed", error_code="llm_timeout")
    turn_at(LATELY, status="incomplete", error_code="interrupted")
    turn_at(LATELY, status="failed", error_code="llm_timeout", model="")
    for ms in (10, 20, 30):
        call_at(turn, "create_task", ms, "failed" if ms == 30 else "succeeded")
    call_at(turn, "list_tasks", 5)
    window = Window.of_days(1)

    assert usage.by_tool(window) == [
        {"of": "create_task", "calls": 3, "failed": 1, "took": [20, pytest.approx(29)]},
        {"of": "list_tasks", "calls": 1, "failed": 0, "took": [5, 5]},
    ]
    codes = [(row["code"], row["of"], row["turns"]) for row in usage.failures(window)]
    assert sorted(codes) == [
        *[("interrupted", "m-1", 1), ("llm_timeout", "", 1), ("llm_timeout", "m-1", 1)]
    ]


def test_a_window_begins_and_ends_where_it_says() -> None:
    midnight = NOW.replace(hour=0, minute=0)
    just_before = turn_at(midnight - timedelta(microseconds=1))
    turn_at(midnight)
    turn_at(NOW - timedelta(microseconds=1))

    today = Window(midnight, NOW)
    assert usage.total(today)["turns"] == 2
    Turn.objects.filter(pk=just_before.pk).update(created_at=midnight)  # its key is of before
    assert usage.total(today)["turns"] == 3
    assert Window.of_days(1).times == [
        *[f"2026-11-20 {hour}" for hour in range(13, 24)],
        *[f"2026-11-21 {hour:02}" for hour in range(13)],
    ]
    assert Window.of_days(14).times[::13] == ["2026-11-08", "2026-11-21"]


@pytest.mark.parametrize(
    ("words", "since"),
    [
        ("1d", NOW - timedelta(days=1)),
        ("12h", NOW - timedelta(hours=12)),
        ("2W", NOW - timedelta(days=14)),
        (" 3 d ", NOW - timedelta(days=3)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T08:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("2026-11-20T08:00+05:30", datetime(2026, 11, 20, 2, 30, tzinfo=UTC)),
    ],
)
def test_words_for_a_window(words: str, since: datetime) -> None:
    assert Window.read(words).since == since


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        *[(words, "is no time. Give 12h") for words in ("yesterday", "", "1m", "d", "-1d", "1.5d")],
        ("0001-01-01T00:00+14:00", "is no time. Give 12h"),
        *[(words, "is not in the past") for words in ("2026-11-22", "0d", "2999-01-01")],
        *[(words, "is too long ago") for words in ("9999d", "0001-01-01", "9999w")],
    ],
)
def test_words_that_are_no_window(words: str, fault: str) -> None:
    with pytest.raises(NoWindow, match=fault):
        Window.read(words)
