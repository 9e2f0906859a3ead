"""Whether the process is up, and whether it can work."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from accounts.authentication import is_staff
from agent.choice import is_configured
from oversight.parts import parts

AMISS = {"clock": "off"}


def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """503 when a part that is needed is down; says which, and nothing of why.

    It works on without its cache, each process with limits of its own, and with another clock than
    the database's, though nodes may refuse each other's tokens then: 200 ``degraded``. The staff
    are told the version and the node, too.
    """
    holds = parts()
    can_work = holds["migrations"]
    status = "down" if not can_work else "ok" if all(holds.values()) else "degraded"
    words = {name: "ok" if well else AMISS.get(name, "down") for name, well in holds.items()}
    assistant = "configured" if is_configured() else "built-in"
    body = {"status": status, **words, "assistant": assistant}
    if can_work and is_staff(request):
        body |= {"version": settings.VERSION, "node": settings.NODE}
    return JsonResponse(body, status=200 if can_work else 503)
