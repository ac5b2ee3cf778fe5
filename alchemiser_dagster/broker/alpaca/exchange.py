"""What goes over the wire and what came back: one request, and one of three outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Query: TypeAlias = Mapping[str, str]
Body: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class WireRequest:
    """One HTTP request.

    Parameters
    ----------
    path
        From the root of the server, such as `/v2/orders`.
    body
        What is sent as JSON; None sends no body.
    """

    method: str
    path: str
    query: Query = field(default_factory=dict)
    body: Body | None = None

    @property
    def is_read(self) -> bool:
        """Whether the request changes nothing."""
        return self.method == "GET"


@dataclass(frozen=True)
class Answer:
    """The server answered, whole."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the range of HTTP


@dataclass(frozen=True)
class Unsent:
    """Nothing reached the server, for sure.

    Parameters
    ----------
    is_passing
        Whether another attempt, soon, may go through.
    is_lasting
        Whether no attempt will go through before a person has changed a setting.
    """

    reason: str
    is_passing: bool
    is_lasting: bool = False


@dataclass(frozen=True)
class Broken:
    """The request may have reached the server; there is no whole answer."""

    reason: str


Outcome: TypeAlias = Answer | Unsent | Broken
