"""Messages of JSON-RPC as MCP has them: read, checked in the protocol's order, and told.

The order is that of the revision 2026-07-28: JSON, the envelope, ``_meta``, the headers against the
body, the version; whether there is such a method is asked last.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from rest_framework.exceptions import ParseError

from chat.doors.mcp.faults import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    NOT_JSON,
    UNSUPPORTED_VERSION,
    Fault,
    Json,
)
from telemetry.spans import came_with
from web.parsers import StrictJSONParser

MODERN = ("2026-07-28",)
HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
META = "io.modelcontextprotocol/"
VERSION_KEY = f"{META}protocolVersion"
CAPABILITIES_KEY = f"{META}clientCapabilities"
NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
"""The methods whose parameter of this name is told by the header Mcp-Name as well."""
LONGEST_ID = 200
LARGEST_ID = 2**63
IN_BASE64 = re.compile(r"=\?base64\?(.*)\?=")

Id = str | int


@dataclass(frozen=True, slots=True)
class Message:
    """A request or, without an ``id``, a notification. ``version`` is empty before 2026-07-28."""

    method: str
    params: Json = field(default_factory=dict)
    id: Id | None = None
    version: str = ""

    @property
    def capabilities(self) -> Json:
        """What the client can do, as it says with each request since 2026-07-28."""
        told = _meta(self.params).get(CAPABILITIES_KEY)
        return told if isinstance(told, dict) else {}

    @property
    def traceparent(self) -> str:
        """Within which trace it comes, where it says so; else that of its HTTP request."""
        told = _meta(self.params).get("traceparent")
        return told if isinstance(told, str) else came_with.get()


def read(body: bytes) -> Json:
    """The message, whose envelope is right. Raises Fault."""
    try:
        value = StrictJSONParser().parse(BytesIO(body))
    except ParseError as error:
        raise Fault(NOT_JSON, str(error.detail)) from None
    if not isinstance(value, dict):
        raise Fault(INVALID_REQUEST, "Send one message, an object: there are no batches here.")
    if value.get("jsonrpc") != "2.0" or not isinstance(value.get("method"), str):
        raise Fault(INVALID_REQUEST, 'Send a request with "jsonrpc": "2.0" and a method.')
    if "id" in value and not _is_id(value["id"]):
        raise Fault(INVALID_REQUEST, "An id is a whole number or a text of up to 200 characters.")
    return value


def checked(value: Json, headers: Mapping[str, str] | None) -> Message:
    """The message of one era or the other. Raises Fault.

    ``headers`` are those of HTTP; None: there are none to compare.
    """
    params, told = value.get("params", {}), _told(headers, "MCP-Protocol-Version")
    if not isinstance(params, dict):
        raise Fault(INVALID_PARAMS, "params: give an object.")
    if "id" not in value:
        _check_served(told, (*HANDSHAKE, *MODERN))
        return Message(value["method"], params)
    if told not in MODERN and VERSION_KEY not in _meta(params):
        _check_served(told, HANDSHAKE)
        return Message(value["method"], params, value["id"])
    version = _version(params)
    if headers is not None:
        _compare(value["method"], params, headers)
    _check_served(version, MODERN)
    return Message(value["method"], params, value["id"], version)


def _is_id(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_ID
    return type(value) is int and abs(value) < LARGEST_ID


def _meta(params: Json) -> Json:
    meta = params.get("_meta")
    return meta if isinstance(meta, dict) else {}


def _version(params: Json) -> str:
    meta = _meta(params)
    missing = [key for key in (VERSION_KEY, CAPABILITIES_KEY) if key not in meta]
    if missing:
        raise Fault(INVALID_PARAMS, f"params._meta: {' and '.join(missing)} must be there.")
    version = meta[VERSION_KEY]
    if not isinstance(version, str) or not isinstance(meta[CAPABILITIES_KEY], dict):
        raise Fault(INVALID_PARAMS, "params._meta: give a text as version, and an object.")
    return version


def _compare(method: str, params: Json, headers: Mapping[str, str]) -> None:
    """Proxies route by the headers, so they must say what the body says.

    One that comes twice arrives as both with a comma between them, which no body says.
    """
    said = {"MCP-Protocol-Version": _meta(params)[VERSION_KEY], "Mcp-Method": method}
    if method in NAMED_BY and NAMED_BY[method] in params:
        said["Mcp-Name"] = params[NAMED_BY[method]]
    for name, value in said.items():
        if _told(headers, name) != value:
            raise Fault(HEADER_MISMATCH, f"The header {name} does not say what the body says.")


def _told(headers: Mapping[str, str] | None, name: str) -> str:
    """Empty where it is missing, or in a Base64 that cannot be read."""
    value = (headers or {}).get(name, "").strip(" \t")
    coded = IN_BASE64.fullmatch(value)
    if coded is None:
        return value
    try:
        text = base64.b64decode(coded[1], validate=True)
        return text.decode() if base64.b64encode(text).decode() == coded[1] else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _check_served(version: str, served: tuple[str, ...]) -> None:
    if version and version not in served:
        versions = list(MODERN)
        raise Fault(
            UNSUPPORTED_VERSION,
            f"This version of the protocol is not served: {version[:40]}.",
            supported=versions,
            requested=version,
        )
