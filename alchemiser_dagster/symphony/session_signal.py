"""One session of an evaluation, as the record that is traded on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.signal import (
    MissingHistoryNote,
    SessionDecision,
    SignalWeight,
    StrategySignal,
)
from alchemiser_dagster.symphony.engine.evaluation import Evaluation
from alchemiser_dagster.symphony.symphony import Symphony


@dataclass(frozen=True)
class SignalOrigin:
    """The strategy and the bars that a signal comes from; `text_digest` is empty where no file is known."""

    strategy: str
    symphony: Symphony
    data: MarketData
    text_digest: str = ""


def session_signal(evaluation: Evaluation, origin: SignalOrigin, envelope: Envelope) -> StrategySignal:
    """Return the strategy's signal for the session of the bars; undefined where the evaluation is."""
    session = pd.Timestamp(origin.data.session)
    decision = session_decision(evaluation, session)
    return StrategySignal(
        envelope=envelope,
        session=origin.data.session,
        strategy=origin.strategy,
        symphony_name=origin.symphony.name,
        symphony_digest=origin.symphony.digest,
        is_defined=decision.is_defined,
        target_weights=decision.target_weights,
        held_weights=decision.held_weights,
        trades_today=decision.trades_today,
        missing=tuple(
            MissingHistoryNote(
                indicator=lack.indicator, symbol=lack.symbol, bars_had=lack.had, bars_needed=lack.needed
            )
            for lack in evaluation.undefined.get(session, ())
        ),
        price_basis=origin.data.price_basis,
        bars_version=origin.data.table_version,
        explanation=evaluation.explain(session),
        text_digest=origin.text_digest,
    )


def session_decision(evaluation: Evaluation, session: pd.Timestamp | date) -> SessionDecision:
    """Return what the strategy decides for a session of the evaluation, the weights sorted by symbol.

    Raises
    ------
    DataError
        Where the closes have no such session.
    """
    stamp = pd.Timestamp(session)
    target = evaluation.target_on(stamp)
    is_defined = target is not None
    return SessionDecision(
        is_defined=is_defined,
        target_weights=_weights(target or {}),
        held_weights=_weights(_held(evaluation, stamp)) if is_defined else (),
        trades_today=is_defined and stamp in evaluation.trades_on,
    )


def _held(evaluation: Evaluation, session: pd.Timestamp) -> dict[str, float]:
    row = evaluation.held_weights.to_numpy()[evaluation.view(session).row]
    return dict(zip(evaluation.symphony.symbols, row.tolist(), strict=True))


def _weights(weights: Mapping[str, float]) -> tuple[SignalWeight, ...]:
    return tuple(
        SignalWeight(symbol=symbol, weight=weight) for symbol, weight in weights.items() if weight > 0
    )
