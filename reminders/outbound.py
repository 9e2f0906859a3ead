"""HTTP to addresses that users give, which must not lead into our own network (decision 56).

A name is looked up once; each of its addresses must be public, and the connection goes to one of
these very addresses, whatever the name leads to a moment later. No redirect is followed, no proxy
of the environment asked, no connection kept. Of the answer the status alone is read: what a server
sends beside it is never unpacked, kept or told.
"""

import re
import socket
import ssl
from collections.abc import Iterable, Mapping
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import Any

import httpcore2
import httpx2
from django.conf import settings
from django.utils.translation import gettext as _

MOST_CHARS = 2_000
# The ends of names that stand for a machine of one's own network, by RFC 6761, 6762, 8375, 9476
# and by habit.
OWN_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet")
NAME = re.compile(r"([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
# IPv4 that Python takes for public, and that leads elsewhere.
ODD_IPV4 = [
    IPv4Network("168.63.129.16/32"),  # Azure's own services, as seen from its machines
    IPv4Network("192.0.0.0/24"),  # for protocols; some clouds have their metadata there
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
]
PUBLIC_IPV6 = IPv6Network("2000::/3")  # all that was ever given out; the rest is of one's own
ODD_IPV6 = [
    IPv6Network("2001::/23"),  # for protocols, Teredo among them
    IPv6Network("2002::/16"),  # 6to4, which has an IPv4 in it and is given up (RFC 7526)
    IPv6Network("3fff::/20"),  # for documentation
]
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: how IPv4 looks from a network that has none

Address = IPv4Address | IPv6Address


class NotAllowed(Exception):
    """This address is none that we send to; ``str`` is a sentence that tells why."""


class Unreachable(Exception):
    """No answer came; ``str`` is a sentence that tells why."""


def check(url: str) -> None:
    """Raises NotAllowed for what can be told from the text alone; asks nobody."""
    origin = _origin(url)
    if _is_ours(origin):
        return
    try:
        found = _addresses(origin, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):  # it is a name
        _check_name(origin.host.decode())
    else:
        _check_public(found)


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> int:
    """The status of the answer. Raises NotAllowed or Unreachable, after ``seconds`` at most."""
    until = monotonic() + seconds
    check(url)
    origin = _origin(url)
    addresses = _look_up(origin, until)
    if not _is_ours(origin):
        _check_public(addresses)
    request = _plain(httpx2.Request("POST", url, headers=dict(headers), content=body))
    backend = _Backend(addresses, until)
    connection = httpcore2.HTTPConnection(origin, _tls(), network_backend=backend)
    try:
        return connection.handle_request(request).status
    except httpcore2.TimeoutException:
        raise Unreachable(_("It did not answer in time.")) from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError, ValueError):
        raise Unreachable(
            _("No connection to it held: it may be off, or its certificate not valid.")
        ) from None
    finally:
        connection.close()


# --- Which address -------------------------------------------------------------------------------


def _origin(url: str) -> httpcore2.Origin:
    """Where a request goes: scheme, host and port. Raises NotAllowed."""
    if len(url) > MOST_CHARS:
        raise NotAllowed(_("This address is too long."))
    try:
        parts = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        raise NotAllowed(_("This is not an address of the web.")) from None
    if parts.scheme not in ("http", "https"):
        raise NotAllowed(_("The address must begin with https:// or http://."))
    if not parts.raw_host:
        raise NotAllowed(_("There is no host in this address."))
    if parts.userinfo:
        raise NotAllowed(_("There must be no user name and no password in the address."))
    if parts.port is not None and not 0 < parts.port < 65_536:
        raise NotAllowed(_("There is no such port."))
    return _core_url(parts).origin


def _is_ours(origin: httpcore2.Origin) -> bool:
    """The operator allows it, though it may be of our own network."""
    host = origin.host.decode()
    shown = f"[{host}]" if ":" in host else host
    return not {shown, f"{shown}:{origin.port}"}.isdisjoint(
        name.strip().lower() for name in settings.OUTBOUND_PRIVATE_HOSTS
    )


def _check_name(host: str) -> None:
    if not NAME.fullmatch(host):
        raise NotAllowed(_("There is no host of this name."))
    if f".{host.removesuffix('.')}".endswith(OWN_NAMES) or "." not in host.removesuffix("."):
        raise NotAllowed(_("This name is one of a private network."))


def _check_public(addresses: Iterable[str]) -> None:
    if not all(_is_public(ip_address(address)) for address in addresses):
        raise NotAllowed(_("This address leads into a private network."))


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        odd = address.is_multicast or any(address in network for network in ODD_IPV4)
        return address.is_global and not odd
    inner = IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else address.ipv4_mapped
    if inner:
        return _is_public(inner)
    odd = any(address in network for network in ODD_IPV6)
    return address in PUBLIC_IPV6 and address.is_global and not odd


def _look_up(origin: httpcore2.Origin, until: float) -> list[str]:
    """Of its name, asked for once. The system keeps its own time, so it is not waited for."""
    found: Queue[list[str]] = Queue()

    def ask() -> None:
        try:
            found.put(_addresses(origin))
        except (OSError, UnicodeError):
            found.put([])

    Thread(target=ask, daemon=True).start()
    try:
        addresses = found.get(timeout=max(0.0, until - monotonic()))
    except Empty:
        raise Unreachable(_("Its name could not be looked up in time.")) from None
    if not addresses:
        raise Unreachable(_("There is no host of this name."))
    return addresses


def _addresses(origin: httpcore2.Origin, flags: int = 0) -> list[str]:
    host = origin.host.decode()
    found = socket.getaddrinfo(host, origin.port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


# --- The exchange --------------------------------------------------------------------------------


@cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def _core_url(url: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def _plain(request: httpx2.Request) -> httpcore2.Request:
    return httpcore2.Request(
        method=request.method,
        url=_core_url(request.url),
        headers=request.headers.raw,
        content=request.read(),
    )


class _Backend(httpcore2.NetworkBackend):
    """Connects to one of ``addresses``, whatever the host is called; all is over at ``until``."""

    def __init__(self, addresses: list[str], until: float) -> None:
        self._addresses = addresses
        self._until = until

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> "_Stream":
        """To the first that takes it; none may use up the time of all."""
        failure: Exception = httpcore2.ConnectError()
        for others, address in reversed(list(enumerate(reversed(self._addresses)))):
            seconds = _left(self._until, httpcore2.ConnectTimeout) / (others + 1)
            try:
                stream = httpcore2.SyncBackend().connect_tcp(address, port, seconds)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._until)
        raise failure


class _Stream(httpcore2.NetworkStream):
    """Its timeouts are what is left of the whole exchange."""

    def __init__(self, stream: httpcore2.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until, httpcore2.WriteTimeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "_Stream":
        seconds = _left(self._until, httpcore2.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._until)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float, over: type[Exception]) -> float:
    """Seconds, more than 0; raises ``over`` when there are none."""
    seconds = until - monotonic()
    if seconds <= 0:
        raise over
    return seconds
