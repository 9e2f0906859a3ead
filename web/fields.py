"""Fields and serializers with the API's manners."""

from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty
from rest_framework.utils.serializer_helpers import BindingDict

from text import is_blank, one_line


class TextField(serializers.CharField):
    """A JSON string, and nothing that can merely be made one; no NUL, no lone surrogate."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class IdField(serializers.UUIDField):
    """An id in a JSON string; REST framework makes one of a number, too."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class SpokenTextField(TextField):
    """What a person says: kept to the letter, though not if there is nothing to see in it.

    ``max_length`` counts code points, without the white space around the text.
    """

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)
        self.longest = max_length

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if is_blank(text):
            self.fail("blank")
        if len(text.strip()) > self.longest:
            detail = f"Ensure this field has no more than {self.longest} characters."
            raise ValidationError([ErrorDetail(detail, code="max_length")])
        return text


class TitleField(TextField):
    """One line, whatever it was: there is a space in place of each end of a line."""

    def to_internal_value(self, data: Any) -> str:
        return one_line(super().to_internal_value(data))


class ObjectsField(serializers.ListField):
    """JSON objects, as many as a body holds; of those that are none the first is told alone."""

    def to_internal_value(self, data: Any) -> list[Any]:
        items = super().to_internal_value(data)
        for place, item in enumerate(items):
            if not isinstance(item, dict):
                wrong = ErrorDetail("Give a JSON object here.", code="not_a_dict")
                raise ValidationError({str(place): [wrong]})
        return items


class RequestBody:
    """For a serializer: null means that an optional field is absent.

    A PATCH that names no field is a mistake of the caller's, not a success.
    """

    partial: bool
    fields: BindingDict
    null_means_clear: frozenset[str] = frozenset()

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, dict):
            data = {
                name: value
                for name, value in data.items()
                if value is not None or not self._may_be_absent(name)
            }
        if self.partial and not data:
            nothing = ErrorDetail("Name at least one field to change.", code="empty")
            raise ValidationError({"non_field_errors": [nothing]})
        return super().run_validation(data)  # type: ignore[misc]

    def _may_be_absent(self, name: str) -> bool:
        field = self.fields.get(name)
        return field is not None and not field.required and name not in self.null_means_clear


def read_body(kind: type[serializers.Serializer[Any]], body: Any) -> dict[str, Any]:
    """What is valid of a body. Raises ValidationError.

    One serializer reads all of its kind, of which it keeps nothing: to make it takes longer.
    """
    try:
        valid: dict[str, Any] = _made(kind).run_validation(body)
    except ValidationError:
        form = kind(data=body)
        form.is_valid(raise_exception=True)  # which tells errors in the API's form
        valid = form.validated_data
    return valid


@cache
def _made(kind: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    return kind()
