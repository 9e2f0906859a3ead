"""Where a request comes from, as the limits see it, and what a refusal says."""

from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from web.throttles import TooManyRequests, client_address, in_words, throttle

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


@pytest.mark.django_db
@pytest.mark.parametrize("proxies", [0, 1, 2])
@pytest.mark.parametrize(
    "forwarded",
    [
        "",
        ",",
        " , ,",
        "1.1.1.1",
        "::1",
        "fe80::1%eth0",
        "[::1]:80",
        "1.1.1.1:80",
        "\x00",
        "x" * 4_000,
    ],
)
def test_no_header_breaks_a_request(
    anonymous: APIClient, settings: LazySettings, proxies: int, forwarded: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded}

    for remote in ("9.9.9.9", "", "unix:"):
        answer = anonymous.post("/api/auth/token/", {}, headers=headers, REMOTE_ADDR=remote)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (3_541, "1 hour"),
        (3_601, "1 hour, 1 minute"),
        (86_399, "1 day"),
    ],
)
def test_a_time_is_told_in_words_and_never_too_short(seconds: int, words: str) -> None:
    assert in_words(seconds).replace("\xa0", " ") == words


@pytest.mark.parametrize("rate", ["1/s", "1/m", "1/h", "1/d"])
@pytest.mark.parametrize("second", [0, 17, 59])
def test_after_the_time_that_is_named_one_more_is_let_through(
    rate: str, second: int, time_machine: Any
) -> None:
    time_machine.move_to(f"2026-11-20T12:00:{second:02}Z", tick=False)
    request = APIRequestFactory().get("/")
    throttle(request, "test", rate, "ada")

    with pytest.raises(TooManyRequests) as refusal:
        throttle(request, "test", rate, "ada")
    assert refusal.value.wait >= 1
    time_machine.shift(refusal.value.wait - 1)
    if refusal.value.wait > 1:
        with pytest.raises(TooManyRequests) as refusal:
            throttle(request, "test", rate, "ada")
        assert refusal.value.wait == 1

    time_machine.shift(1)
    throttle(request, "test", rate, "ada")
