"""One session of an evaluation, as the record that is traded on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.signal import MissingHistoryNote, SignalWeight, StrategySignal
from alchemiser_dagster.symphony.engine.evaluation import Evaluation
from alchemiser_dagster.symphony.symphony import Symphony


@dataclass(frozen=True)
class SignalOrigin:
    """The strategy and the bars that a signal comes from."""

    strategy: str
    symphony: Symphony
    data: MarketData


def session_signal(evaluation: Evaluation, origin: SignalOrigin, envelope: Envelope) -> StrategySignal:
    """Return the strategy's signal for the session of the bars; undefined where the evaluation is."""
    session = pd.Timestamp(origin.data.session)
    row = evaluation.sessions.get_loc(session)
    target = evaluation.target_weights.to_numpy()[row]
    is_defined = session not in evaluation.undefined
    return StrategySignal(
        envelope=envelope,
        session=origin.data.session,
        strategy=origin.strategy,
        symphony_name=origin.symphony.name,
        symphony_digest=origin.symphony.digest,
        is_defined=is_defined,
        target_weights=_weights(origin.symphony.symbols, target) if is_defined else (),
        held_weights=_weights(origin.symphony.symbols, evaluation.held_weights.to_numpy()[row])
        if is_defined
        else (),
        trades_today=is_defined and session in evaluation.trades_on,
        missing=tuple(
            MissingHistoryNote(
                indicator=lack.indicator, symbol=lack.symbol, bars_had=lack.had, bars_needed=lack.needed
            )
            for lack in evaluation.undefined.get(session, ())
        ),
        price_basis=origin.data.price_basis,
        bars_version=origin.data.table_version,
        explanation=evaluation.explain(session),
    )


def _weights(symbols: Sequence[str], row: NDArray[np.float64]) -> tuple[SignalWeight, ...]:
    return tuple(
        SignalWeight(symbol=symbol, weight=float(weight))
        for symbol, weight in zip(symbols, row, strict=True)
        if weight > 0
    )
