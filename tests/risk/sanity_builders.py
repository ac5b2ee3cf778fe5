"""Decisions for tests of what looks strange about one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from alchemiser_dagster.records.allocation import AllocationComparison, ComparisonLine
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.explanation import ClosestCall, Explanation, Margin
from alchemiser_dagster.records.market import MarketData, PriceBasis, ProvisionalPrice, RestatedHistory
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.risk.sanity.facts import AccountPast, BarInputs, DecisionFacts, SuspiciousBar

SESSION = date(2024, 11, 27)
NOW = datetime(2024, 11, 27, 20, 45, tzinfo=UTC)
EQUITY = Decimal(100_000)
TRADED = AccountPast(traded=frozenset({"SPY", "TLT", "GLD", "QQQ"}))
TWO_STRATEGIES = {"one": Decimal("0.5"), "two": Decimal("0.5")}


def envelope(record_id: str = "comparison") -> Envelope:
    return Envelope(
        record_id=record_id,
        correlation_id="correlation",
        causation_id="cause",
        run_id="run",
        account="simulated",
        source="test",
        created_at=NOW,
    )


def line(symbol: str, now: str | Decimal, wanted: str | Decimal) -> ComparisonLine:
    """Return a line at a price of 100 dollars; weights of the account's value."""
    held, target = Decimal(now), Decimal(wanted)
    return ComparisonLine(
        symbol=symbol,
        quantity_held=held * EQUITY / 100,
        quantity_available=held * EQUITY / 100,
        price=Decimal(100),
        current_value=held * EQUITY,
        target_value=target * EQUITY,
        current_weight=held,
        target_weight=target,
        fractionable=True,
        tradable=True,
        contributions=(),
    )


def comparison(lines: Mapping[str, tuple[str | Decimal, str | Decimal]]) -> AllocationComparison:
    """Return a comparison from symbols to what is held of them and what is wanted."""
    return AllocationComparison(
        envelope=envelope(),
        session=SESSION,
        snapshot_id="snapshot",
        target_id="target",
        equity=EQUITY,
        cash=Decimal(0),
        deployable=EQUITY,
        sequence=1,
        lines=tuple(line(symbol, now, wanted) for symbol, (now, wanted) in sorted(lines.items())),
    )


def facts(
    lines: Mapping[str, tuple[str | Decimal, str | Decimal]],
    *,
    past: AccountPast = TRADED,
    shares: Mapping[str, Decimal] = TWO_STRATEGIES,
    bars: BarInputs | None = None,
    signals: tuple[StrategySignal, ...] = (),
) -> DecisionFacts:
    return DecisionFacts(
        comparison=comparison(lines),
        signals=signals,
        bars=bars or BarInputs(),
        shares=shares,
        past=past,
    )


def signal(strategy: str = "one", *, margin: float | None = None, trades: bool = True) -> StrategySignal:
    """Return a signal whose closest call was that many basis points of QQQ away."""
    call = None
    if margin is not None:
        moved = Margin(difference=0.1, symbol="QQQ", basis_points=margin)
        call = ClosestCall(words="10-day RSI of QQQ above 79", line=3, margin=moved)
    return StrategySignal(
        envelope=envelope(f"signal-{strategy}"),
        session=SESSION,
        strategy=strategy,
        symphony_name=strategy,
        symphony_digest="digest",
        is_defined=True,
        target_weights=(),
        held_weights=(),
        trades_today=trades,
        missing=(),
        price_basis=PriceBasis.PROVISIONAL,
        bars_version=1,
        explanation=Explanation(
            name=strategy,
            session=SESSION,
            is_defined=True,
            holdings=(),
            cash=1.0,
            steps=(),
            omitted=0,
            decisions=1,
            closest=call,
            missing=(),
        ),
    )


def bars_with(
    *,
    ages: Mapping[str, int] | None = None,
    restated: Mapping[str, float] | None = None,
    suspicious: tuple[str, ...] = (),
    symbols: frozenset[str] = frozenset({"SPY", "TLT"}),
) -> BarInputs:
    """Return bars whose provisional prices are minutes old, or that were restated by a fraction."""
    data = MarketData(
        envelope=envelope("data"),
        session=SESSION,
        symbols=tuple(sorted(symbols)),
        bar_source="test",
        table_version=1,
        first_session=date(2024, 1, 2),
        last_session=date(2024, 11, 26),
        rows_written=0,
        restated=(),
        price_basis=PriceBasis.PROVISIONAL,
        provisional_prices=tuple(
            ProvisionalPrice(symbol=symbol, price=100.0, observed_at=NOW - timedelta(minutes=minutes))
            for symbol, minutes in (ages or {}).items()
        ),
    )
    return BarInputs(
        data=data,
        symbols=symbols,
        restated=tuple(
            RestatedHistory(symbol=symbol, sessions_changed=3, largest_change=change)
            for symbol, change in (restated or {}).items()
        ),
        suspicious=tuple(
            SuspiciousBar(symbol, date(2024, 11, 26), "close is 1.400 times the one before")
            for symbol in suspicious
        ),
    )
