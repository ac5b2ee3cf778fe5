"""What the embedded broker's account starts with, and how its market behaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from alchemiser_dagster.broker.simulated.behaviour import SymbolBehaviour
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Money, Quantity, Symbol

USUAL = SymbolBehaviour()


class SimulationRules(Frozen):
    """The embedded broker's terms.

    Parameters
    ----------
    account
        The account's name.
    starting_cash
        What the account holds when it is opened, in dollars.
    half_spread_basis_points
        Distance of bid and ask from the feed's price, in hundredths of a percent of it.
    minimum_notional
        Least value of an order for a fraction of a share, in dollars.
    market_buy_margin
        What a market buy must leave free above its value at the ask, as a fraction of that value.
    closing_order_cutoff
        How long before the close an order for the closing auction is refused.
    shares_per_look
        How many shares of an order change hands each time the market is looked at; None: all of them.
    acknowledge_after, cancel_after, replace_after
        How long a new order, a cancellation and a replacement are pending. An order may fill meanwhile.
    behaviours
        How single symbols behave; the others behave as `SymbolBehaviour()`.
    meets_at
        Where a limit meets the other side, as a fraction of the spread from the near side: 1 is the far side.
    withheld
        Buying power that the broker holds back, in dollars.
    account_status, trading_blocked, account_blocked, trade_suspended_by_user
        The account's flags; an order is refused where one of them forbids trading.
    """

    account: str = Field(default="simulated", min_length=1)
    starting_cash: Money = Field(default=Decimal(100_000), ge=0)
    half_spread_basis_points: Decimal = Field(default=Decimal(1), ge=0, lt=5_000)
    fractionable_by_default: bool = True
    non_fractionable: frozenset[Symbol] = frozenset()
    non_tradable: frozenset[Symbol] = frozenset()
    minimum_notional: Money = Field(default=Decimal(1), ge=0)
    market_buy_margin: Decimal = Field(default=Decimal("0.04"), ge=0)
    closing_order_cutoff: timedelta = timedelta(minutes=10)
    shares_per_look: Quantity | None = Field(default=None, gt=0)
    acknowledge_after: timedelta = timedelta(0)
    cancel_after: timedelta = timedelta(0)
    replace_after: timedelta = timedelta(0)
    behaviours: Mapping[Symbol, SymbolBehaviour] = Field(default_factory=dict)
    meets_at: Decimal = Field(default=Decimal(1), ge=0, le=1)
    withheld: Money = Field(default=Decimal(0), ge=0)
    account_status: str = "ACTIVE"
    trading_blocked: bool = False
    account_blocked: bool = False
    trade_suspended_by_user: bool = False

    def behaviour_of(self, symbol: Symbol) -> SymbolBehaviour:
        """Return how the symbol behaves."""
        return self.behaviours.get(symbol, USUAL)

    def is_fractionable(self, symbol: Symbol) -> bool:
        """Return whether a fraction of a share of the symbol may be traded."""
        return self.fractionable_by_default and symbol not in self.non_fractionable

    def is_tradable(self, symbol: Symbol) -> bool:
        """Return whether the symbol may be traded at all."""
        return symbol not in self.non_tradable
