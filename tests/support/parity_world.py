"""Kept bars, and decisions made on them as a trading day makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
from support.bars import CALENDAR, long_bars
from support.ledger_builders import envelope

from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.needs import needed_symbols
from alchemiser_dagster.market_data.session_data import decision_closes
from alchemiser_dagster.parity.closes import BarArchive
from alchemiser_dagster.parity.decisions import KeptDecision
from alchemiser_dagster.parity.replay import Present
from alchemiser_dagster.parity.verdict import Verdict
from alchemiser_dagster.parity.verify import verify
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.market import MarketData, PriceBasis, ProvisionalPrice
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.symphony import Symphony, evaluate, parse
from alchemiser_dagster.symphony.session_signal import SignalOrigin, session_signal

CODE = "1.0+today"
SESSIONS = CALENDAR.between(date(2024, 1, 2), date(2024, 12, 31))


@dataclass
class ParityWorld:
    """A bar table, strategies by name, and the code that makes decisions."""

    folder: Path
    symphonies: Mapping[str, Symphony]
    code: str = CODE
    held: tuple[str, ...] = ()
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, folder: Path, **texts: str) -> ParityWorld:
        return cls(folder, {name: parse(text) for name, text in texts.items()})

    @property
    def archive(self) -> BarArchive:
        return BarArchive(BarTable(str(self.folder / "market_data")), CALENDAR)

    def keep(self, closes: pd.DataFrame, replacing: Sequence[str] = ()) -> int:
        """Write the closes, sessions × symbols, and return the table's version."""
        by_symbol = {
            str(symbol): dict(zip(sessions_of(column.dropna()), column.dropna().tolist(), strict=True))
            for symbol, column in closes.items()
        }
        return self.archive.table.write(long_bars(by_symbol), replacing).version

    def bars(
        self,
        session: date,
        prices: Mapping[str, float] | None = None,
        basis: PriceBasis = PriceBasis.OFFICIAL,
        first: date = SESSIONS[0],
    ) -> MarketData:
        """Return the record of the bars at the table's newest version; prices make it a provisional one."""
        table = self.archive.table
        symbols = needed_symbols((found.symbols for found in self.symphonies.values()), self.held)
        version = table.version()
        assert version is not None
        at = datetime(session.year, session.month, session.day, 12, 45, tzinfo=NEW_YORK)
        return MarketData(
            envelope=envelope(f"bars-{next(self._numbers)}"),
            session=session,
            symbols=symbols,
            bar_source="test",
            table_version=version,
            first_session=first,
            last_session=session
            if basis is PriceBasis.OFFICIAL and not prices
            else CALENDAR.previous(session),
            rows_written=0,
            restated=(),
            price_basis=PriceBasis.PROVISIONAL if prices else basis,
            provisional_prices=tuple(
                ProvisionalPrice(symbol=symbol, price=price, observed_at=at)
                for symbol, price in (prices or {}).items()
            ),
        )

    def decide(self, data: MarketData) -> tuple[KeptDecision, ...]:
        """Return every strategy's decision on the bars, as the journal gives it back."""
        closes = decision_closes(self.archive, data)
        evaluations = evaluate(list(self.symphonies.values()), closes)
        return tuple(
            KeptDecision(
                as_kept(session_signal(evaluation, SignalOrigin(name, symphony, data), self._made(data))),
                data,
                was_traded=True,
            )
            for (name, symphony), evaluation in zip(self.symphonies.items(), evaluations, strict=True)
        )

    def verify(self, decisions: Sequence[KeptDecision]) -> tuple[Verdict, ...]:
        return verify(decisions, self.archive, Present(self.code, self.symphonies))

    def _made(self, data: MarketData) -> Envelope:
        made: Envelope = envelope(f"signal-{next(self._numbers)}")
        return made.model_copy(update={"code_version": self.code, "causation_id": data.envelope.record_id})


def sessions_of(closes: pd.Series[float]) -> list[date]:
    return [stamp.date() for stamp in pd.DatetimeIndex(closes.index)]


def as_kept(signal: StrategySignal) -> StrategySignal:
    """Return the signal after its way through the journal."""
    return StrategySignal.model_validate_json(signal.model_dump_json())


def closes_of(columns: Mapping[str, Sequence[float]], first: date = SESSIONS[0]) -> pd.DataFrame:
    """Return closes on the sessions from the first on."""
    length = len(next(iter(columns.values())))
    start = SESSIONS.index(first)
    index = pd.DatetimeIndex(pd.to_datetime(list(SESSIONS[start : start + length])), name="session")
    return pd.DataFrame(columns, index=index, dtype=np.float64)
