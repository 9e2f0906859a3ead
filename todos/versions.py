"""The version of a task over HTTP (RFC 9110): its ETag, and what If-Match asks of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from todos.models import Task, in_line

ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="The task's version."
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="One or several ETags: only if the task is at one of them, else 412.",
)

ACT = "X-Act"
"""The header of what changed tasks: what undoes it, as ``POST /api/acts/{id}/undo/``."""


class VersionChanged(APIException):
    status_code = 412
    default_code = "changed_since"
    default_detail = "The task has changed since, so nothing was done."


def etag(version: int) -> str:
    return f'"{version}"'


@contextmanager
def as_it_was(header: str | None, task: Task) -> Iterator[None]:
    """With an If-Match, a transaction in which the task is at a version that it names.

    Raises ValidationError, VersionChanged and Http404. A weak tag is none of them.
    """
    if header is None:
        yield
        return
    tags = parse_etags(header)
    if not tags:
        fault = ErrorDetail('Give ETags, as "7", or *.', code="invalid")
        raise ValidationError({"If-Match": [fault]})
    with in_line(task.user_id):
        held = Task.objects.for_user(task.user).held([task.pk])
        if task.pk not in held:
            raise Http404
        if tags != ["*"] and etag(held[task.pk].version) not in tags:
            raise VersionChanged
        yield
