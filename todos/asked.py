"""The reminders of a task, as the API takes and tells them."""

from datetime import datetime, time
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from todos.models import Reminder, Task
from todos.reminding import LONGEST, MOST, Occasion, Reminding, Spec, read
from todos.rules import RuleBroken

ASK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid", "description": "Alone, it keeps this one."},
        "before_minutes": {
            "type": "integer",
            "minimum": 0,
            "maximum": LONGEST,
            "description": "Before the time of the task, or the user's morning on its day.",
        },
        "days_before": {"type": "integer", "description": "Together with `time`."},
        "time": {"type": "string", "example": "18:00"},
        "at": {
            "type": "string",
            "description": "`09:00` on the day of the task, or a time like `2026-12-01T09:00`, on "
            "the user's clock where it has no offset. Where the task has a day it moves with it.",
        },
        "words": {"type": "string", "description": "Alone, instead of all the rest."},
        "rings_at": {"type": "string", "format": "date-time", "nullable": True, "readOnly": True},
        "status": {
            "type": "string",
            "enum": ["waiting", "due", "answered", "never"],
            "readOnly": True,
        },
    },
    "example": {"words": "the evening before"},
}


@extend_schema_field({"type": "array", "maxItems": MOST, "items": ASK})
class AsksField(serializers.Field[Any, Any, Any, Any]):
    """All reminders of a task; those that are sent replace those there were."""

    def get_attribute(self, instance: Task) -> Any:
        return instance

    def to_internal_value(self, data: Any) -> list[Any]:
        check_asks(data)
        return list(data)

    def to_representation(self, value: Task) -> list[dict[str, Any]]:
        return [told(spec, value.ringing.get(spec["id"])) for spec in value.reminders]


def told(spec: Spec, row: Reminder | None) -> dict[str, Any]:
    return {
        **spec,
        "words": Reminding.of(spec).words,
        "rings_at": as_text(row.rings_at) if row else None,
        "status": row.status if row else "never",
    }


def as_text(moment: datetime | None) -> str | None:
    return serializers.DateTimeField().to_representation(moment) if moment else None


def check_asks(asks: Any) -> None:
    """That each can be understood; which of them are there already is seen with the task.

    Raises ValidationError.
    """
    if not isinstance(asks, list):
        raise ValidationError([ErrorDetail("Give a list of reminders.", code="not_a_list")])
    now = timezone.now()
    new = [ask for ask in asks if not (isinstance(ask, dict) and ask.keys() == {"id"})]
    try:
        read(new, Occasion(now, now.date(), time(12)))
    except RuleBroken as broken:
        raise ValidationError([ErrorDetail(broken.sentence, code=broken.code)]) from None
