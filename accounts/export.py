"""All that is kept about a user, as a file that is written while it is read."""

import json
from collections.abc import Container, Iterator
from operator import itemgetter
from typing import Any

from django.db.models import Model
from django.http import StreamingHttpResponse
from rest_framework.utils.encoders import JSONEncoder

from accounts.models import User
from accounts.ownership import in_pieces, rows_of


def as_file(user: User, *, also: Container[str] = ()) -> StreamingHttpResponse:
    """``{"account": {…}, "conversations": […], "messages": […], "tasks": […], …}``.

    Every kind of row that a user owns is in it, oldest first and with all its columns; the rows
    name each other by their ids. What signs in stays out: the password's hash, the sessions, and
    the tokens; and what is ``untold``, but for the columns that are wanted ``also``.
    """
    response = StreamingHttpResponse(_json(user, also), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="account-{user.pk}.json"'
    return response


def _json(user: User, also: Container[str]) -> Iterator[str]:
    account = User.objects.filter(pk=user.pk).values(*_columns(User, "password"))
    yield f'{{"account": {_text(account.first())}'
    for name, rows in rows_of(user):
        yield f',\n"{name.replace(" ", "_")}": ['
        untold = [name for name in getattr(rows.model, "untold", ()) if name not in also]
        found = rows.values("pk", *_columns(rows.model, "user", *untold))
        for number, row in enumerate(in_pieces(found, itemgetter("pk"))):
            del row["pk"]  # some have it under a name of its own, and some do not show it
            yield (",\n" if number else "\n") + _text(row)
        yield "\n]"
    yield "}\n"


def _columns(model: type[Model], *without: str) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name not in without]


def _text(row: dict[str, Any] | None) -> str:
    return json.dumps(row, cls=JSONEncoder, ensure_ascii=False)
