"""What this room asks of a connection to Alpaca's data."""

from __future__ import annotations

from typing import Protocol


class DataReader(Protocol):
    """A connection that reads, with its own timeouts and retries; paths begin behind the API's version."""

    def get(self, path: str, query: dict[str, str], /) -> object:
        """Return the answer's JSON, its fractions as `Decimal`; raise `BrokerError` where there is none."""
        ...
