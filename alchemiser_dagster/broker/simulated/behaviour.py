"""How the embedded market treats one symbol, where it is not as usual."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Quantity


class QuoteFault(StrEnum):
    """What is wrong with a quote (R-30)."""

    STALE = "stale"
    CROSSED = "crossed"
    NO_BID = "no bid"
    NO_ASK = "no ask"
    WIDE = "wide"
    FAR = "far"
    MISSING = "missing"


class PendingFill(StrEnum):
    """What fills while a cancellation or a replacement is pending: the race that a client has to survive."""

    NOTHING = "nothing"
    HALF = "half"
    ALL = "all"


class SymbolBehaviour(Frozen):
    """The market of one symbol.

    Parameters
    ----------
    shares_per_look
        How many shares change hands each time the market is looked at; None: as the rules say for all.
    meets_at
        Where a limit meets the other side, as a fraction of the spread; None: as the rules say for all.
    half_spread_basis_points
        Distance of bid and ask from the price; None: as the rules say for all.
    halted
        Whether orders are accepted and never fill.
    rejects
        Whether orders are accepted and then rejected.
    cancels_after_fill
        Whether the broker cancels what is left of an order after its first fill.
    fills_while_pending
        What of an order fills once its cancellation or replacement is asked for.
    quote_fault
        What is wrong with the quote; None: nothing.
    """

    shares_per_look: Quantity | None = Field(default=None, gt=0)
    meets_at: Decimal | None = Field(default=None, ge=0, le=1)
    half_spread_basis_points: Decimal | None = Field(default=None, ge=0, lt=5_000)
    halted: bool = False
    rejects: bool = False
    cancels_after_fill: bool = False
    fills_while_pending: PendingFill = PendingFill.NOTHING
    quote_fault: QuoteFault | None = None
