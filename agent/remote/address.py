"""Where a model's server answers, and the head of every request to it."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode

from text.addresses import web_address

AZURE = "api-version"
"""In the query of a base URL, it tells a server that takes the key in a header of its own."""

PORTS = {"http": 80, "https": 443}
PATH = "/chat/completions"
IN_A_PATH = "/%:@!$&'()*+,;=~"

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Address:
    """``host`` is a name or a number, ``target`` what stands behind it, with the query."""

    host: str
    port: int
    is_safe: bool
    target: bytes
    headers: Headers

    @classmethod
    def read(cls, base_url: str, api_key: str) -> Self:
        """Raises ValueError for what is no address, and for a key that no header takes.

        Nothing is told of this machine, and of no account of another endpoint. A server without
        keys gets one all the same, as most clients send it.
        """
        parts = web_address(base_url)
        if not parts:
            raise ValueError("it is no http or https address")
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or PORTS[parts.scheme]
        query = dict(parse_qsl(parts.query))
        path = quote(parts.path.rstrip("/"), safe=IN_A_PATH) + PATH
        target = f"{path}?{urlencode(query)}" if query else path
        headers = {
            "Host": _authority(host, "" if port == PORTS[parts.scheme] else f":{port}"),
            "Connection": "keep-alive",
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # so that the cap is on what is read
            "Content-Type": "application/json",
            "User-Agent": "todo-chat",
            "Authorization": _authorization(parts, api_key),
        }
        if AZURE in query:
            headers["api-key"] = api_key
        encoded = [(name.encode(), value.encode("ascii")) for name, value in headers.items()]
        return cls(host, port, parts.scheme == "https", target.encode(), encoded)


def _authority(host: str, port: str) -> str:
    return f"[{host}]{port}" if ":" in host else f"{host}{port}"


def _authorization(parts: SplitResult, api_key: str) -> str:
    """By the key, or by the name and the password that stand in the address."""
    if parts.username or parts.password:
        account = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return f"Basic {b64encode(account.encode()).decode()}"
    return f"Bearer {api_key or 'none'}"
