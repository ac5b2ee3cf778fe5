"""One target portfolio out of many signals, and how the account differs from it."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.values import Money, Price, Quantity, Symbol, Weight


class Contribution(Frozen):
    """The part of a symbol's target weight that one strategy asks for."""

    strategy: str
    weight: Weight


class AllocationLine(Frozen):
    """A symbol's target weight in the whole portfolio: the sum of its contributions."""

    symbol: Symbol
    weight: Weight
    contributions: tuple[Contribution, ...]


class StrategyShare(Frozen):
    """The part of the portfolio that follows a strategy, and the signal it followed."""

    strategy: str
    share: Weight
    signal_id: str


class TargetAllocation(Record):
    """The portfolio to hold after the session: weights of the deployed capital, sorted by symbol.

    `cash_weight` is 1 less the sum of the weights.
    """

    kind: ClassVar[str] = "target_allocation"

    lines: tuple[AllocationLine, ...]
    cash_weight: Money = Field(ge=0)
    strategies: tuple[StrategyShare, ...]


class ComparisonLine(Frozen):
    """One symbol, as it is and as it should be; values in account currency, weights of equity."""

    symbol: Symbol
    quantity_held: Quantity
    quantity_available: Quantity
    price: Price
    current_value: Money
    target_value: Money
    current_weight: Weight
    target_weight: Weight
    fractionable: bool
    tradable: bool
    contributions: tuple[Contribution, ...]

    @property
    def difference(self) -> Decimal:
        """Value to buy (positive) or to sell (negative)."""
        return self.target_value - self.current_value


class AllocationComparison(Record):
    """The account beside the target, over all symbols that are held or wanted, sorted by symbol.

    Parameters
    ----------
    equity
        Cash plus the value of all positions.
    deployable
        What may be invested: equity times deployment, less the cash buffer.
    """

    kind: ClassVar[str] = "allocation_comparison"

    snapshot_id: str
    target_id: str
    equity: Money
    cash: Money
    deployable: Money
    sequence: int = Field(ge=1)
    lines: tuple[ComparisonLine, ...]
