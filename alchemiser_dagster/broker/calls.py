"""A call of the broker or of its market data, as whoever listens is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue


@dataclass(frozen=True)
class Call:
    """One request and what came of it.

    Parameters
    ----------
    name
        Method and path of a request, such as `POST /v2/orders`; else the name of the broker's method.
    request
        What was sent besides.
    seconds
        From the request to the end of the answer, or to where it was given up.
    status
        The server's; None where it did not answer, or is none.
    answer
        The body as it came; None where there was none.
    error
        Why there is no answer; None where there is one.
    request_id
        The server's own name for the request, or None.
    """

    name: str
    request: Mapping[str, JsonValue]
    seconds: float
    status: int | None = None
    answer: bytes | None = None
    error: str | None = None
    request_id: str | None = None


class CallObserver(Protocol):
    """Is told of every call when it is over; what it does with it never disturbs the call."""

    @property
    def listens(self) -> bool:
        """Whether anybody wants to be told."""
        ...

    def tell(self, call: Call) -> None:
        """Take the call."""
        ...


class Deaf:
    """Wants to be told nothing."""

    @property
    def listens(self) -> bool:
        """Return that nobody listens."""
        return False

    def tell(self, call: Call) -> None:
        """Do nothing."""


NOBODY = Deaf()
