"""What becomes of a company's shares without a trade: more or fewer of them, or another symbol."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant, Symbol


class CorporateAction(Frozen):
    """A split, a new symbol, or both at once.

    Parameters
    ----------
    activity_id
        The broker's id of the activity that tells of it; of two rows, that of the first.
    symbol, new_symbol
        Equal where only the number of shares changes.
    ratio
        How many shares one share becomes; 1 where only the symbol changes.
    effective_at
        Trades from this instant on are in the new shares.
    """

    activity_id: str = Field(min_length=1)
    account: str
    symbol: Symbol
    new_symbol: Symbol
    ratio: Decimal = Field(gt=0, allow_inf_nan=False)
    effective_at: Instant
