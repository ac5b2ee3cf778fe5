from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.alpaca import new_clock

from alchemiser_dagster.broker.alpaca.breaker import Breaker

FAILURES, PAUSE = 3, 10.0


class BreakerMachine(RuleBasedStateMachine):
    """A breaker beside the plainest account of what it should do."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = new_clock()
        self.breaker = Breaker(self.clock, FAILURES, PAUSE)
        self.in_a_row = 0
        self.closed_until = self.clock.now()
        self.is_open = False

    @rule(seconds=st.sampled_from([0.0, 1.0, 5.0, 9.999, 10.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    @rule()
    def a_request_fails(self) -> None:
        self.breaker.failed()
        self.in_a_row += 1
        if self.in_a_row >= FAILURES:
            self.is_open = True
            self.closed_until = self.clock.now() + timedelta(seconds=PAUSE)

    @rule()
    def a_request_succeeds(self) -> None:
        self.breaker.succeeded()
        self.in_a_row, self.is_open = 0, False

    @rule()
    @precondition(lambda self: self.is_open)
    def a_read_tries(self) -> None:
        may = self.clock.now() >= self.closed_until
        assert self.breaker.admits(is_read=True) is may
        if may:
            assert not self.breaker.admits(is_read=True), "one at a time"
            self.closed_until = self.clock.now() + timedelta(seconds=PAUSE)

    @invariant()
    def an_order_never_tries(self) -> None:
        assert self.breaker.admits(is_read=False) is not self.is_open

    @invariant()
    def a_read_passes_while_all_is_well(self) -> None:
        if not self.is_open:
            assert self.breaker.admits(is_read=True)


TestBreaker = BreakerMachine.TestCase


def test_a_clock_that_is_set_back_does_not_keep_the_breaker_open() -> None:
    #
    clock = new_clock()
    breaker = Breaker(clock, FAILURES, PAUSE)
    for _ in range(FAILURES):
        breaker.failed()
    assert not breaker.admits(is_read=True)
    clock.sleep(-3600)
    assert breaker.admits(is_read=True)
