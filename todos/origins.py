"""Where the changes of a request come from."""

from rest_framework.request import Request

from accounts.authentication import door_of, key_of
from todos.models import Origin


def origin_of(request: Request) -> Origin:
    return Origin.by(key_of(request), door_of(request))
