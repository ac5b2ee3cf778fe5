from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.broker.alpaca.limiter import Limiter

NOON = datetime(2026, 3, 3, 17, tzinfo=UTC)
START = int(NOON.timestamp())


class HandClock:
    """Moves by sleeping and by hand, back too; notes every sleep."""

    def __init__(self) -> None:
        self.instant = NOON
        self.slept = 0.0
        self._lock = Lock()

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept += seconds
            self.instant += timedelta(seconds=seconds)


def most_in_a_minute(sent: list[float]) -> int:
    """Return how many of the instants, which rise, lie within any 60 seconds."""
    return max(bisect_right(sent, first + 60) - number for number, first in enumerate(sent))


def headers(limit: int, remaining: int, reset: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(reset),
    }


@given(st.lists(st.tuples(st.floats(0, 70), st.integers(1, 250)), min_size=1, max_size=8))
def test_no_minute_holds_more_than_nine_tenths_of_the_limit(bursts: list[tuple[float, int]]) -> None:
    # requests come in bursts of any size, with any pauses between
    clock = HandClock()
    limiter = Limiter(clock)
    sent = []
    for pause, requests in bursts:
        clock.instant += timedelta(seconds=pause)
        for _ in range(requests):
            assert limiter.acquire()
            sent.append(clock.instant.timestamp())
    assert most_in_a_minute(sent) <= 180


@given(
    st.lists(
        st.tuples(st.floats(0, 5), st.integers(0, 5), st.integers(-10, 59)),
        min_size=1,
        max_size=60,
    )
)
def test_what_is_left_is_never_overdrawn_before_it_starts_anew(steps: list[tuple[float, int, int]]) -> None:
    # answers say what is left, and any number of requests follows each
    clock = HandClock()
    limiter = Limiter(clock)
    for pause, remaining, ahead in steps:
        clock.instant += timedelta(seconds=pause)
        reset = int(clock.instant.timestamp()) + ahead
        limiter.learn(200, headers(200, remaining, reset))
        before = 0
        for _ in range(remaining + 1):
            assert limiter.acquire()
            before += clock.instant.timestamp() <= reset
        assert before <= remaining or ahead < 0


def test_nothing_left_is_waited_for_until_the_reset() -> None:
    #
    clock = HandClock()
    limiter = Limiter(clock)
    limiter.learn(200, headers(200, 0, START + 42))
    assert limiter.acquire()
    assert clock.instant.timestamp() > START + 42


def test_an_older_answer_does_not_give_back_what_was_used() -> None:
    clock = HandClock()
    limiter = Limiter(clock)
    limiter.learn(200, headers(200, 1, START + 42))
    limiter.acquire()
    limiter.learn(200, headers(200, 150, START + 42))
    limiter.acquire()
    assert clock.instant.timestamp() > START + 42


@pytest.mark.parametrize(("limit", "allowed"), [(1000, 880), (50, 44), (1, 1)])
def test_a_higher_limit_is_used_and_a_lower_one_is_kept(limit: int, allowed: int) -> None:
    #
    clock = HandClock()
    limiter = Limiter(clock)
    limiter.learn(200, headers(limit, limit, START + 60))
    for _ in range(allowed):
        assert limiter.acquire()
    assert clock.slept == 0
    limiter.acquire()
    assert clock.slept > 0


@pytest.mark.parametrize("text", ["", "x", "-5", "1.5", "9" * 400, "\u0663", "1e3"])
def test_headers_that_mean_nothing_are_no_reason_to_stop(text: str) -> None:
    clock = HandClock()
    limiter = Limiter(clock)
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After")
    for status in (200, 429):
        limiter.learn(status, dict.fromkeys(names, text))
    assert limiter.acquire()
    assert clock.slept <= 61


def test_waiting_is_bounded() -> None:
    #
    clock = HandClock()
    limiter = Limiter(clock, patience=10)
    limiter.learn(200, headers(200, 0, START + 42))
    assert not limiter.acquire()
    assert clock.slept == 0


def test_a_clock_that_stands_though_somebody_sleeps_does_not_hang() -> None:
    #
    class Stuck(HandClock):
        def sleep(self, seconds: float) -> None:
            self.slept += seconds

    limiter = Limiter(Stuck())
    limiter.learn(429, headers(200, 0, START + 42))
    assert not limiter.acquire()


@given(st.integers(1, 7200), st.integers(0, 176))
def test_a_clock_that_is_set_back_frees_nothing_and_locks_nothing(seconds: int, before: int) -> None:
    #
    clock = HandClock()
    limiter = Limiter(clock)
    for number in range(176):
        if number == before:
            clock.instant -= timedelta(seconds=seconds)
        assert limiter.acquire()
    assert clock.slept == 0
    assert limiter.acquire()
    assert 60 <= clock.slept < 61


def test_threads_share_one_limit() -> None:
    #
    clock = HandClock()
    limiter = Limiter(clock, patience=0)
    taken: Counter[bool] = Counter()

    def work() -> None:
        for _ in range(100):
            taken[limiter.acquire()] += 1

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken[True] == 176


def test_a_turn_that_was_waited_for_is_used_without_another_wait() -> None:
    # what is asked between the turn and the request is asked in time
    clock = HandClock()
    limiter = Limiter(clock)
    limiter.learn(200, headers(200, 0, START + 42))
    limiter.reserve()
    waited = clock.slept
    assert 42 <= waited < 43
    limiter.learn(200, headers(200, 0, START + 59))
    limiter.reserve()
    assert limiter.acquire()
    assert clock.slept == waited
    assert limiter.acquire()
    assert clock.slept > waited


def test_a_turn_that_is_kept_counts_and_belongs_to_its_thread() -> None:
    #
    clock = HandClock()
    limiter = Limiter(clock, patience=0)
    taken = [limiter.acquire() for _ in range(175)]
    limiter.reserve()
    others: list[bool] = []
    thread = Thread(target=lambda: others.append(limiter.acquire()))
    thread.start()
    thread.join()
    assert (all(taken), others) == (True, [False])
    assert limiter.acquire()
    assert not limiter.acquire()


def test_a_turn_that_does_not_come_in_time_is_refused_at_the_request() -> None:
    #
    limiter = Limiter(HandClock(), patience=10)
    limiter.learn(200, headers(200, 0, START + 42))
    limiter.reserve()
    assert not limiter.acquire()
