"""Decisions computed again, with today's code and strategies: equal, or the reason why not.

1. Every strategy of today is evaluated on the newest version of the bar table, official closes included.
2. The closes of the decisions are read from the version that each names, with its provisional prices, once
   for all that share them, and every strategy is evaluated on them. No two of these are held at a time.
3. Each decision is compared with the second, bit for bit, and the second with the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from alchemiser_dagster.parity.closes import BarArchive, groups_by_closes
from alchemiser_dagster.parity.decisions import KeptDecision
from alchemiser_dagster.parity.difference import difference_between
from alchemiser_dagster.parity.hindsight import BarsThenAndNow
from alchemiser_dagster.parity.replay import (
    Lost,
    Present,
    Replay,
    replay_of,
    replays_known_today,
)
from alchemiser_dagster.parity.verdict import Hindsight, Reason, Verdict
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.symphony import Symphony


def verify(decisions: Sequence[KeptDecision], archive: BarArchive, present: Present) -> tuple[Verdict, ...]:
    """Return a verdict for each decision, in order; nothing is written, and no source or broker is asked."""
    records = {kept.data.envelope.record_id: kept.data for kept in decisions}
    known = replays_known_today(records.values(), present, archive)
    found: dict[str, Verdict] = {}
    for group in groups_by_closes(records.values()):
        stored = replay_of(group[-1], present, archive)
        for name in (record.envelope.record_id for record in group):
            past = _Past(records[name], present, stored, known.get(name))
            of_record = (kept for kept in decisions if kept.data.envelope.record_id == name)
            found.update((kept.signal.envelope.record_id, past.verdict(kept)) for kept in of_record)
    return tuple(found[kept.signal.envelope.record_id] for kept in decisions)


@dataclass(frozen=True)
class _Past:
    """One record of bars, and today's strategies on them, then and now."""

    data: MarketData
    present: Present
    stored: Replay | Lost
    known: Replay | Lost | None

    def verdict(self, kept: KeptDecision) -> Verdict:
        name, session = kept.signal.strategy, kept.signal.session
        symphony = self.present.symphonies.get(name)
        if symphony is None:
            return Verdict(kept, (Reason.STRATEGY_GONE,), detail=f"no strategy is called {name} any more")
        changes = changes_since(kept.signal, symphony, self.present)
        if isinstance(self.stored, Lost):
            return Verdict(kept, (Reason.BARS_LOST,), changes, self.stored.why)
        if not self.stored.has(session):
            return Verdict(kept, (Reason.BARS_LOST,), changes, f"no bar of session {session} is there")
        again = self.stored.decision(name, session)
        if again is None:
            lacking = ", ".join(sorted(set(symphony.symbols) - set(self.data.symbols)))
            return Verdict(
                kept, _reasons(changes), changes, f"it reads {lacking}, of which no bar was needed"
            )
        difference = difference_between(kept.signal.decision, again)
        reasons = () if difference is None else _reasons(changes)
        return Verdict(kept, reasons, changes, difference=difference, hindsight=self._hindsight(name))

    def _hindsight(self, strategy: str) -> Hindsight | None:
        return self._then_and_now.hindsight(strategy) if self._then_and_now else None

    @cached_property
    def _then_and_now(self) -> BarsThenAndNow | None:
        if isinstance(self.stored, Lost) or not isinstance(self.known, Replay):
            return None
        return BarsThenAndNow(self.data, self.stored, self.known, self.present)


def changes_since(signal: StrategySignal, symphony: Symphony, present: Present) -> tuple[Reason, ...]:
    """Return what is not as it was when the signal was made: the code, the strategy, or both."""
    made_by = signal.envelope.code_version
    code = Reason.CODE_CHANGED if made_by else Reason.CODE_NOT_KNOWN
    return (
        *((code,) if made_by != present.code_version else ()),
        *((Reason.STRATEGY_CHANGED,) if signal.symphony_digest != symphony.digest else ()),
    )


def _reasons(changes: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return changes or (Reason.UNEXPLAINED,)
