"""What is known of the market: the bars of a session's decision, quotes, assets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.values import Instant, Money, Price, SignalNumber, Symbol


class PriceBasis(StrEnum):
    """Which price stands for the session's own close in its decision."""

    PROVISIONAL = "provisional"
    OFFICIAL = "official"
    PREVIOUS_CLOSE = "previous_close"


class ProvisionalPrice(Frozen):
    """The price that stands in for a close which is not known yet."""

    symbol: Symbol
    price: SignalNumber = Field(gt=0)
    observed_at: Instant


class RestatedHistory(Frozen):
    """Stored closes of a symbol that the source now gives differently (R-36).

    `largest_change` is relative: 0.5 means that a close changed by half.
    """

    symbol: Symbol
    sessions_changed: int = Field(ge=0)
    largest_change: SignalNumber = Field(ge=0)


class MarketData(Record):
    """The bars on which a session's decisions stand.

    Parameters
    ----------
    session
        The session that the decisions are for.
    symbols
        Every symbol that a strategy or the account needs.
    bar_source
        Where the bars came from.
    table_version
        Version of the bar table that the decisions read (R-46).
    first_session, last_session
        First and last session of which a sealed bar is used.
    price_basis
        What stands for the session's own close.
    provisional_prices
        One for each symbol where the basis is provisional, else none.
    """

    kind: ClassVar[str] = "market_data"

    symbols: tuple[Symbol, ...]
    bar_source: str
    table_version: int = Field(ge=0)
    first_session: date
    last_session: date
    rows_written: int = Field(ge=0)
    restated: tuple[RestatedHistory, ...]
    price_basis: PriceBasis
    provisional_prices: tuple[ProvisionalPrice, ...]


class Quote(Frozen):
    """Best bid and ask of a symbol; a side of 0 is missing.

    `last_close` is the official close of the session before, None where nobody knows it.
    """

    symbol: Symbol
    bid: Money = Field(ge=0)
    ask: Money = Field(ge=0)
    observed_at: Instant
    last_close: Price | None = None

    @property
    def is_two_sided(self) -> bool:
        """Whether both sides are there and not crossed (R-30)."""
        return Decimal(0) < self.bid <= self.ask

    @property
    def mid(self) -> Decimal:
        """The middle between bid and ask."""
        return (self.bid + self.ask) / 2


class AssetInfo(Frozen):
    """What the broker says may be done with a symbol."""

    symbol: Symbol
    tradable: bool
    fractionable: bool


class MarketClock(Frozen):
    """The broker's own clock."""

    now: Instant
    is_open: bool
    next_close: Instant
