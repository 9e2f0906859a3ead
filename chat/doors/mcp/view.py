"""MCP over HTTP: one address, to which messages are posted, each answered as plain JSON."""

from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from rest_framework.exceptions import (
    MethodNotAllowed,
    NotAcceptable,
    PermissionDenied,
    UnsupportedMediaType,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import key_of, user_of
from accounts.scopes import MissingScope
from chat.doors.mcp import envelope
from chat.doors.mcp.caller import DOOR, Caller
from chat.doors.mcp.eras import answer
from chat.doors.mcp.faults import NO_SUCH_METHOD, Fault, Json
from web.idempotency import HEADER

JSON = "application/json"
METADATA = "/.well-known/oauth-protected-resource/mcp"


class Stranger(PermissionDenied):
    default_code = "foreign_origin"
    default_detail = "This comes from another site, or to a name that is not ours."


class McpView(APIView):
    """POST alone; whoever comes must say who they are with each message."""

    door = DOOR
    only_reads = {"POST"}  # to come in; each tool says what it needs
    http_method_names = ["post"]
    message_id: envelope.Id | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        check_site(request)
        if request.method != "POST":
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)
        if not _accepts_json(request.headers.get("Accept", "")):
            raise NotAcceptable
        if (request.content_type or "").partition(";")[0].strip().lower() != JSON:
            raise UnsupportedMediaType(request.content_type or "")

    def post(self, request: Request) -> HttpResponse:
        message = None
        try:
            value = envelope.read(request.body)
            self.message_id = value.get("id")
            message = envelope.checked(value, request.headers)
            if message.id is None:
                return HttpResponse(status=202)
            told = {"result": answer(message, _caller(request))}
        except Fault as fault:
            return self._answer({"error": fault.error}, _status(fault, message))
        return self._answer(told)

    def _answer(self, told: Json, status: int = 200) -> JsonResponse:
        body = {"jsonrpc": "2.0", "id": self.message_id} | told
        return JsonResponse(body, status=status)

    def get_authenticate_header(self, request: Request) -> str:
        return f'Bearer resource_metadata="{_site(request)}{METADATA}"'

    def handle_exception(self, exc: Exception) -> Response:
        """As everywhere, with the id of the message where it was read."""
        response = super().handle_exception(exc)
        response.data["id"] = self.message_id
        if isinstance(exc, MissingScope):
            where = self.get_authenticate_header(self.request).removeprefix("Bearer ")
            header = f'Bearer error="insufficient_scope", scope="read write", {where}'
            response["WWW-Authenticate"] = header
        return response


class MetadataView(APIView):
    """RFC 9728. No authorization server is named, for there is none: keys are made by hand."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        site = _site(request)
        return Response(
            {
                "resource": f"{site}/mcp",
                "resource_name": "Todo Chat",
                "bearer_methods_supported": ["header"],
                "scopes_supported": ["read", "write"],
                "resource_documentation": site + reverse("settings"),
            }
        )


def check_site(request: Request | HttpRequest) -> None:
    """Else a page of somebody else could speak to a server on the reader's own machine.

    Raises Stranger (403).
    """
    try:
        own = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        raise Stranger from None
    origin = request.headers.get("Origin")
    if origin not in (None, own) and origin not in settings.CORS_ALLOWED_ORIGINS:
        raise Stranger


def _caller(request: Request) -> Caller:
    return Caller(user_of(request), key_of(request), _site(request), request.headers.get(HEADER))


def _site(request: Request) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _accepts_json(accept: str) -> bool:
    kinds = {kind.partition(";")[0].strip().lower() for kind in accept.split(",")}
    return not accept or not kinds.isdisjoint({JSON, "application/*", "*/*"})


def _status(fault: Fault, message: envelope.Message | None) -> int:
    """Before 2026-07-28 what a request is refused for was no matter of HTTP."""
    if message and not message.version:
        return 200
    return 404 if fault.code == NO_SUCH_METHOD else 400
