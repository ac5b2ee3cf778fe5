"""Fields that an answer must have: a missing one is named, never replaced (R-03)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from alchemiser_dagster.broker.alpaca.payload import JsonObject, object_of
from alchemiser_dagster.errors import BrokerError

T = TypeVar("T")
UPDATE = (
    "Run again: no order is sent a second time. "
    "If it stays, Alpaca's format has changed: look for a newer version of this program"
)


@dataclass(frozen=True)
class Fields:
    """One JSON object of an answer.

    Parameters
    ----------
    name
        What the object is, for messages: `the account`, `the position in SPY`.
    """

    name: str
    content: JsonObject

    def need(self, key: str, narrow: Callable[[object], T | None]) -> T:
        """Return the value; raise `BrokerError` where it is missing or not what it should be."""
        value = narrow(self.content.get(key))
        if value is None:
            raise BrokerError(f"{self.name} has no usable {key}", where="Alpaca's answer", remedy=UPDATE)
        return value

    def take(self, key: str, narrow: Callable[[object], T | None]) -> T | None:
        """Return the value; None where it is missing or not what it should be."""
        return narrow(self.content.get(key))


def fields_of(name: str, value: object) -> Fields:
    """Return the object; raise `BrokerError` where the value is none."""
    content = object_of(value)
    if content is None:
        raise BrokerError(f"{name} is not a JSON object", where="Alpaca's answer", remedy=UPDATE)
    return Fields(name, content)


def items_of(name: str, value: object) -> Iterator[object]:
    """Yield the items of a list; raise `BrokerError` where the value is none."""
    if not isinstance(value, list):
        raise BrokerError(f"{name} is not a list", where="Alpaca's answer", remedy=UPDATE)
    yield from value
