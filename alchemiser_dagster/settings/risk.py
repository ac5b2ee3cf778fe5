"""The limits that nothing may pass on its way to the broker: what a person can set, below the ceilings."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.settings import ceilings
from alchemiser_dagster.settings.section import Section


class RiskSettings(Section):
    """Limits of every order and of a session's orders together; each has a ceiling."""

    max_order_notional: Decimal = Field(
        default=Decimal(250_000),
        gt=0,
        le=ceilings.MAX_ORDER_NOTIONAL,
        description="Largest order, in US dollars: above 0, at most 5000000. Default: 250000",
    )
    max_order_share: Decimal = Field(
        default=Decimal(1),
        gt=0,
        le=ceilings.MAX_ORDER_SHARE,
        description="Largest order, as a fraction of the account's value: above 0, at most 1. Default: 1",
    )
    price_collar: Decimal = Field(
        default=Decimal("0.12"),
        gt=0,
        le=ceilings.PRICE_COLLAR,
        description="How far an order's price may lie from the planned price, as a fraction of it: above 0, "
        "at most 0.30. Default: 0.12",
    )
    max_trades_per_symbol: int = Field(
        default=1,
        ge=1,
        le=ceilings.MAX_TRADES_PER_SYMBOL,
        description="How often a symbol may be bought, or sold, to the end in one session: 1 to 5. "
        "Default: 1",
    )
    max_turnover: Decimal = Field(
        default=Decimal("2.2"),
        gt=0,
        le=ceilings.MAX_TURNOVER,
        description="Most that may be bought and sold in one session, as a multiple of the account's value: "
        "above 0, at most 4. Default: 2.2",
    )
    max_gross_exposure: Decimal = Field(
        default=Decimal(1),
        gt=0,
        le=ceilings.MAX_GROSS_EXPOSURE,
        description="Most that may be invested, as a fraction of the account's value: above 0, at most 1. "
        "Default: 1",
    )
    max_orders: int = Field(
        default=600,
        ge=1,
        le=ceilings.MAX_ORDERS,
        description="Most orders that may be sent in one session: 1 to 3000. Default: 600",
    )
    max_daily_loss: Decimal = Field(
        default=Decimal("0.15"),
        gt=0,
        le=ceilings.MAX_DAILY_LOSS,
        description="Loss since the close before, as a fraction of the account's value then, at which "
        "trading halts by itself: above 0, at most 0.5. Default: 0.15",
    )
    max_clock_skew_seconds: int = Field(
        default=30,
        ge=1,
        le=ceilings.MAX_CLOCK_SKEW_SECONDS,
        description="How far the broker's clock may be from ours, in seconds: 1 to 60. Default: 30",
    )
    max_failed_runs: int = Field(
        default=3,
        ge=1,
        le=ceilings.MAX_FAILED_RUNS,
        description="How many trading runs may fail one after the other before trading halts by itself: "
        "1 to 10. Default: 3",
    )
    review_days: int = Field(
        default=365,
        ge=1,
        le=ceilings.REVIEW_DAYS,
        description="How many days after a person's last review of the limits live trading stops: 1 to 400. "
        "Default: 365",
    )
    denied_symbols: tuple[Symbol, ...] = Field(
        default=(),
        description="Symbols that are never ordered, neither bought nor sold: a list. Default: none",
    )
