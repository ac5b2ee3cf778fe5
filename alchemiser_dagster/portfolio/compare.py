"""The account beside the target portfolio."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Final, Protocol, TypeVar

from alchemiser_dagster.errors import DataError, RiskError, SessionError
from alchemiser_dagster.portfolio.arithmetic import EXACT, SHARE_STEP, round_down
from alchemiser_dagster.portfolio.rules import PortfolioRules
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import AllocationComparison, ComparisonLine, TargetAllocation
from alchemiser_dagster.records.envelope import Envelope

WEIGHT_STEP: Final = Decimal("1e-12")


class _HasSymbol(Protocol):
    @property
    def symbol(self) -> str: ...


_Named = TypeVar("_Named", bound=_HasSymbol)


def compare_allocation(
    snapshot: AccountSnapshot, target: TargetAllocation, rules: PortfolioRules, envelope: Envelope
) -> AllocationComparison:
    """Return the account beside the target, over every symbol that is held or wanted.

    Equity is cash plus all positions at the snapshot's reference prices, so weights and cash add up to 1.

    Parameters
    ----------
    snapshot
        The account, with a price and asset info for every symbol.
    target
        Weights of the deployed capital.
    rules
        How much of the equity is deployed.
    envelope
        Identity of the record to make.

    Raises
    ------
    SessionError
        Snapshot and target are for different sessions.
    DataError
        A symbol has no reference price or no asset info, or is listed twice (R-03).
    RiskError
        The account has no equity.
    """
    _require_one_session(snapshot, target)
    with localcontext(EXACT):
        table = _Table(snapshot, target)
        equity = snapshot.account.cash + sum(map(table.current_value, table.held), Decimal(0))
        _require_equity(equity)
        deployable = rules.deployable(equity)
        return AllocationComparison(
            envelope=envelope,
            session=snapshot.session,
            snapshot_id=snapshot.envelope.record_id,
            target_id=target.envelope.record_id,
            equity=equity,
            cash=snapshot.account.cash,
            deployable=deployable,
            sequence=snapshot.sequence,
            lines=tuple(table.line(symbol, equity, deployable) for symbol in table.symbols),
        )


class _Table:
    """Positions, wanted weights, prices and assets, each found by its symbol."""

    def __init__(self, snapshot: AccountSnapshot, target: TargetAllocation) -> None:
        self.held = _by_symbol(snapshot.positions, "positions")
        self.wanted = _by_symbol(target.lines, "target lines")
        self.prices = _by_symbol(snapshot.prices, "reference prices")
        self.assets = _by_symbol(snapshot.assets, "assets")
        self.symbols = sorted(self.held.keys() | self.wanted.keys())
        _require_known(self.symbols, self.prices.keys(), "reference price")
        _require_known(self.symbols, self.assets.keys(), "asset info")

    def current_value(self, symbol: str) -> Decimal:
        position = self.held.get(symbol)
        return position.quantity * self.prices[symbol].price if position else Decimal(0)

    def line(self, symbol: str, equity: Decimal, deployable: Decimal) -> ComparisonLine:
        position, wanted, asset = self.held.get(symbol), self.wanted.get(symbol), self.assets[symbol]
        current_value = self.current_value(symbol)
        target_value = round_down(wanted.weight * deployable, SHARE_STEP) if wanted else Decimal(0)
        return ComparisonLine(
            symbol=symbol,
            quantity_held=position.quantity if position else Decimal(0),
            quantity_available=position.quantity_available if position else Decimal(0),
            price=self.prices[symbol].price,
            current_value=current_value,
            target_value=target_value,
            current_weight=round_down(current_value / equity, WEIGHT_STEP),
            target_weight=round_down(target_value / equity, WEIGHT_STEP),
            fractionable=asset.fractionable,
            tradable=asset.tradable,
            contributions=wanted.contributions if wanted else (),
        )


def _by_symbol(items: Iterable[_Named], thing: str) -> dict[str, _Named]:
    found: dict[str, _Named] = {}
    for item in items:
        if item.symbol in found:
            raise DataError(
                f"{item.symbol} is listed twice among the {thing}",
                where="allocation_comparison",
                remedy="Take the account snapshot again",
            )
        found[item.symbol] = item
    return found


def _require_known(symbols: Iterable[str], known: Iterable[str], thing: str) -> None:
    missing = sorted(set(symbols) - set(known))
    if missing:
        raise DataError(
            f"no {thing} for {', '.join(missing)}",
            where="account_snapshot",
            remedy="Check that the broker and the market data know every symbol that is held or wanted",
        )


def _require_one_session(snapshot: AccountSnapshot, target: TargetAllocation) -> None:
    if snapshot.session != target.session:
        raise SessionError(
            f"the account snapshot is for session {snapshot.session}, the target for {target.session}",
            where="allocation_comparison",
            remedy="Materialise both for the same session",
        )


def _require_equity(equity: Decimal) -> None:
    if equity <= 0:
        raise RiskError(
            f"the account's equity is {equity}: there is nothing to invest",
            where="account_snapshot",
            remedy="Put money into the account, or settle its debt",
        )
