from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from support.ledger_builders import envelope

from alchemiser_dagster.records.market import MarketData, PriceBasis
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.symphony import evaluate, parse
from alchemiser_dagster.symphony.session_signal import SignalOrigin, session_signal

SESSIONS = pd.bdate_range("2024-11-18", periods=8)


def signal_on(text: str, session: pd.Timestamp) -> StrategySignal:
    closes = pd.DataFrame(
        {"SPY": np.linspace(100.0, 107.0, 8), "TLT": np.linspace(90.0, 83.0, 8)}, index=SESSIONS
    )
    symphony = parse(text)
    data = MarketData(
        envelope=envelope("data"),
        session=session.date(),
        symbols=("SPY", "TLT"),
        bar_source="test",
        table_version=3,
        first_session=date(2024, 11, 18),
        last_session=session.date(),
        rows_written=0,
        restated=(),
        price_basis=PriceBasis.OFFICIAL,
        provisional_prices=(),
    )
    return session_signal(evaluate(symphony, closes), SignalOrigin("two", symphony, data), envelope("signal"))


def weights(parts: tuple[object, ...]) -> dict[str, float]:
    return {part.symbol: part.weight for part in parts}  # type: ignore[attr-defined]


def test_a_signal_holds_target_and_held_weights_and_what_they_stand_on() -> None:
    #
    text = """(defsymphony "Weekly" {:rebalance-frequency :weekly}
      (weight-specified 0.5 (asset "SPY" nil) 0.25 (asset "TLT" nil)))"""
    signal = signal_on(text, SESSIONS[2])
    assert signal.is_defined
    assert not signal.trades_today
    assert weights(signal.target_weights) == {"SPY": 0.5, "TLT": 0.25}
    held = weights(signal.held_weights)
    assert held["SPY"] > 0.5
    assert held["TLT"] < 0.25
    assert signal.bars_version == 3
    assert signal.symphony_digest == parse(text).digest


def test_a_signal_says_why() -> None:
    #
    text = '(defsymphony "Why" {} (if (> (current-price "SPY") 100) [(asset "SPY")] [(asset "TLT")]))'
    explanation = signal_on(text, SESSIONS[2]).explanation
    assert explanation is not None
    assert (explanation.name, explanation.session) == ("Why", SESSIONS[2].date())
    assert [step.kind for step in explanation.steps] == ["if", "asset"]
    assert explanation.margin_basis_points is not None


def test_a_signal_without_enough_history_is_undefined_and_says_why() -> None:
    text = """(defsymphony "Slow" {:rebalance-frequency :daily}
      (if (> (rsi "SPY" {:window 20}) 50) [(asset "SPY" nil)] [(asset "TLT" nil)]))"""
    signal = signal_on(text, SESSIONS[-1])
    assert not signal.is_defined
    assert signal.target_weights == signal.held_weights == ()
    (note,) = signal.missing
    assert (note.symbol, note.bars_had, note.bars_needed) == ("SPY", 8, 21)


def test_a_symphony_of_cash_alone_is_still_undefined_where_its_question_is() -> None:
    text = """(defsymphony "Only cash" {:rebalance-frequency :daily}
      (if (> (rsi "SPY" {:window 20}) 50) [] []))"""
    signal = signal_on(text, SESSIONS[-1])
    assert not signal.is_defined
    assert signal.missing
