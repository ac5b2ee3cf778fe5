"""A decision computed again from its bundle alone: no ledger, no network, no folder of before.

1. Each entry of the journal is checked by its hash, and the records of the decision are read.
2. The bars go into a table of their own in a scratch folder, and the strategies of the bundle are evaluated
   on them: the engine and the closes are those of `parity`. Floats are compared bit for bit.
3. Signals are merged, target and account compared, and the trades planned: exact decimals.

The first thing that differs is named, with what is known of the reason; what follows from it is not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from pydantic import ValidationError

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.ledger.journal_entries import KeptEntry
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.story.lineage import Lineage, require_decision
from alchemiser_dagster.story.manifest import RECORDS, SETTINGS, BundledSettings
from alchemiser_dagster.story.opening import REMEDY, Bundle
from alchemiser_dagster.story.replayed_plan import (
    NOT_KEPT,
    plan_difference,
    target_difference,
    way_difference,
)
from alchemiser_dagster.story.replayed_signals import SignalReplay

RecordType = TypeVar("RecordType", bound=Record)
Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Compared:
    """One part of a decision.

    Parameters
    ----------
    difference
        How it differs; empty where it is equal, or could not be checked.
    note
        What is not as it was, though it makes no difference; or why it could not be checked.
    """

    what: str
    difference: str
    note: str = ""
    is_checked: bool = True

    @property
    def is_equal(self) -> bool:
        """Whether it came out again."""
        return not self.difference


@dataclass(frozen=True)
class ReplayReport:
    """What came of a replay, part by part, up to the first that differs."""

    correlation_id: str
    parts: tuple[Compared, ...]

    @property
    def is_equal(self) -> bool:
        """Whether every part came out again."""
        return all(part.is_equal for part in self.parts)


def replay(bundle: Bundle, code_version: str, scratch: Path | None = None) -> ReplayReport:
    """Compute the decision of the bundle again.

    Parameters
    ----------
    code_version
        The code that runs now.
    scratch
        Where bars are laid out meanwhile; by default the system's folder for such things.

    Raises
    ------
    DataError
        If nothing was decided, or a part that it takes is not in the bundle or can't be read.
    """
    reading = _Reading(bundle)
    require_decision(reading.lineage, bundle.name)
    parts: list[Compared] = []
    with TemporaryDirectory(dir=scratch) as folder:
        signals = SignalReplay(bundle, reading.lineage, reading.settings, code_version, Path(folder))
        for part in _parts(reading, signals):
            parts.append(part)
            if not part.is_equal:
                break
    return ReplayReport(bundle.manifest.correlation_id, tuple(parts))


def _parts(reading: _Reading, signals: SignalReplay) -> Iterator[Compared]:
    lineage, settings, is_masked = reading.lineage, reading.settings, reading.bundle.manifest.is_masked
    if is_masked:
        yield Compared("records", "", "the account is masked", is_checked=False)
    else:
        yield Compared("records", reading.broken_entry())
    for signal in lineage.signals:
        found = signals.verdict(signal)
        yield Compared(f"signal of {signal.strategy}", found.difference, found.note)
    if lineage.target is not None and lineage.signals:
        yield Compared("target", target_difference(lineage, settings))
    if lineage.comparison is not None and settings.rules is None:
        yield Compared("comparison", "", NOT_KEPT, is_checked=False)
    elif lineage.comparison is not None:
        yield Compared("comparison", way_difference(lineage, settings))
    if lineage.plan is not None:
        yield Compared("plan", plan_difference(lineage, settings, is_masked=is_masked))


@dataclass(frozen=True)
class _Reading:
    """The records and settings of a bundle."""

    bundle: Bundle

    @cached_property
    def entries(self) -> dict[str, KeptEntry]:
        entries = (
            self._parsed(partial(KeptEntry.model_validate_json, line), RECORDS)
            for line in self.bundle.need(RECORDS).splitlines()
        )
        return {entry.record_id: entry for entry in entries}

    @cached_property
    def settings(self) -> BundledSettings:
        content = self.bundle.need(SETTINGS)
        return self._parsed(partial(BundledSettings.model_validate_json, content), SETTINGS)

    @cached_property
    def lineage(self) -> Lineage:
        ids = self.bundle.manifest.decision
        return Lineage(
            plan=self._find(RebalancePlan, ids.plan),
            comparison=self._find(AllocationComparison, ids.comparison),
            snapshot=self._find(AccountSnapshot, ids.snapshot),
            target=self._find(TargetAllocation, ids.target),
            signals=tuple(self._need(StrategySignal, name) for name in ids.signals),
            data=tuple(self._need(MarketData, name) for name in ids.data),
        )

    def broken_entry(self) -> str:
        """Return which entry of the journal is not what was written; nothing where all are."""
        broken = (entry for entry in self.entries.values() if not entry.is_intact)
        first = next(broken, None)
        return f"entry {first.entry} ({first.kind}) is not what the journal wrote" if first else ""

    def _find(self, kind: type[RecordType], name: str | None) -> RecordType | None:
        return None if name is None else self._need(kind, name)

    def _need(self, kind: type[RecordType], name: str) -> RecordType:
        entry = self.entries.get(name)
        record = entry.record() if entry else None
        if not isinstance(record, kind):
            raise DataError(
                f"the {kind.kind} {name} is not there",
                where=f"{self.bundle.name}, {RECORDS}",
                remedy=REMEDY,
            )
        return record

    def _parsed(self, read: Callable[[], Parsed], name: str) -> Parsed:
        try:
            return read()
        except (ValidationError, ValueError) as error:
            raise DataError("it can't be read", where=f"{self.bundle.name}, {name}", remedy=REMEDY) from error
