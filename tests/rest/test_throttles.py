"""Where a request comes from, as the limits see it."""

import pytest
from django.conf import LazySettings
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from rest.throttles import client_address

PROXY = "10.0.0.1"


def address(remote: str = PROXY, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = APIRequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)
    return client_address(Request(request))


@pytest.mark.parametrize("forwarded", ["1.1.1.1", "1.1.1.1, 2.2.2.2", "", "garbage", None])
def test_without_proxies_nothing_but_the_connection_counts(forwarded: str | None) -> None:
    assert address("9.9.9.9", forwarded) == "9.9.9.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6,garbage,  1.1.1.1 ", "1.1.1.1"),
        (2, "1.1.1.1, 10.0.0.2", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
        (2, "1.1.1.1", PROXY),  # fewer entries than proxies: somebody has come past one of them
        (1, None, PROXY),
        (1, "", PROXY),
    ],
)
def test_of_n_trusted_proxies_the_nth_entry_from_the_right_counts(
    settings: LazySettings, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies

    assert address(forwarded=forwarded) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2001:DB8:0:0::1", "2001:db8::"),
        ("2001:db8::1", "2001:db8::"),
        ("2001:db8::1%eth0", "2001:db8::"),
        ("2001:db8:0:1::1", "2001:db8:0:1::"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("1.2.3.4:5678", "1.2.3.4"),
        ("[2001:db8::1]:443", "2001:db8::"),
        ("[2001:db8::1]", "2001:db8::"),
        ("", "unknown"),
        ("garbage", "unknown"),
        ("1.2.3.4, 5.6.7.8", "unknown"),
        ("'; --", "unknown"),
    ],
)
def test_a_client_has_one_spelling(settings: LazySettings, written: str, expected: str) -> None:
    assert address(written) == expected
    settings.TRUSTED_PROXY_COUNT = 1
    assert address(written, forwarded=f"6.6.6.6, {written.replace(',', ';')}") == expected
