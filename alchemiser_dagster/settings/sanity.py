"""What counts as strange in a decision, and what of it waits for a person's approval."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from alchemiser_dagster.records.sanity import SanityKind
from alchemiser_dagster.settings.section import Section

BLOCKING = (
    SanityKind.FLIP,
    SanityKind.TURNOVER,
    SanityKind.CONCENTRATION,
    SanityKind.LEVERAGE,
    SanityKind.STALE_PRICE,
    SanityKind.SUSPICIOUS_BAR,
)


class SanitySettings(Section):
    """From where on a decision looks strange."""

    blocking: tuple[SanityKind, ...] = Field(
        default=BLOCKING,
        description="Findings that stop the day until `alchemiser approve`, a list of flip, turnover, "
        "concentration, leverage, new_symbol, stale_price, restated, suspicious_bar, fragile; the others "
        "only warn. Default: flip, turnover, concentration, leverage, stale_price, suspicious_bar",
    )
    kept_at_least: Decimal = Field(
        default=Decimal("0.10"),
        ge=0,
        le=1,
        description="Part of the invested book that is kept in a usual decision, as a fraction: 0 to 1. Less "
        "is a flip; it can only block where several strategies are traded. Default: 0.10",
    )
    turnover_sessions: int = Field(
        default=60,
        ge=1,
        le=500,
        description="Past sessions whose turnovers say what is usual: 1 to 500. Default: 60",
    )
    turnover_least_sessions: int = Field(
        default=10,
        ge=1,
        le=500,
        description="Sessions from which on they say it; before, only turnover_floor counts: 1 to 500. "
        "Default: 10",
    )
    turnover_factor: Decimal = Field(
        default=Decimal(2),
        ge=1,
        le=10,
        description="How many times the turnover that 19 of 20 past sessions kept below is strange: 1 to 10. "
        "Default: 2",
    )
    turnover_floor: Decimal = Field(
        default=Decimal("1.2"),
        ge=0,
        le=4,
        description="Turnover that is never strange, all that is bought and sold as a multiple of the "
        "account's value: 0 to 4. A complete switch of the largest strategy never is either. Default: 1.2",
    )
    large_weight: Decimal = Field(
        default=Decimal("0.5"),
        gt=0,
        le=1,
        description="Weight of one symbol, as a fraction of the account's value, above which it is told: "
        "above 0, at most 1. Default: 0.5",
    )
    largest_weight: Decimal = Field(
        default=Decimal(1),
        gt=0,
        le=1,
        description="Weight of one symbol above which concentration blocks: above 0, at most 1. Default: 1",
    )
    restated_change: Decimal = Field(
        default=Decimal("0.02"),
        ge=0,
        le=1,
        description="Change of a stored close of an input above which it counts as restated, as a fraction: "
        "0 to 1. Default: 0.02",
    )
    suspicious_sessions: int = Field(
        default=2,
        ge=1,
        le=504,
        description="How many of the last sessions are searched for moves far beyond a symbol's usual ones, "
        "except those in market_data.accepted_jumps: 1 to 504. Default: 2",
    )
    oldest_price_minutes: int = Field(
        default=60,
        ge=1,
        le=390,
        description="Oldest provisional price of an input, in minutes: 1 to 390. Default: 60",
    )
