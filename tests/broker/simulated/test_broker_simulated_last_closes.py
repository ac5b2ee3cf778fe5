"""The closes of the session before are asked of the feed once a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from support.trading import BEFORE_CLOSE, NEXT_SESSION, SESSION, TestFeed

from alchemiser_dagster.broker.simulated.last_closes import LastCloses
from alchemiser_dagster.clock import StandingClock


@dataclass
class Counting(TestFeed):
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        self.asked.append(tuple(symbols))
        return super().previous_closes(symbols)


def test_a_close_is_asked_once_a_session_and_one_that_is_missing_again() -> None:
    feed = Counting(StandingClock(BEFORE_CLOSE))
    closes = LastCloses(feed)
    assert closes.before(SESSION, ["AAA", "NOPE"]) == {"AAA": 100.0}
    assert closes.before(SESSION, ["AAA", "BBB"]) == {"AAA": 100.0, "BBB": 50.0}
    assert closes.before(SESSION, ["NOPE"]) == {}
    assert closes.before(SESSION, []) == {}
    assert feed.asked == [("AAA", "NOPE"), ("BBB",), ("NOPE",)]
    assert closes.before(date(2024, 11, 26), []) == {}
    assert closes.before(NEXT_SESSION, ["AAA"]) == {"AAA": 100.0}
    assert feed.asked[3:] == [("AAA",)]
