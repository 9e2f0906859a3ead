"""The breaker of an endpoint: when it opens, whom it lets through, and when it closes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from agent import breaker
from agent.breaker import FAILURES, LONGEST, SHORTEST, Breaker

THREADS = 64


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaker, "monotonic", clock)
    return clock


def opened(clock: Clock, retry_after: float | None = None) -> Breaker:
    one = Breaker()
    opens = [one.failed(clock.now, retry_after) for _ in range(FAILURES)]
    assert opens == [False] * (FAILURES - 1) + [True]
    return one


def test_it_opens_after_so_many_failures_in_a_row(clock: Clock) -> None:
    one = opened(clock)

    assert not one.admits()
    assert one.wait() == SHORTEST


def test_a_success_between_failures_keeps_it_closed(clock: Clock) -> None:
    one = Breaker()
    for _ in range(FAILURES * 3):
        clock.now += 1
        one.failed(clock.now)
        clock.now += 1
        assert not one.succeeded()

    assert one.admits()
    assert one.wait() == 0


def test_one_probe_is_let_through_after_a_while_and_closes_it(clock: Clock) -> None:
    one = opened(clock)
    clock.now += SHORTEST

    assert [one.admits() for _ in range(3)] == [True, False, False]
    assert one.succeeded()
    assert one.admits()
    assert [one.failed(clock.now) for _ in range(FAILURES)] == [False] * (FAILURES - 1) + [True]


def test_each_probe_in_vain_is_followed_by_a_longer_pause(clock: Clock) -> None:
    one = opened(clock)
    waits = []
    for _ in range(5):
        clock.now += one.wait()
        assert one.admits()
        one.failed(clock.now)
        waits.append(one.wait())

    assert waits == [60, LONGEST, LONGEST, LONGEST, LONGEST]


def test_a_probe_of_which_nothing_is_heard_does_not_keep_it_open_for_ever(clock: Clock) -> None:
    one = opened(clock)
    clock.now += SHORTEST
    assert one.admits()  # and its turn was stopped

    clock.now += one.wait()

    assert one.admits()


def test_it_stays_open_for_as_long_as_the_server_asks(clock: Clock) -> None:
    assert opened(clock, retry_after=100).wait() == 100
    assert opened(clock, retry_after=1).wait() == SHORTEST
    assert opened(clock, retry_after=86_400).wait() == LONGEST


def test_what_was_asked_before_the_last_success_says_nothing_of_now(clock: Clock) -> None:
    one = Breaker()
    asked = clock.now
    clock.now += 5
    one.succeeded()

    assert not any(one.failed(asked) for _ in range(THREADS))
    assert one.admits()


def test_of_many_threads_one_opens_it_and_one_makes_the_probe(clock: Clock) -> None:
    one = Breaker()
    at_once = Barrier(THREADS)

    def fail(_: int) -> bool:
        at_once.wait()
        return one.failed(clock.now)

    def ask(_: int) -> bool:
        at_once.wait()
        return one.admits()

    def succeed(_: int) -> bool:
        at_once.wait()
        return one.succeeded()

    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(20):
            assert sum(threads.map(fail, range(THREADS))) == 1
            assert sum(threads.map(ask, range(THREADS))) == 0
            clock.now += one.wait()
            assert sum(threads.map(ask, range(THREADS))) == 1
            clock.now += 1
            assert sum(threads.map(succeed, range(THREADS))) == 1
            assert sum(threads.map(ask, range(THREADS))) == THREADS
            clock.now += 1
