"""PostgreSQL's ``percentile_cont``, for SQLite."""

import json
from array import array
from math import floor
from typing import Any


class Percentiles:
    """What a fraction of the values is at most, between two of them in proportion; of several.

    As PostgreSQL has it: NULL does not count, and of no values it is NULL. The fractions are a text
    of JSON, and so is what comes of them. It keeps 8 bytes a value.
    """

    def __init__(self) -> None:
        self._values = array("d")
        self._fractions = "[]"

    def step(self, value: Any, fractions: Any) -> None:
        if value is not None:
            self._values.append(value)
            self._fractions = fractions

    def finalize(self) -> str | None:
        if not self._values:
            return None
        values = sorted(self._values)
        return json.dumps([_at(fraction, values) for fraction in json.loads(self._fractions)])


def _at(fraction: float, values: list[float]) -> float:
    place = fraction * (len(values) - 1)
    below = floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])
