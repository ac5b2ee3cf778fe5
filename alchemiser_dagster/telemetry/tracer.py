"""What is told of a run to whoever watches it from outside: a span for each of its parts that is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Span:
    """A part of a run that is over.

    Parameters
    ----------
    trace_id, span_id, parent_id
        Hexadecimal digits: 32, 16 and 16; the parent is None where nothing holds the span.
    seconds
        How long it took, on a clock that never goes back.
    error
        What went wrong, without secrets; None where nothing did.
    is_request
        Whether it is a request to a server.
    """

    name: str
    trace_id: str
    span_id: str
    parent_id: str | None
    began_at: datetime
    seconds: float
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    error: str | None = None
    is_request: bool = False


class Tracer(Protocol):
    """Where spans go. Nothing that it does can fail a step, or hold one up."""

    @property
    def listens(self) -> bool:
        """Whether spans go anywhere."""
        ...

    def tell(self, span: Span) -> None:
        """Take a span to send on."""
        ...

    def close(self) -> None:
        """Send what is left, for two seconds at most."""
        ...


class SilentTracer:
    """Tells nobody."""

    @property
    def listens(self) -> bool:
        """Return that spans go nowhere."""
        return False

    def tell(self, span: Span) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
