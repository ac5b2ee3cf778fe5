"""The embedded broker's no: with the HTTP status, code and words that Alpaca uses."""

from __future__ import annotations

from dataclasses import dataclass

from alchemiser_dagster.errors import DuplicateOrderError, OrderRejectedError

FORBIDDEN, NOT_FOUND, UNPROCESSABLE = 403, 404, 422
INSUFFICIENT = 40310000
UNKNOWN_ORDER = 40410000
UNFIT = 42210000
INVALID = 40010001


@dataclass(frozen=True)
class Refusal:
    """An answer other than yes.

    Parameters
    ----------
    status, code, message
        HTTP status, Alpaca's code, and its words.
    """

    status: int
    code: int
    message: str

    def error(self, action: str, where: str) -> RefusedOrderError:
        """Return the error that says so; the action is what was asked for, as in "to buy 3"."""
        kind = RefusedDuplicateError if self == DUPLICATE else RefusedOrderError
        return kind(self, action, where)


DUPLICATE = Refusal(UNPROCESSABLE, INVALID, "client_order_id must be unique")


class RefusedOrderError(OrderRejectedError):
    """The embedded broker said no; `refusal` is what a server answers with."""

    def __init__(self, refusal: Refusal, action: str, where: str) -> None:
        self.refusal = refusal
        super().__init__(
            f"the broker refused {action}: {refusal.message} ({refusal.status}, code {refusal.code})",
            where=where,
        )


class RefusedDuplicateError(RefusedOrderError, DuplicateOrderError):
    """The embedded broker has an order with the client order id."""


def unknown_order(broker_order_id: str) -> Refusal:
    """Return the refusal to do anything with an order that the account doesn't have."""
    return Refusal(NOT_FOUND, UNKNOWN_ORDER, f"order not found for {broker_order_id}")
