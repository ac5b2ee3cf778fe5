"""What would be decided on the bars as they are known today, and which difference of the bars makes it so.

The way from the bars of the decision to those of today goes in two steps. First the official close takes the
place of the provisional price, at the scale of the history that was known. Then the history of today takes
the place of the one that was known. What a step changes is what its cause does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import pandas as pd

from alchemiser_dagster.parity.closes import (
    before_own,
    changed_closes,
    own_close,
    rescaled,
    until,
    with_own_close,
)
from alchemiser_dagster.parity.difference import difference_between
from alchemiser_dagster.parity.replay import Present, Replay, replayed
from alchemiser_dagster.parity.verdict import BarCause, BarEffect, Hindsight
from alchemiser_dagster.records.market import MarketData, PriceBasis, RestatedHistory
from alchemiser_dagster.records.signal import SessionDecision


@dataclass(frozen=True)
class BarsThenAndNow:
    """The closes of one record of bars as they were and as they are, and today's strategies on both."""

    data: MarketData
    stored: Replay
    known: Replay
    present: Present

    def hindsight(self, strategy: str) -> Hindsight | None:
        """Return what today's bars do to the strategy's decision; None where it can't be computed."""
        symbols = self.present.symphonies[strategy].symbols
        is_official = not self._is_provisional or self._has_official_closes(symbols)
        own = self._own_changes(symbols) if self._is_provisional and is_official else ()
        history = changed_closes(self._stored_history, self._known_history, symbols)
        middle = (self._mixed if history else self.known) if own else self.stored
        now = self.known if is_official else (self._unsealed if history else self.stored)
        decisions = [
            replay.decision(strategy, self._session) if replay.has(self._session) else None
            for replay in (self.stored, middle, now)
        ]
        effects = _effects(((BarCause.PROVISIONAL_PRICE, own), (BarCause.BARS_RESTATED, history)), decisions)
        return None if effects is None else Hindsight(is_official, effects)

    @property
    def _session(self) -> date:
        return self.data.session

    @property
    def _is_provisional(self) -> bool:
        return self.data.price_basis is PriceBasis.PROVISIONAL

    @cached_property
    def _stored_history(self) -> pd.DataFrame:
        return self._history(self.stored.closes)

    @cached_property
    def _known_history(self) -> pd.DataFrame:
        return self._history(self.known.closes)

    def _history(self, closes: pd.DataFrame) -> pd.DataFrame:
        """Return the closes that are compared as history: the own one too, where it was official."""
        return before_own(closes, self._session) if self._is_provisional else until(closes, self._session)

    @cached_property
    def _provisional(self) -> pd.DataFrame:
        return own_close(self.stored.closes, self._session)

    @cached_property
    def _official(self) -> pd.DataFrame:
        """The official closes, at the scale of the history that was known."""
        own = own_close(self.known.closes, self._session)
        return rescaled(own, self._known_history, self._stored_history)

    def _has_official_closes(self, symbols: Sequence[str]) -> bool:
        if self._official.empty:
            return False
        known, had = self._official.iloc[0], self._provisional.iloc[0]
        return all(pd.notna(known[symbol]) or pd.isna(had[symbol]) for symbol in symbols)

    def _own_changes(self, symbols: Sequence[str]) -> tuple[RestatedHistory, ...]:
        return changed_closes(self._provisional, self._official, symbols)

    @cached_property
    def _mixed(self) -> Replay:
        """The official closes on the history that was known."""
        return replayed(self.present, with_own_close(self._stored_history, self._official))

    @cached_property
    def _unsealed(self) -> Replay:
        """The provisional prices on the history of today, at its scale."""
        own = rescaled(self._provisional, self._stored_history, self._known_history)
        return replayed(self.present, with_own_close(self._known_history, own))


def _effects(
    causes: Sequence[tuple[BarCause, tuple[RestatedHistory, ...]]],
    decisions: Sequence[SessionDecision | None],
) -> tuple[BarEffect, ...] | None:
    """Return what each cause does, one between each two decisions; None where a decision is not known."""
    effects = []
    for (cause, closes), (before, after) in zip(causes, pairwise(decisions), strict=True):
        if before is None or after is None:
            return None
        difference = difference_between(before, after)
        if closes or difference is not None:
            effects.append(BarEffect(cause, closes, difference))
    return tuple(effects)
