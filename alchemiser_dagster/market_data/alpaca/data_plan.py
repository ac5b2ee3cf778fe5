"""What an account's data plan doesn't permit, told with the setting that would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alchemiser_dagster.broker.alpaca.read_errors import ReadError
from alchemiser_dagster.errors import DataError

BARS_REMEDY = (
    "Ask for the session from 16 minutes after its close on, set market_data.feed to iex, "
    "or take a data plan with the newest SIP data"
)
PRICES_REMEDY = "Set market_data.quote_feed to iex, or take a data plan with the newest SIP data"
_REFUSAL = "subscription"


@contextmanager
def plan_refusals(where: str, remedy: str) -> Iterator[None]:
    """Turn the answer that the data plan doesn't permit the question into a `DataError` with a remedy."""
    try:
        yield
    except ReadError as error:
        if error.refusal is None or _REFUSAL not in error.refusal.message.lower():
            raise
        raise DataError(
            "the Alpaca account's data plan does not permit this question", where=where, remedy=remedy
        ) from error
