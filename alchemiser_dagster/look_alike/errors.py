"""What the look-alike answers when it says no, in Alpaca's form."""

from __future__ import annotations

from alchemiser_dagster.broker.simulated.refusal import RefusedOrderError
from alchemiser_dagster.errors import AlchemiserError, OrderRejectedError

BAD_REQUEST, UNAUTHORISED, FORBIDDEN, NOT_FOUND, UNPROCESSABLE, TOO_MANY, BROKEN = (
    400,
    401,
    403,
    404,
    422,
    429,
    500,
)
INVALID = 40010001
NO_KEYS = 40110000
WRONG_KEYS = 40310000
MISSING = 40410000
NOT_CANCELABLE = 42210000
RATE_LIMITED = 42910000
INTERNAL = 50010000


class AnswerError(Exception):
    """An answer other than yes: HTTP status, Alpaca's code (None where it sends none), and its words."""

    def __init__(self, status: int, code: int | None, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(message)

    @property
    def body(self) -> dict[str, int | str]:
        """The answer's body."""
        return (
            {"message": self.message} if self.code is None else {"code": self.code, "message": self.message}
        )


def answer_of(error: AlchemiserError) -> AnswerError:
    """Return what a client is told of an error of the world behind the server."""
    if isinstance(error, RefusedOrderError):
        return AnswerError(error.refusal.status, error.refusal.code, error.refusal.message)
    if isinstance(error, OrderRejectedError):
        return AnswerError(UNPROCESSABLE, NOT_CANCELABLE, error.what)
    return AnswerError(BROKEN, INTERNAL, f"internal server error occurred: {error.what}")


def invalid(message: str) -> AnswerError:
    """Return the answer to a request that makes no sense."""
    return AnswerError(UNPROCESSABLE, INVALID, message)


def missing(message: str) -> AnswerError:
    """Return the answer to a request for what is not there."""
    return AnswerError(NOT_FOUND, MISSING, message)
