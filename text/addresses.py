"""Addresses in the Web."""

from urllib.parse import SplitResult, urlsplit


def web_address(text: str) -> SplitResult | None:
    """Its parts, if it is one of http or https, with a host and, if any, a port that can be."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:  # a port or an address in brackets that is none
        return None
    host = parts.hostname or ""
    return parts if is_one and host and not any(map(str.isspace, host)) else None
