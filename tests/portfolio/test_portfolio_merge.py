from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portfolio.portfolio_builders import SESSION, envelope, signal, undefined_signal

from alchemiser_dagster.errors import ConfigurationError, NoSignalError, SessionError, StrategyError
from alchemiser_dagster.portfolio import merge_signals
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.records.signal import SignalSet, StrategySignal

HALVES = {"a": Decimal("0.5"), "b": Decimal("0.5")}


def merge(signals: list[StrategySignal], shares: dict[str, Decimal]) -> TargetAllocation:
    return merge_signals(SignalSet(session=SESSION, signals=tuple(signals)), shares, envelope())


def weights_of(allocation: TargetAllocation) -> dict[str, Decimal]:
    return {line.symbol: line.weight for line in allocation.lines}


def test_a_symbol_that_two_strategies_want_carries_both_contributions() -> None:
    merged = merge([signal("b", {"SPY": 1.0}), signal("a", {"TLT": 0.4, "SPY": 0.2})], HALVES)
    assert weights_of(merged) == {"SPY": Decimal("0.6"), "TLT": Decimal("0.2")}
    assert [line.symbol for line in merged.lines] == ["SPY", "TLT"]
    assert [(part.strategy, part.weight) for part in merged.lines[0].contributions] == [
        ("b", Decimal("0.50")),
        ("a", Decimal("0.10")),
    ]
    assert merged.cash_weight == Decimal("0.2")
    assert [(part.strategy, part.share, part.signal_id) for part in merged.strategies] == [
        ("b", Decimal("0.5"), "signal-b"),
        ("a", Decimal("0.5"), "signal-a"),
    ]


def test_a_strategy_that_does_not_trade_today_contributes_what_it_holds() -> None:
    resting = signal("a", {"SPY": 1.0}, held={"SPY": 0.7, "TLT": 0.3}, trades_today=False)
    merged = merge([resting, signal("b", {})], HALVES)
    assert weights_of(merged) == {"SPY": Decimal("0.35"), "TLT": Decimal("0.15")}


def test_strategies_all_in_cash_make_an_empty_target() -> None:
    merged = merge([signal("a", {}), signal("b", {"SPY": 0.0})], HALVES)
    assert merged.lines == ()
    assert merged.cash_weight == 1


def test_an_undefined_signal_is_never_traded_on_and_the_error_names_what_lacked_history() -> None:
    with pytest.raises(NoSignalError) as caught:
        merge([signal("a", {"SPY": 1.0}), undefined_signal("b")], HALVES)
    assert str(caught.value) == (
        "session 2024-11-29: strategy b has no signal: moving-average-price 200 of TQQQ had 120 of 200 bars. "
        "Bring the missing history into the bar table, or take the strategy out of the portfolio"
    )


def test_an_undefined_signal_without_a_note_says_so() -> None:
    with pytest.raises(NoSignalError, match="no reason was recorded"):
        merge([signal("a", {}, is_defined=False)], {"a": Decimal(1)})


@pytest.mark.parametrize(
    ("shares", "complaint"),
    [
        ({"a": Decimal(1)}, "without a weight: b"),
        ({**HALVES, "c": Decimal(0)}, "without a signal: c"),
        ({"a": Decimal("0.5"), "b": Decimal("0.48")}, "sum to 0.98 instead of 1"),
        ({"a": Decimal("1.5"), "b": Decimal("-0.5")}, "below 0 or no number: b"),
        ({"a": Decimal("NaN"), "b": Decimal(1)}, "below 0 or no number: a"),
    ],
)
def test_shares_that_do_not_fit_the_strategies_are_refused(
    shares: dict[str, Decimal], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        merge([signal("a", {"SPY": 1.0}), signal("b", {})], shares)


def test_two_signals_of_one_strategy_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="twice in the signals: a"):
        merge([signal("a", {}), signal("a", {})], {"a": Decimal(1)})


def test_a_signal_for_another_session_is_refused() -> None:
    stale = signal("a", {"SPY": 1.0}, session=date(2024, 11, 27))
    with pytest.raises(SessionError, match="2024-11-27"):
        merge([stale], {"a": Decimal(1)})


def test_weights_that_sum_to_more_than_the_whole_are_refused() -> None:
    with pytest.raises(StrategyError, match=r"a, session 2024-11-29: .*sum to 1\.01"):
        merge([signal("a", {"SPY": 1.0, "TLT": 0.01})], {"a": Decimal(1)})


def test_shares_a_millionth_above_one_still_make_a_target_of_at_most_the_whole() -> None:
    shares = {"a": Decimal("0.500001"), "b": Decimal("0.5")}
    merged = merge([signal("a", {"SPY": 1.0}), signal("b", {"TLT": 1.0})], shares)
    assert sum(weights_of(merged).values()) <= 1
    assert abs(weights_of(merged)["TLT"] - Decimal("0.5")) < Decimal("1e-6")


@st.composite
def portfolios(draw: st.DrawFn) -> tuple[list[StrategySignal], dict[str, Decimal]]:
    names = [f"s{number}" for number in range(draw(st.integers(1, 5)))]
    cuts = sorted(draw(st.integers(0, 10**6)) for _ in names[1:])
    bounds = [0, *cuts, 10**6]
    shares = {n: Decimal(bounds[i + 1] - bounds[i]) / 10**6 for i, n in enumerate(names)}
    return [_drawn_signal(draw, name) for name in names], shares


def _drawn_signal(draw: st.DrawFn, name: str) -> StrategySignal:
    symbols = draw(st.lists(st.sampled_from(["A", "B", "C", "D", "E", "F"]), unique=True))
    raw = {symbol: draw(st.floats(1e-6, 1.0)) for symbol in symbols}
    total = sum(raw.values())
    weights = {symbol: weight / total for symbol, weight in raw.items()}
    held = dict(zip(weights, reversed(weights.values()), strict=True))
    return signal(name, weights, held=held, trades_today=draw(st.booleans()))


@settings(max_examples=150, deadline=None)
@given(portfolios())
def test_merged_weights_equal_the_exact_sum_of_share_times_weight(
    portfolio: tuple[list[StrategySignal], dict[str, Decimal]],
) -> None:
    signals, shares = portfolio
    merged = merge(signals, shares)
    exact: dict[str, Fraction] = {}
    for given_signal in signals:
        weights = given_signal.target_weights if given_signal.trades_today else given_signal.held_weights
        for held in weights:
            part = Fraction(shares[given_signal.strategy]) * Fraction(repr(held.weight))
            exact[held.symbol] = exact.get(held.symbol, Fraction(0)) + part
    total = sum(exact.values(), Fraction(0))
    scale = max(total, Fraction(1))
    found = {symbol: Fraction(weight) for symbol, weight in weights_of(merged).items()}
    assert found.keys() == {symbol for symbol, weight in exact.items() if weight}
    slack = Fraction(0) if total <= 1 else Fraction(1, 10**17)
    assert all(abs(found[symbol] - exact[symbol] / scale) <= slack for symbol in found)


@settings(max_examples=150, deadline=None)
@given(portfolios())
def test_contributions_sum_to_the_weight_and_weights_and_cash_to_one(
    portfolio: tuple[list[StrategySignal], dict[str, Decimal]],
) -> None:
    merged = merge(*portfolio)
    for line in merged.lines:
        assert sum(Fraction(part.weight) for part in line.contributions) == Fraction(line.weight)
    whole = sum(Fraction(line.weight) for line in merged.lines) + Fraction(merged.cash_weight)
    assert whole == 1
    assert merged.cash_weight >= 0
