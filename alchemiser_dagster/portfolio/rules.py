"""What a person decides about the size of the portfolio and of its trades."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import Field

from alchemiser_dagster.portfolio.arithmetic import plain
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.plan import LeftAlone, PlanRules, SkipReason
from alchemiser_dagster.records.values import Money, Symbol, Weight


class PortfolioRules(Frozen):
    """How much is invested, and which trades are too small to make.

    Parameters
    ----------
    deployment
        Share of equity to invest.
    cash_buffer
        Share of equity that always stays in cash.
    minimum_trade
        Smallest notional of a trade, in account currency.
    minimum_drift
        Share of equity; a holding that is nearer than this to its target is left alone. Opening and closing
        a holding are not subject to it.
    fractional
        Whether fractions of a share may be traded at all; a full exit sells the fractions that are held.
    untouchable
        Symbols that are left alone whatever they should be, each with the reason.
    only_sells
        Whether nothing may be bought, because trading is held back.
    """

    deployment: Weight = Field(default=Decimal(1), le=1)
    cash_buffer: Weight = Field(default=Decimal("0.005"), lt=1)
    minimum_trade: Money = Field(default=Decimal(5), ge=0)
    minimum_drift: Weight = Field(default=Decimal("0.0005"), lt=1)
    fractional: bool = True
    untouchable: Mapping[Symbol, SkipReason] = Field(default_factory=dict)
    only_sells: bool = False

    def deployable(self, equity: Decimal) -> Decimal:
        """Return what may be invested of the equity, both in account currency."""
        return plain(min(equity * self.deployment, equity * (1 - self.cash_buffer)))

    @property
    def kept(self) -> PlanRules:
        """The rules as a plan keeps them."""
        alone = (LeftAlone(symbol=name, reason=self.untouchable[name]) for name in sorted(self.untouchable))
        return PlanRules(**self.model_dump(exclude={"untouchable"}), left_alone=tuple(alone))

    @classmethod
    def of(cls, kept: PlanRules) -> Self:
        """Return the rules that a plan was made by."""
        untouchable = {alone.symbol: alone.reason for alone in kept.left_alone}
        return cls(**kept.model_dump(exclude={"left_alone"}), untouchable=untouchable)
