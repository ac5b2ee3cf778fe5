"""Closes of the session before, asked of the feed once: that of a session which is over never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from alchemiser_dagster.broker.protocol import PriceFeed
from alchemiser_dagster.records.values import Symbol


class LastCloses:
    """A feed's closes before one session, kept until another session is asked about."""

    def __init__(self, feed: PriceFeed) -> None:
        self._feed = feed
        self._kept: tuple[date | None, Mapping[Symbol, float]] = (None, {})

    def before(self, session: date, symbols: Sequence[Symbol]) -> Mapping[Symbol, float]:
        """Return the close before the session, in which the feed must stand, of each symbol that has one."""
        kept_of, kept = self._kept
        known = kept if kept_of == session else {}
        lacking = [symbol for symbol in symbols if symbol not in known]
        if lacking:
            known = {**known, **self._feed.previous_closes(lacking)}
            self._kept = (session, known)
        return {symbol: known[symbol] for symbol in symbols if symbol in known}
