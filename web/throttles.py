"""Rate limits: django-ratelimit's counters, asked after we know who is asking."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_ratelimit.core import get_usage
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from telemetry.metrics import throttled


class TooManyRequests(Throttled):
    """429 `throttled` with Retry-After; its sentence says as well when to come back."""

    def __init__(self, wait: int, why: str = "") -> None:
        wait = max(1, wait)
        again = _("Try again in %(time)s.") % {"time": in_words(wait)}
        super().__init__(detail=f"{why or _('Too many requests.')} {again}")
        self.wait = wait


def throttle(request: Request | HttpRequest | None, group: str, rate: str, key: str) -> None:
    """Count this request for ``key`` in ``group``. Raises TooManyRequests past ``rate``."""

    def counted(group: str, request: HttpRequest) -> str:
        return key

    usage = get_usage(request, group, key=counted, rate=rate, increment=True)
    if usage and usage["should_limit"]:
        throttled("throttled", group)
        raise TooManyRequests(usage["time_left"] + 1)  # the last second is one of the window


def in_words(seconds: int) -> str:
    """As "37 seconds" or "5 hours, 12 minutes": rounded up, for nobody likes to come too early."""
    if seconds < 60:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    now = timezone.now()
    return timesince(now, now + timedelta(minutes=ceil(seconds / 60)))


def client_address(request: Request | HttpRequest) -> str:
    """Where the request comes from: the hop in front of the proxies that we trust.

    Every proxy appends its client to X-Forwarded-For, so of n trusted proxies the n-th entry from
    the right is the first that no client can have made up. With 0 the header is ignored.
    """
    nearest = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXY_COUNT
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    if not 1 <= proxies <= len(hops):
        return _normal(nearest)
    return _normal(hops[-proxies].strip() or nearest)


def _normal(text: str) -> str:
    """One spelling for one client, without port and zone; what is no address is one bucket for all.

    Of IPv6 it is the network of 64 bits: everybody has one whole, and could vary the rest.
    """
    host = text.removeprefix("[").partition("]")[0].partition("%")[0]
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    network = ip_network((address, 64), strict=False)
    return str(address.ipv4_mapped or network.network_address)
