"""What this room asks of a connection to Alpaca's data, and how it reads the answers' parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Protocol

NUMBERS = frozenset({int, float, Decimal})
"""The types that a number of an answer may have; true and false are none."""


class DataReader(Protocol):
    """A connection that reads, with its own timeouts and retries."""

    def get(self, path: str, params: Mapping[str, str]) -> object:
        """Return the answer's JSON, its fractions as `Decimal`; raise `BrokerError` where there is none."""
        ...


def mapping_in(value: object) -> Mapping[str, object] | None:
    """Return the JSON object, or None for anything else."""
    return value if isinstance(value, dict) else None


def instant_in(value: object) -> datetime | None:
    """Return the instant that an RFC 3339 text names, cut to microseconds, or None where there is none."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def number_in(value: object) -> float | None:
    """Return the float nearest to the number as it was written, or None where there is none."""
    return float(value) if type(value) in NUMBERS else None  # type: ignore[arg-type]
