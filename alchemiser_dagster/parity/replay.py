"""The strategies of today on the closes of a decision, and on the closes known today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from alchemiser_dagster.errors import DataError, StorageError
from alchemiser_dagster.market_data.session_data import decision_closes
from alchemiser_dagster.parity.closes import BarArchive, as_known_today, groups_by_closes
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.signal import SessionDecision
from alchemiser_dagster.symphony import Evaluation, Programs, Symphony, evaluate
from alchemiser_dagster.symphony.session_signal import session_decision


@dataclass(frozen=True)
class Present:
    """The code that runs now and the strategies as they are now, by name."""

    code_version: str
    symphonies: Mapping[str, Symphony]
    programs: Programs = field(default_factory=Programs)


@dataclass(frozen=True)
class Replay:
    """The closes of one or more sessions, and today's strategies evaluated on them."""

    closes: pd.DataFrame
    evaluations: Mapping[str, Evaluation]

    def has(self, session: date) -> bool:
        """Whether there is any close of the session."""
        return pd.Timestamp(session) in self.closes.index

    def decision(self, strategy: str, session: date) -> SessionDecision | None:
        """Return what the strategy decides, or None where it reads symbols that the closes lack."""
        evaluation = self.evaluations.get(strategy)
        return None if evaluation is None else session_decision(evaluation, session)


@dataclass(frozen=True)
class Lost:
    """Closes that can't be read any more, and why."""

    why: str


def replayed(present: Present, closes: pd.DataFrame) -> Replay:
    """Evaluate every strategy of today that finds its symbols in the closes."""
    readable = {
        name: symphony
        for name, symphony in present.symphonies.items()
        if set(symphony.symbols) <= set(closes.columns)
    }
    evaluations = evaluate(list(readable.values()), closes, present.programs) if readable else []
    return Replay(closes, dict(zip(readable, evaluations, strict=True)))


def replays_known_today(
    records: Iterable[MarketData], present: Present, archive: BarArchive
) -> dict[str, Replay | Lost]:
    """Return, by id of the record of bars, today's strategies on the newest bars; nothing without a table."""
    version = archive.table.version()
    if version is None:
        return {}
    found: dict[str, Replay | Lost] = {}
    for group in groups_by_closes(as_known_today(record, version) for record in records):
        replay = replay_of(group[-1], present, archive)
        found.update((record.envelope.record_id, replay) for record in group)
    return found


def replay_of(record: MarketData, present: Present, archive: BarArchive) -> Replay | Lost:
    """Return today's strategies on the very closes that the record of bars stands for."""
    try:
        closes = decision_closes(archive, record)
    except (StorageError, DataError) as error:
        return Lost(str(error))
    return replayed(present, closes)
