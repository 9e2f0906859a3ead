from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, time
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.keys import Key
from todos import rules
from todos.asked import AsksField
from todos.models import INBOX, ORDERINGS, ChangeKind, Priority, Task, TaskChange
from todos.repeating import Repeat
from todos.spelling import TIME_OF_DAY, read_day, read_time
from web.fields import RequestBody, TextField, TitleField


class OneOfField(serializers.ChoiceField):
    """One of a few words. The error names them and does not repeat what was sent instead."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            words = ", ".join(self.choices)
            raise ValidationError([ErrorDetail(f"Give one of: {words}.", code="invalid_choice")])
        return data


class FlagField(serializers.BooleanField):
    """JSON's ``true`` or ``false``, and nothing that can merely be taken for one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input="This")
        return data


class DayField(serializers.DateField):
    def to_internal_value(self, value: Any) -> date:
        try:
            return read_day(value)
        except ValueError:
            self.fail("invalid", format="YYYY-MM-DD")


@extend_schema_field({"type": "string", "pattern": TIME_OF_DAY.pattern, "example": "17:30"})
class TimeOfDayField(serializers.TimeField):
    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", **options)

    def to_internal_value(self, value: Any) -> time:
        try:
            return read_time(value)
        except ValueError:
            self.fail("invalid", format="HH:MM")


class TagField(TextField):
    def to_internal_value(self, data: Any) -> str:
        try:
            return rules.read_tag(super().to_internal_value(data))
        except rules.RuleBroken as broken:
            raise ValidationError([ErrorDetail(broken.sentence, code=broken.code)]) from None


class WholeNumberField(serializers.IntegerField):
    """JSON's number without a fraction, and nothing that can merely be made one."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class RowIdField(serializers.UUIDField):
    """Another row by its id; told without reading that row."""

    def get_attribute(self, instance: Any) -> Any:
        return getattr(instance, f"{self.field_name}_id")

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value="This")
        return UUID(str(super().to_internal_value(data)))


@extend_schema_field({"type": "string", "example": "2026-11-20T08:15:00Z"})
class SinceField(serializers.Field[Any, Any, Any, Any]):
    """A time, or a day of the user's."""

    def to_internal_value(self, data: Any) -> date:
        with suppress(ValueError):
            return read_day(data)
        return serializers.DateTimeField().to_internal_value(data)


@extend_schema_field({"type": "string", "example": INBOX})
class ListFilterField(serializers.UUIDField):
    """The id of a list, or the Inbox."""

    def to_internal_value(self, data: Any) -> Any:
        return INBOX if data == INBOX else super().to_internal_value(data)


class CountsSerializer(serializers.Serializer[Any]):
    """How many of them there are."""

    open = serializers.IntegerField(read_only=True)
    done = serializers.IntegerField(read_only=True)


@contextmanager
def told_rules() -> Iterator[None]:
    """A broken rule of tasks or lists, as the API tells it."""
    try:
        yield
    except rules.RuleBroken as broken:
        fault = ErrorDetail(broken.sentence, code=broken.code)
        raise ValidationError({broken.field: [fault]}) from None


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "every": {"type": "string", "enum": ["day", "week", "month", "year"]},
            "interval": {"type": "integer", "minimum": 1, "default": 1},
            "on": {
                "type": "array",
                "items": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
                "description": "`mon` … `sun`; or days of the month, -1 for the last; or "
                "`first monday` … `last friday`.",
            },
            "from": {"type": "string", "enum": ["due", "done"], "default": "due"},
            "until": {"type": "string", "format": "date", "nullable": True},
            "times": {"type": "integer", "minimum": 1, "nullable": True},
            "words": {"type": "string"},
            "rule": {"type": "string", "readOnly": True, "description": "As RFC 5545 has it."},
        },
        "example": {"words": "every other tuesday"},
    }
)
class RepeatsField(serializers.Field[Any, Any, Any, Any]):
    """A rule by its parts, or by ``{"words": …}`` alone; told with all of them."""

    def to_internal_value(self, data: Any) -> Repeat:
        if not isinstance(data, dict):
            raise ValidationError([ErrorDetail("Give an object.", code="invalid")])
        try:
            return Repeat.read(data)
        except rules.RuleBroken as broken:
            raise ValidationError([ErrorDetail(broken.sentence, code=broken.code)]) from None

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return Repeat.read(value).as_json()


class TaskSerializer(RequestBody, serializers.Serializer[Task]):
    """A thing to get done."""

    null_means_clear = frozenset(
        {"due_date", "due_time", "repeats", "list", "parent", "duration_minutes"}
    )

    id = serializers.UUIDField(read_only=True)
    title = TitleField(max_length=rules.TITLE_LENGTH)
    notes = TextField(
        default="", allow_blank=True, trim_whitespace=False, max_length=rules.NOTES_LENGTH
    )
    due_date = DayField(default=None, allow_null=True, help_text="A day in the user's time zone.")
    due_time = TimeOfDayField(
        default=None,
        allow_null=True,
        help_text="HH:MM on the user's clock; needs a due date, and goes with it.",
    )
    priority = OneOfField(Priority.choices, default=Priority.NONE.value)
    duration_minutes = WholeNumberField(
        default=None, allow_null=True, min_value=1, max_value=rules.LONGEST
    )
    list = RowIdField(
        default=None,
        allow_null=True,
        help_text="Null is the Inbox. A step is in the list of its task, and moves with it.",
    )
    tags = serializers.ListField(
        child=TagField(),
        default=[],
        help_text=f"At most {rules.MOST_TAGS} words, told in small letters and in order.",
    )
    parent = RowIdField(  # type: ignore[assignment]  # a Field has a `parent` too
        default=None,
        allow_null=True,
        help_text="The task that it is a step of: one that is no step itself.",
    )
    steps = CountsSerializer(source="step_counts", read_only=True)
    repeats = RepeatsField(
        default=None,
        allow_null=True,
        help_text="Its days: needs a due date, from which they are counted. Null ends the series.",
    )
    reminders = AsksField(
        required=False,
        help_text="When it is to ring, as often as one likes. Without it, a task that gets a time "
        "has the reminder that the user wants for all.",
    )
    series = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="What all tasks of a series share."
    )
    completed = FlagField(required=False, help_text="The same as complete and reopen.")
    completed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    version = serializers.IntegerField(read_only=True, help_text="It grows with each change.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        with told_rules():
            if "title" in attrs:
                rules.check_title(attrs["title"])
        if self.instance and not self.partial:
            attrs.setdefault("reminders", [])
        return attrs

    # save() is given the origin of the change and, for a new task, its user.

    def create(self, validated_data: dict[str, Any]) -> Task:
        with told_rules():
            return Task.add(**validated_data)

    def update(self, instance: Task, validated_data: dict[str, Any]) -> Task:
        with told_rules():
            instance.edit(**validated_data)
        return instance


class CompletedTaskSerializer(TaskSerializer):
    """A task that is done, with what follows it."""

    next = TaskSerializer(
        source="successor", read_only=True, allow_null=True, help_text="The next of its series."
    )


class SkipSerializer(RequestBody, serializers.Serializer[Any]):
    """How far a task that repeats is moved on."""

    until = DayField(
        default=None, allow_null=True, help_text="The first day on which it may be due again."
    )


class CatchUpSerializer(RequestBody, serializers.Serializer[Any]):
    """Of which tasks; of all where nothing is said."""

    list = ListFilterField(required=False, help_text="The id of a list, or `inbox`.")
    tag = TagField(required=False)


class TaskQuerySerializer(serializers.Serializer[Any]):
    """How a list of tasks is narrowed and ordered. What is left blank counts as not given."""

    status = OneOfField(["open", "done", "all", "deleted"], default="all")
    due = OneOfField(
        ["overdue", "today", "upcoming", "none"],
        required=False,
        help_text=(
            "By the user's own clock: open and past its time, today (overdue included), "
            "after today, or without a date."
        ),
    )
    priority = OneOfField(Priority.choices, required=False)
    list = ListFilterField(required=False, help_text="The id of a list, or `inbox`.")
    tag = TagField(required=False)
    parent = serializers.UUIDField(  # type: ignore[assignment]
        required=False, help_text="The steps of this task."
    )
    repeating = OneOfField(["true", "false"], required=False)
    created_since = SinceField(required=False, help_text="A time, or a day of the user's.")
    completed_since = SinceField(required=False)
    search = TextField(
        default="",
        max_length=200,
        help_text="Words that all stand in the title or the notes, or phrases in quotes.",
    )
    ordering = OneOfField(
        [f"{sign}{key}" for key in ORDERINGS for sign in ("-", "")],
        default="-created_at",
        help_text=(
            "`-` for falling. By `due`, tasks without a date are last in both directions, and so "
            "are open ones by `completed_at`; `-priority` begins with high."
        ),
    )

    def validate_repeating(self, repeating: str) -> bool:
        return repeating == "true"


class ClientSerializer(serializers.Serializer[Any]):
    """Who came with a key."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)


class ChangesSerializer(serializers.ListSerializer[TaskChange]):
    def to_representation(self, data: Any) -> Any:
        """The clients of all of them are looked up at once."""
        changes = [*data]
        names = Key.objects.names(change.key for change in changes)
        for change in changes:
            change.client = names.get(change.key, "")
        return super().to_representation(changes)


class TaskChangeSerializer(serializers.Serializer[TaskChange]):
    """One line of the history of a task or of a list."""

    id = serializers.UUIDField(read_only=True)
    task = RowIdField(read_only=True, allow_null=True)
    list = RowIdField(read_only=True, allow_null=True)
    kind = serializers.ChoiceField(ChangeKind.choices, read_only=True)
    before = serializers.DictField(read_only=True, help_text="The changed fields as they were.")
    after = serializers.DictField(read_only=True, help_text="The same fields as they became.")
    source = serializers.CharField(  # type: ignore[assignment]  # a Field has a `source` too
        read_only=True,
        help_text="The door: `api`, `chat`, `page`, `mcp`, `admin`, `import`: a file.",
    )
    format = serializers.CharField(read_only=True, help_text="Of a file; else blank.")
    act = serializers.UUIDField(
        source="its_act", read_only=True, help_text="What it was done with, and is undone with."
    )
    tool_call_id = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="The tool call of the assistant that did it."
    )
    conversation_id = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="The conversation in which it was done."
    )
    key = serializers.SerializerMethodField(help_text="The key of who did or asked it.")
    undone = serializers.BooleanField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)

    class Meta:
        list_serializer_class = ChangesSerializer

    @extend_schema_field(ClientSerializer(allow_null=True))
    def get_key(self, change: TaskChange) -> dict[str, Any] | None:
        if change.key is None:
            return None
        name = change.client or Key.objects.names([change.key]).get(change.key, "")
        return {"id": str(change.key), "name": name}
