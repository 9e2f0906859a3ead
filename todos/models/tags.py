"""The tags of a task: kept on the task itself, so that its journal has them exactly."""

from collections.abc import Iterable
from typing import Any

from django.db import models


class TagsField(models.TextField[Iterable[str], tuple[str, ...]]):
    """A tuple of words; the column has them in one text with a space around each, or nothing."""

    def to_python(self, value: Any) -> tuple[str, ...]:
        return tuple(value.split() if isinstance(value, str) else value or ())

    def from_db_value(self, value: str, *_: Any) -> tuple[str, ...]:
        return self.to_python(value)

    def get_prep_value(self, value: Any) -> str:
        names = self.to_python(value)
        return f" {' '.join(names)} " if names else ""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))


def has_tag(name: str) -> models.Q:
    return models.Q(tags__contains=f" {name} ")
