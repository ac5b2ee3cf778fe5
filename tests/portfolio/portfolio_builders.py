"""Accounts, targets and signals for the tests of the portfolio."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext

from alchemiser_dagster.portfolio.arithmetic import EXACT
from alchemiser_dagster.records.account import AccountSnapshot, BrokerAccount, Position, ReferencePrice
from alchemiser_dagster.records.allocation import (
    AllocationLine,
    Contribution,
    StrategyShare,
    TargetAllocation,
)
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.market import AssetInfo, PriceBasis
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.signal import MissingHistoryNote, SignalWeight, StrategySignal
from alchemiser_dagster.records.values import Mode, Side

SESSION = date(2024, 11, 29)
NOON = datetime(2024, 11, 29, 17, 45, tzinfo=UTC)


def envelope(record_id: str = "r-1", account: str = "desk") -> Envelope:
    return Envelope(
        record_id=record_id,
        correlation_id="c-1",
        causation_id="cause-1",
        run_id="run-1",
        account=account,
        source="test",
        created_at=NOON,
    )


def signal(strategy: str, target: Mapping[str, float], **changes: object) -> StrategySignal:
    held = changes.pop("held", target)
    given: dict[str, object] = {
        "envelope": envelope(f"signal-{strategy}"),
        "session": SESSION,
        "strategy": strategy,
        "symphony_name": strategy.title(),
        "symphony_digest": "digest",
        "is_defined": True,
        "target_weights": _weights(target),
        "held_weights": _weights(held),
        "trades_today": True,
        "missing": (),
        "price_basis": PriceBasis.PROVISIONAL,
        "bars_version": 1,
    }
    return StrategySignal(**(given | changes))


def undefined_signal(strategy: str) -> StrategySignal:
    note = MissingHistoryNote(
        indicator="moving-average-price 200", symbol="TQQQ", bars_had=120, bars_needed=200
    )
    return signal(strategy, {}, is_defined=False, missing=(note,))


def _weights(weights: Mapping[str, float]) -> tuple[SignalWeight, ...]:
    return tuple(SignalWeight(symbol=symbol, weight=weight) for symbol, weight in weights.items())


def position(symbol: str, quantity: str | Decimal, available: str | Decimal | None = None) -> Position:
    return Position(
        symbol=symbol,
        quantity=Decimal(quantity),
        quantity_available=Decimal(quantity if available is None else available),
        average_entry_price=Decimal(1),
        market_price=Decimal(1),
        market_value=Decimal(quantity),
    )


def asset(symbol: str, *, tradable: bool = True, fractionable: bool = True) -> AssetInfo:
    return AssetInfo(symbol=symbol, tradable=tradable, fractionable=fractionable)


def snapshot(
    cash: str | Decimal,
    positions: tuple[Position, ...] = (),
    prices: Mapping[str, str | Decimal] | None = None,
    assets: tuple[AssetInfo, ...] | None = None,
    sequence: int = 1,
) -> AccountSnapshot:
    prices = prices or {}
    return AccountSnapshot(
        envelope=envelope("snapshot-1"),
        session=SESSION,
        mode=Mode.SIMULATED,
        taken_at=NOON,
        account=broker_account(cash),
        positions=positions,
        open_orders=(),
        prices=tuple(ReferencePrice(symbol=s, price=Decimal(p), observed_at=NOON) for s, p in prices.items()),
        assets=assets if assets is not None else tuple(asset(symbol) for symbol in prices),
        sequence=sequence,
    )


def broker_account(cash: str | Decimal) -> BrokerAccount:
    return BrokerAccount(
        account="desk",
        status="ACTIVE",
        currency="USD",
        cash=Decimal(cash),
        buying_power=max(Decimal(cash), Decimal(0)),
        equity=Decimal(cash),
        trading_blocked=False,
        account_blocked=False,
        trade_suspended_by_user=False,
    )


def target(weights: Mapping[str, str | Decimal], session: date = SESSION) -> TargetAllocation:
    exact = {symbol: Decimal(weight) for symbol, weight in sorted(weights.items())}
    return TargetAllocation(
        envelope=envelope("target-1"),
        session=session,
        lines=tuple(
            AllocationLine(symbol=s, weight=w, contributions=(Contribution(strategy="only", weight=w),))
            for s, w in exact.items()
        ),
        cash_weight=1 - sum(exact.values(), Decimal(0)),
        strategies=(StrategyShare(strategy="only", share=Decimal(1), signal_id="signal-only"),),
    )


def apply_plan(before: AccountSnapshot, plan: RebalancePlan) -> AccountSnapshot:
    """Fill every line of the plan at its reference price."""
    with localcontext(EXACT):
        cash = before.account.cash
        held = {item.symbol: (item.quantity, item.quantity_available) for item in before.positions}
        for line in plan.lines:
            sign = 1 if line.side is Side.BUY else -1
            quantity, available = held.get(line.symbol, (Decimal(0), Decimal(0)))
            held[line.symbol] = (quantity + sign * line.quantity, available + sign * line.quantity)
            cash -= sign * line.quantity * line.reference_price
        positions = tuple(position(s, q, a) for s, (q, a) in held.items() if q)
        return before.model_copy(
            update={"account": broker_account(cash), "positions": positions, "sequence": before.sequence + 1}
        )
