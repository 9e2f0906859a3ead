"""Rate limits: django-ratelimit's counters, asked after we know who is asking."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django_ratelimit.core import get_usage
from rest_framework.exceptions import Throttled
from rest_framework.request import Request


def throttle(request: Request, group: str, rate: str, key: str) -> None:
    """Count this request for ``key`` in ``group``. Raises Throttled once ``rate`` is used up."""

    def counted(group: str, request: HttpRequest) -> str:
        return key

    usage = get_usage(request._request, group, key=counted, rate=rate, increment=True)
    if usage and usage["should_limit"]:
        raise Throttled(wait=max(1, usage["time_left"]))


def client_address(request: Request) -> str:
    """Where the request comes from: the hop in front of the proxies that we trust.

    Every proxy appends its client to X-Forwarded-For, so of n trusted proxies the n-th entry from
    the right is the first that no client can have made up. With 0 the header is ignored.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if proxies := settings.TRUSTED_PROXY_COUNT:
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        address = hops[-proxies].strip() if len(hops) >= proxies else address
    return _normal(address)


def _normal(address: str) -> str:
    """One spelling for one address; what is none is one bucket for all."""
    try:
        return ip_address(address.partition("%")[0]).compressed
    except ValueError:
        return "unknown"
