"""What trading is expected to cost besides the spread; shown in a preview, never part of a decision."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from alchemiser_dagster.settings.section import Section


class CostSettings(Section):
    """Fees on sales that a broker passes on, and the slippage that is expected of a new account."""

    sec_fee_per_dollar: Decimal = Field(
        default=Decimal("0.0000206"),
        ge=0,
        le=Decimal("0.001"),
        description="Section 31 fee of the SEC, in US dollars per dollar sold: 0 to 0.001. Default: "
        "0.0000206, in force since April 2026",
    )
    taf_per_share: Decimal = Field(
        default=Decimal("0.000195"),
        ge=0,
        le=Decimal("0.01"),
        description="FINRA's trading activity fee, in US dollars per share sold: 0 to 0.01. Default: "
        "0.000195, in force since January 2026",
    )
    taf_maximum: Decimal = Field(
        default=Decimal("9.79"),
        ge=0,
        le=1000,
        description="The most that the trading activity fee of one sale comes to, in US dollars: 0 to 1000. "
        "Default: 9.79, in force since January 2026",
    )
    slippage_basis_points: Decimal = Field(
        default=Decimal(1),
        ge=-100,
        le=1000,
        description="Slippage beyond half the spread that is expected where no order was filled yet, in "
        "basis points: -100 to 1000. Default: 1",
    )
