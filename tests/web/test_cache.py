"""The counters in Redis, and what becomes of them while it is away."""

import logging
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.core.cache import caches
from django.test import RequestFactory
from pytest_django import Settings
from redis import Redis

from tests.servers import Valkey
from tests.web.silent import Silent
from web.cache import PAUSE, WARN_EVERY, RedisOrMemoryCache
from web.throttles import TooManyRequests, throttle

NOON = "2026-11-20T12:00:00Z"
RATE = "3/d"


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    """No window ends amid a test, unless it says so."""
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


@pytest.fixture
def silent() -> Iterator[Silent]:
    with closing(Silent()) as server:
        yield server


@contextmanager
def counting_in(url: str, settings: Settings) -> Iterator[None]:
    settings.CACHES = {"default": {"BACKEND": "web.cache.RedisOrMemoryCache", "LOCATION": url}}
    cache = caches["default"]
    assert isinstance(cache, RedisOrMemoryCache)
    try:
        yield
    finally:
        cache._cache.get_client(write=True).connection_pool.disconnect()


def counts(key: str = "ada") -> bool:
    """Whether one more is let through."""
    try:
        throttle(RequestFactory().get("/"), "test", RATE, key)
    except TooManyRequests:
        return False
    return True


def let_through(tries: int, key: str = "ada") -> int:
    return [counts(key) for _ in range(tries)].count(True)


def warnings_in(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.levelno >= logging.WARNING]


def test_it_counts_in_redis_for_every_key(
    valkey: Valkey, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with counting_in(valkey.url, settings):
        assert let_through(5) == 3
        assert let_through(5, "bob") == 3
    with Redis.from_url(valkey.url) as redis:
        assert redis.dbsize() == 2, "where every process finds them"
    assert warnings_in(caplog) == []


def test_a_day_later_it_begins_anew(valkey: Valkey, settings: Settings, time_machine: Any) -> None:
    with counting_in(valkey.url, settings):
        assert let_through(5) == 3
        time_machine.shift(24 * 3600)
        assert let_through(5) == 3


def test_a_redis_that_refuses_leaves_every_process_its_own_limits(settings: Settings) -> None:
    with counting_in("redis://127.0.0.1:1/0", settings):
        assert let_through(20) == 3
        assert let_through(20, "bob") == 3


def test_one_that_takes_the_connection_and_never_answers_too(
    silent: Silent, settings: Settings
) -> None:
    with counting_in(silent.url, settings):
        assert let_through(20) == 3
        assert let_through(20, "bob") == 3


def test_after_a_failure_it_is_left_alone_for_some_seconds(
    silent: Silent, settings: Settings, time_machine: Any
) -> None:
    with counting_in(silent.url, settings):
        let_through(20)
        assert silent.asked == 1

        time_machine.shift(PAUSE + 1)
        let_through(20)
        assert silent.asked == 2


def test_a_redis_that_has_no_room_counts_as_away(valkey: Valkey, settings: Settings) -> None:
    with counting_in(valkey.url, settings):
        caches["default"]._cache.get_client(write=True).config_set("maxmemory", "1")

        assert let_through(5) == 3


def test_a_name_that_nobody_knows_counts_as_away(settings: Settings) -> None:
    with counting_in("redis://redis.invalid:6379/0", settings):
        assert let_through(5) == 3


def test_when_it_goes_in_the_middle_counting_begins_anew_in_memory(
    valkey: Valkey, settings: Settings
) -> None:
    with counting_in(valkey.url, settings):
        assert let_through(2) == 2
        valkey.stop()

        assert let_through(20) == 3


def test_one_that_falls_silent_in_the_middle_too(valkey: Valkey, settings: Settings) -> None:
    assert valkey._process
    with counting_in(valkey.url, settings):
        assert let_through(2) == 2
        valkey._process.send_signal(signal.SIGSTOP)
        try:
            assert let_through(20) == 3
        finally:
            valkey._process.send_signal(signal.SIGCONT)


def test_when_it_goes_between_the_two_questions_of_one_count_that_is_counted(
    valkey: Valkey, settings: Settings
) -> None:
    with counting_in(valkey.url, settings):
        cache = caches["default"]
        cache.add("key", 1, 60)
        valkey.stop()

        assert [cache.incr("key") for _ in range(2)] == [1, 2]


def test_when_it_is_back_it_counts_again_for_all(
    valkey: Valkey, settings: Settings, time_machine: Any
) -> None:
    with counting_in(valkey.url, settings):
        valkey.stop()
        assert let_through(5) == 3
        valkey.start()
        assert let_through(5) == 0, "not asked yet"

        time_machine.shift(PAUSE + 1)

        assert let_through(5) == 3, "which knows nothing of before"
    with counting_in(valkey.url, settings):
        assert let_through(5) == 0


def test_when_it_comes_back_between_the_two_questions_nobody_is_refused(
    valkey: Valkey, settings: Settings, time_machine: Any
) -> None:
    with counting_in(valkey.url, settings):
        valkey.stop()
        cache = caches["default"]
        assert cache.add("key", 1, 60)
        valkey.start()
        time_machine.shift(PAUSE + 1)

        assert cache.incr("key") == 2


def test_it_warns_once_a_minute_and_says_nothing_of_where(
    settings: Settings, caplog: pytest.LogCaptureFixture, time_machine: Any
) -> None:
    with counting_in("redis://somebody:secret@127.0.0.1:1/0", settings):
        for _ in range(5):
            let_through(20)
            time_machine.shift(PAUSE + 1)
        assert warnings_in(caplog) == [
            "Redis is away (ConnectionError): each process counts for itself"
        ]

        time_machine.shift(WARN_EVERY)
        let_through(20)
        assert len(warnings_in(caplog)) == 2
    assert "secret" not in caplog.text
    assert "127.0.0.1" not in caplog.text
