"""What is to be traded, line by line, and what is left alone."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.allocation import Contribution
from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.values import Money, Price, Quantity, Side, Symbol, Weight


class LineReason(StrEnum):
    """Why a line is in the plan."""

    FULL_EXIT = "full exit"
    REDUCE = "reduce"
    OPEN = "open"
    INCREASE = "increase"


class SkipReason(StrEnum):
    """Why a difference is left alone (R-29)."""

    BELOW_MINIMUM = "below the minimum trade"
    WITHIN_DRIFT = "within the tolerated drift"
    LESS_THAN_ONE_SHARE = "less than one whole share"
    NOT_TRADABLE = "not tradable"
    HELD_BY_OPEN_ORDER = "held by an open order"
    NO_CASH = "not enough cash"
    LOCKED_BY_A_BREAK = "locked by a break"
    DENIED = "on the deny list"
    REDUCE_ONLY = "nothing is bought while trading may only reduce"


class PlanLine(Frozen):
    """One order to come: quantity in shares, notional at the reference price."""

    line_id: str
    symbol: Symbol
    side: Side
    quantity: Quantity = Field(gt=0)
    reference_price: Price
    notional: Money = Field(ge=0)
    reason: LineReason
    target_weight: Weight
    fractionable: bool
    contributions: tuple[Contribution, ...]


class PlanSkip(Frozen):
    """A difference that is not traded, and why."""

    symbol: Symbol
    difference: Money
    reason: SkipReason


class LeftAlone(Frozen):
    """A symbol that is not traded whatever it should be, and why."""

    symbol: Symbol
    reason: SkipReason


class PlanRules(Frozen):
    """The rules by which a plan was made; what each means is said at `PortfolioRules`."""

    deployment: Weight
    cash_buffer: Weight
    minimum_trade: Money
    minimum_drift: Weight
    fractional: bool
    left_alone: tuple[LeftAlone, ...]
    only_sells: bool


class RebalancePlan(Record):
    """The trades of a session: sells first, then buys, each by falling notional. Empty is legal (R-02).

    `plan_id` derives from account, session, sequence and lines, so the same plan has the same id. `rules` is
    None in records from before they were kept. `traded_by` is the correlation id of the run that traded the
    session before, and then the plan is empty whatever is wanted (R-20); None where the session was free.
    """

    kind: ClassVar[str] = "rebalance_plan"

    plan_id: str
    sequence: int = Field(ge=1)
    comparison_id: str
    lines: tuple[PlanLine, ...]
    skips: tuple[PlanSkip, ...]
    equity: Money
    cash_before: Money
    expected_sale_proceeds: Money
    expected_purchases: Money
    rules: PlanRules | None = None
    traded_by: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to trade."""
        return not self.lines

    @property
    def turnover(self) -> Money:
        """Value of all trades at their reference prices."""
        return self.expected_sale_proceeds + self.expected_purchases
