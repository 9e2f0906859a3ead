"""A batch over HTTP: many tasks by their ids or by a filter, each with an answer of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import user_of
from accounts.models import User
from accounts.once import once
from todos import batch
from todos.batch import MOST_AT_ONCE, Failure, Fields, Outcome
from todos.models import Proposal, Reminder, Task, in_line
from todos.origins import origin_of
from todos.proposals import ProposalSerializer, ProposedSerializer
from todos.serializers import (
    CompletedTaskSerializer,
    FlagField,
    OneOfField,
    TaskQuerySerializer,
    TaskSerializer,
)
from web.errors import field_errors, summary
from web.fields import RequestBody
from web.idempotency import IDEMPOTENCY_KEY
from web.schema import describe, problems

SETTING = ("create", "update")
DOES = (*SETTING, "complete", "reopen", "delete", "restore")
USUALLY = {"complete": "open", "reopen": "done", "restore": "deleted"}
"""The status of what a filter means, unless it says another one."""

ITEM = {
    "oneOf": [
        {"type": "string", "format": "uuid"},
        {"$ref": "#/components/schemas/PatchedTaskRequest"},
    ]
}


def fault(name: str, code: str, sentence: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(sentence, code=code)]})


@extend_schema_field({"type": "array", "minItems": 1, "maxItems": MOST_AT_ONCE, "items": ITEM})
class ItemsField(serializers.Field[Any, Any, Any, Any]):
    """Each is checked by itself."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list) or not data:
            raise ValidationError([ErrorDetail("Give a list of tasks.", code="invalid")])
        if len(data) > MOST_AT_ONCE:
            sentence = (
                f"These are {len(data)} tasks, and a batch takes {MOST_AT_ONCE}. Send several."
            )
            raise ValidationError([ErrorDetail(sentence, code="max_length")])
        return data


@extend_schema_field({"$ref": "#/components/schemas/PatchedTaskRequest"})
class FieldsField(serializers.Field[Any, Any, Any, Any]):
    """Fields of a task: as they were sent, once it is clear that each can be set."""

    def to_internal_value(self, data: Any) -> Fields:
        TaskSerializer(data=data, partial=True).is_valid(raise_exception=True)
        return dict(data)


@extend_schema_field(TaskQuerySerializer)
class WhereField(serializers.Field[Any, Any, Any, Any]):
    """The filters of the list. One that says nothing is refused, for it would mean all tasks."""

    def to_internal_value(self, data: Any) -> Fields:
        if not isinstance(data, dict):
            raise ValidationError([ErrorDetail("Give an object.", code="invalid")])
        filters = TaskQuerySerializer().fields.keys() - {"ordering"}
        for name, value in data.items():
            if name not in filters:
                raise fault(name, "unknown", "There is no such filter.")
            if value is None or value == "":
                raise fault(name, "blank", "Leave out a filter that says nothing.")
        if not data or data == {"status": "all"}:
            raise ValidationError([ErrorDetail("Name at least one filter.", code="empty")])
        if isinstance(data.get("repeating"), bool):  # a word in the query of the list
            data = data | {"repeating": str(data["repeating"]).lower()}
        TaskQuerySerializer(data=data).is_valid(raise_exception=True)
        return dict(data)


class BatchSerializer(RequestBody, serializers.Serializer[Any]):
    """One thing to do with many tasks."""

    do = OneOfField(DOES)
    tasks = ItemsField(
        required=False,
        help_text="Ids; to create or update, tasks with the fields to set (and the `id`).",
    )
    where = WhereField(
        required=False, help_text="Filters of the list, in place of `tasks`; all must hold."
    )
    set = FieldsField(required=False, help_text="Fields that all of them get.")
    propose = FlagField(default=False, help_text="Ask first, if it is wide.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("tasks" in attrs) == ("where" in attrs):
            raise fault("tasks", "invalid", "Give either tasks or where.")
        if "where" in attrs and attrs["do"] == "create":
            raise fault("where", "invalid", "Give the new tasks as tasks.")
        if "set" in attrs and attrs["do"] not in SETTING:
            raise fault("set", "invalid", "Only create and update set fields.")
        if "where" in attrs and attrs["do"] == "update" and "set" not in attrs:
            raise fault("set", "required", "Say what to set.")
        return attrs


class FieldFaultSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class FaultSerializer(serializers.Serializer[Any]):
    """As a problem tells it."""

    code = serializers.CharField()
    detail = serializers.CharField()
    errors = FieldFaultSerializer(many=True, required=False)  # type: ignore[assignment]


class FailureSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField(help_text="Its place among the tasks, from 1.")
    id = serializers.UUIDField(allow_null=True)
    error = FaultSerializer()


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "anyOf": [
                {"$ref": "#/components/schemas/CompletedTask"},
                {"$ref": "#/components/schemas/Task"},
            ]
        },
    }
)
class DoneField(serializers.Field[Any, Any, Any, Any]):
    """Tasks, of ``complete`` with what follows them."""


class OutcomeSerializer(serializers.Serializer[Any]):
    done = DoneField()
    failures = FailureSerializer(many=True)
    total = serializers.IntegerField(help_text="Of what was done and what failed.")
    act = serializers.UUIDField(
        allow_null=True, help_text="What undoes all of it; null when nothing has changed."
    )


class AskedInsteadSerializer(ProposedSerializer):
    failures = FailureSerializer(many=True, help_text="What the proposal leaves out.")


@dataclass
class Checked:
    """What of a request can be tried, with the place of each, and what is at fault."""

    items: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def leave_out(self, failed: Iterable[Failure]) -> None:
        """What was tried in vain is at fault, too, and is tried no more."""
        why = {each.item - 1: each for each in failed}
        self.failures += [told_failure(self.places[index], each) for index, each in why.items()]
        kept = [index for index in range(len(self.items)) if index not in why]
        self.items = [self.items[index] for index in kept]
        self.places = [self.places[index] for index in kept]


class BatchView(GenericAPIView[Task]):
    serializer_class = BatchSerializer
    pagination_class = None
    asks = frozenset({"POST"})

    @describe(
        tags=["tasks"],
        parameters=[IDEMPOTENCY_KEY],
        request=BatchSerializer,
        responses={200: OutcomeSerializer, 202: AskedInsteadSerializer, **problems(409, 422)},
        examples=[
            OpenApiExample(
                "Move what is overdue",
                {"do": "update", "where": {"due": "overdue"}, "set": {"due_date": "2026-12-01"}},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Change up to 100 tasks in one transaction and as one act; one that fails is named.

        With `propose`, what is wide (more than 3 deletions, or more than 10 other changes) is 202
        with the proposal of it, and nothing is done; by a key that asks whatever it is.
        """
        return once(request, self._act)

    def _act(self) -> Response:
        form = BatchSerializer(data=self.request.data)
        form.is_valid(raise_exception=True)
        asked, user = form.validated_data, user_of(self.request)
        origin = origin_of(self.request)
        with in_line(user.pk):
            items = asked["tasks"] if "tasks" in asked else found(user, asked["do"], asked["where"])
            checked = check(asked["do"], items, asked.get("set", {}))
            operation = {"do": asked["do"], "tasks": checked.items}
            if asked["propose"] or origin.asks:
                rehearsed = batch.rehearse(user, operation, origin_of(self.request))
                checked.leave_out(rehearsed.failures)
                operation["tasks"] = checked.items
                asking = rehearsed.act and Proposal.if_wide(user, operation, origin)
                if asking:
                    return Response(asked_instead(asking, checked), 202)
            outcome = batch.run(user, operation, origin)
            checked.leave_out(outcome.failures)
            return Response(told(asked["do"], outcome, checked))


def found(user: User, do: str, where: Fields) -> list[str]:
    """The ids of what the filter means. Raises ValidationError when they are too many."""
    query = TaskQuerySerializer(data={"status": USUALLY.get(do, "all")} | where)
    query.is_valid(raise_exception=True)
    deleted_too = query.validated_data["status"] == "deleted"
    rows = Task.objects.with_deleted_for_user(user) if deleted_too else Task.objects.for_user(user)
    tasks = rows.listed(now=user.local_now(), **query.validated_data)
    number = tasks.count()
    if number > MOST_AT_ONCE:
        sentence = (
            f"{number} tasks match, and a batch takes {MOST_AT_ONCE}, so nothing was done. "
            "Add another filter, and send a batch for each part."
        )
        raise fault("where", "max_length", sentence)
    return [str(key) for key in tasks.values_list("pk", flat=True)]


def check(do: str, items: Iterable[Any], common: Fields) -> Checked:
    """Each by the serializer that checks it when it comes alone."""
    checked, seen = Checked(), set()
    for place, item in enumerate(items, 1):
        key = None
        try:
            key = None if do == "create" else key_of(item)
            if key in seen:
                raise ValidationError([ErrorDetail("This task stands here twice.", code="invalid")])
            checked.items.append(_item(do, key, item, common))
            checked.places.append(place)
        except ValidationError as error:
            errors = list(field_errors(error.detail))
            checked.failures.append(failure(place, key, "invalid", summary(errors), errors))
        if key:
            seen.add(key)
    return checked


def key_of(item: Any) -> UUID:
    text = item.get("id") if isinstance(item, dict) else item
    try:
        return UUID(text)
    except (TypeError, ValueError, AttributeError):
        raise fault("id", "invalid", "Give the id of a task.") from None


def _item(do: str, key: UUID | None, item: Any, common: Fields) -> Any:
    """As an operation has it. Raises ValidationError."""
    if do not in SETTING:
        return str(key)
    fields = common | (item if isinstance(item, dict) else {})
    if not isinstance(item, (dict, str)):
        raise ValidationError([ErrorDetail("Give an object.", code="invalid")])
    fields.pop("id", None)
    form = TaskSerializer(data=fields, partial=do == "update")
    form.is_valid(raise_exception=True)
    return batch.spelled(form.validated_data) | ({"id": str(key)} if key else {})


def asked_instead(asking: Proposal, checked: Checked) -> dict[str, Any]:
    return {"proposal": ProposalSerializer(asking).data, "failures": in_order(checked.failures)}


def told(do: str, outcome: Outcome, checked: Checked) -> dict[str, Any]:
    """With the failures of before, in the order of the request."""
    Reminder.objects.come_along(outcome.done)
    shown = CompletedTaskSerializer if do == "complete" else TaskSerializer
    return {
        "done": [shown(task).data for task in outcome.done],
        "failures": in_order(checked.failures),
        "total": len(checked.places) + len(checked.failures),
        "act": outcome.act,
    }


def in_order(failures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(failures, key=lambda each: each["item"])


def told_failure(place: int, failed: Failure) -> dict[str, Any]:
    """As the serializer tells it of a task that comes alone."""
    key, code, detail = failed.task_id, failed.code, failed.detail
    if not failed.field:
        return failure(place, key, code, detail, [])
    errors = [{"field": failed.field, "code": code, "detail": detail}]
    return failure(place, key, "invalid", summary(errors), errors)


def failure(
    place: int, key: UUID | None, code: str, detail: str, errors: list[dict[str, str]]
) -> dict[str, Any]:
    error = {"code": code, "detail": detail, **({"errors": errors} if errors else {})}
    return {"item": place, "id": key, "error": error}
