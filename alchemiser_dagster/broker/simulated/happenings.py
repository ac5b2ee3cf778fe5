"""What can happen to the embedded account besides trades, as data: a person writes it as JSON too."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, field_validator, model_validator

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Money, Price, Symbol

GOES_OUT = frozenset({"withdrawal", "fee"})


class Occurrence(Frozen):
    """One thing that happens; the same id happens once.

    Parameters
    ----------
    happening_id
        What keeps it from happening twice.
    occurred_on
        The broker's date of it; None: the New York date of the moment.
    """

    happening_id: str = Field(min_length=1, max_length=200)
    occurred_on: date | None = None
    description: str = ""


class CashMoved(Occurrence):
    """Money comes or goes.

    Parameters
    ----------
    amount
        Dollars. A withdrawal and a fee take it away, even beyond the cash; a deposit brings it. A negative
        dividend is a tax that is withheld, negative interest is charged.
    symbol
        For which shares the money is; None: for none.
    """

    kind: Literal["deposit", "withdrawal", "dividend", "fee", "interest"]
    amount: Money
    symbol: Symbol | None = None

    @field_validator("amount")
    @classmethod
    def _is_something(cls, amount: Decimal) -> Decimal:
        return _not_nothing(amount)

    @property
    def cash_change(self) -> Decimal:
        """What the cash changes by, in dollars."""
        return -self.amount if self.kind in GOES_OUT else self.amount


class Split(Occurrence):
    """Each share becomes `ratio` shares; below 1 it is a reverse split."""

    kind: Literal["split"] = "split"
    symbol: Symbol
    ratio: Decimal = Field(gt=0, le=10_000, allow_inf_nan=False)


class SymbolChange(Occurrence):
    """The shares trade under a new symbol from now on."""

    kind: Literal["symbol change"] = "symbol change"
    symbol: Symbol
    new_symbol: Symbol

    @model_validator(mode="after")
    def _is_another(self) -> Self:
        if self.new_symbol == self.symbol:
            raise ValueError("new_symbol must be another symbol")
        return self


class ShareTransfer(Occurrence):
    """Shares come from another broker (positive) or go to one (negative).

    Parameters
    ----------
    price
        What a share that comes has cost, in dollars; None: its price now.
    """

    kind: Literal["transfer"] = "transfer"
    symbol: Symbol
    quantity: Money
    price: Price | None = None

    @field_validator("quantity")
    @classmethod
    def _is_something(cls, quantity: Decimal) -> Decimal:
        return _not_nothing(quantity)


SharesChanged: TypeAlias = Split | SymbolChange | ShareTransfer
Happening: TypeAlias = Annotated[CashMoved | SharesChanged, Field(discriminator="kind")]


def _not_nothing(number: Decimal) -> Decimal:
    if not number:
        raise ValueError("must not be 0")
    return number
