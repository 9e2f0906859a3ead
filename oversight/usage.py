"""Who uses what, how fast it is and what it costs: each number by one query, whoever asks for it.

They are counted over the turns of all users, in a window. How long turns take is told of those that
were completed at once: the time of others has pauses in it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, FloatField, Max, Q, Sum, When
from django.db.models.functions import Cast

from conversations.models import ToolCall, Turn
from oversight.sql import Milliseconds, Percentiles, Time
from oversight.window import Window

MOST = 20
"""Users, and as many of what else there may be any number of."""

MILLION = 1_000_000
FREE = frozenset({"", "built-in"})
"""What costs nothing: no model at all, and the built-in assistant."""
DATE_AT_ITS_END = re.compile(r"-\d{4}-?\d{2}-?\d{2}$", re.ASCII)
"""Of the name of a model: makers answer to `gpt-4.1-mini` as `gpt-4.1-mini-2025-04-14`."""

Status = Turn.Status
Prices = Mapping[str, list[float]]
Row = dict[str, Any]

ENDED_BADLY = Q(status__in=[Status.FAILED, Status.INCOMPLETE])
DONE_AT_ONCE = Q(status=Status.COMPLETED, attempt=1)


@dataclass(frozen=True)
class Cost:
    """In the money of the price table; ``unpriced`` are the models that it does not have."""

    amount: float = 0.0
    unpriced: frozenset[str] = frozenset()

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.amount + other.amount, self.unpriced | other.unpriced)


NOTHING = Cost()


def turns_in(window: Window) -> Any:
    return Turn.objects.filter(**window.rows)


def _ms(value: Any) -> Case:
    return Case(When(DONE_AT_ONCE, then=value), output_field=FloatField())


def _counts() -> dict[str, Any]:
    return {
        "turns": Count("pk"),
        "completed": Count("pk", filter=Q(status=Status.COMPLETED)),
        "failed": Count("pk", filter=ENDED_BADLY),
        "cancelled": Count("pk", filter=Q(status=Status.CANCELLED)),
        "degraded": Count("pk", filter=Q(degraded=True)),
        "input_tokens": Sum("input_tokens", default=0),
        "output_tokens": Sum("output_tokens", default=0),
        "cached_tokens": Sum("cached_tokens", default=0),
    }


def _speed() -> dict[str, Any]:
    took = _ms(Milliseconds(F("created_at"), F("finished_at")))
    first_word = _ms(Cast("first_word_ms", FloatField()))
    return {"took": Percentiles(took), "first_word": Percentiles(first_word)}


def total(window: Window) -> Row:
    """Of all turns, with how many ``users`` had any."""
    turns = turns_in(window)
    found: Row = turns.aggregate(**_counts(), **_speed())
    return found | {"users": turns.values("user_id").distinct().count()}


def by_time(window: Window, prices: Prices) -> list[Row]:
    """``of`` is the hour or the day, in UTC; only those that had turns, the first in front."""
    turns = turns_in(window).annotate(of=Time("created_at", window.letters))
    rows = turns.values("of").annotate(**_counts(), **_speed()).order_by("of")
    return _with_costs(list(rows), _costs(turns, "of", prices))


def by_model(window: Window, prices: Prices) -> list[Row]:
    """``of`` is the model as its server names it; the busiest in front."""
    turns = turns_in(window).values(of=F("model")).annotate(**_counts(), **_speed())
    rows: list[Row] = list(turns.order_by("-turns", "of")[:MOST])
    return [row | {"cost": cost_of(row["of"], row, prices)} for row in rows]


def by_user(window: Window, prices: Prices) -> list[Row]:
    """The busiest; ``of`` is the number of the user, ``name`` their name."""
    turns = turns_in(window)
    rows = list(turns.values(of=F("user_id")).annotate(**_counts()).order_by("-turns", "of")[:MOST])
    theirs = turns.filter(user__in=[row["of"] for row in rows])
    names = dict(theirs.values_list("user_id", "user__username").distinct())
    costs = _costs(theirs, "user_id", prices)
    return [row | {"name": names[row["of"]]} for row in _with_costs(rows, costs)]


def by_tool(window: Window) -> list[Row]:
    calls: Any = ToolCall.objects.filter(**window.rows).order_by().values(of=F("name"))
    took = Cast("duration_ms", FloatField())
    rows = calls.annotate(
        calls=Count("pk"),
        failed=Count("pk", filter=Q(status=ToolCall.Status.FAILED)),
        took=Percentiles(took),
    )
    return list(rows.order_by("-calls", "of")[:MOST])


def failures(window: Window) -> list[Row]:
    """Turns that ended badly, by ``code``, with the model and the time of the latest."""
    rows = turns_in(window).filter(ENDED_BADLY).values(code=F("error_code"), of=F("model"))
    counted = rows.annotate(turns=Count("pk"), latest=Max("created_at"))
    return list(counted.order_by("-turns", "code", "of")[:MOST])


def cost_of(model: str, row: Row, prices: Prices) -> Cost:
    """Of what ``row`` tells of tokens: prices are for a million; what is cached is of the input."""
    if model in FREE:
        return NOTHING
    price = prices.get(model) or prices.get(DATE_AT_ITS_END.sub("", model))
    if price is None:
        return Cost(unpriced=frozenset({model}))
    input_price, output_price, *rest = price
    cached_price = rest[0] if rest else input_price
    cached = min(row["cached_tokens"], row["input_tokens"])
    amount = (row["input_tokens"] - cached) * input_price + cached * cached_price
    return Cost((amount + row["output_tokens"] * output_price) / MILLION)


def whole_cost(rows: Iterable[Row]) -> Cost:
    return sum((row["cost"] for row in rows), NOTHING)


def _costs(turns: Any, of: str, prices: Prices) -> dict[Any, Cost]:
    """By ``of``: a row has turns of several models."""
    counts = _counts()
    tokens = {name: counts[name] for name in ("input_tokens", "output_tokens", "cached_tokens")}
    costs: defaultdict[Any, Cost] = defaultdict(Cost)
    for row in turns.values(of, "model").annotate(**tokens).order_by():
        costs[row[of]] += cost_of(row["model"], row, prices)
    return costs


def _with_costs(rows: list[Row], costs: dict[Any, Cost]) -> list[Row]:
    return [row | {"cost": costs[row["of"]]} for row in rows]
