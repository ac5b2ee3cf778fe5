"""What happened to the account besides trades: dividends, fees, money in and out, splits, new symbols."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant, Money, Symbol


class ActivityKind(StrEnum):
    """What kind of thing happened."""

    DIVIDEND = "dividend"
    INTEREST = "interest"
    FEE = "fee"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    SPLIT = "split"
    SYMBOL_CHANGE = "symbol change"
    TRANSFER = "transfer"
    OTHER = "other"


class Activity(Frozen):
    """One change of the account that no order made, as the broker reports it.

    Parameters
    ----------
    activity_id
        The broker's own id.
    raw_kind
        The broker's own word for the kind.
    symbol
        Whose shares changed, or for which the money is; None where it is about no symbol.
    quantity
        Shares that came (positive) or went (negative); 0 where none did, or where the broker doesn't say.
    amount
        Money that came (positive) or went (negative), in dollars.
    occurred_on
        The broker's date of it.
    recorded_at
        When the broker wrote it down; None where it doesn't say.
    """

    activity_id: str = Field(min_length=1)
    kind: ActivityKind
    raw_kind: str
    symbol: Symbol | None
    quantity: Money
    amount: Money
    occurred_on: date
    description: str = ""
    recorded_at: Instant | None = None
