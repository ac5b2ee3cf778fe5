"""JSON as it comes off the wire: numbers with a point are decimals, and every value has to be narrowed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

JsonObject: TypeAlias = Mapping[str, object]

SYMBOL: Final = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,31}")
MOST_DIGITS: Final = 60


def json_of(body: bytes) -> object:
    """Return what the bytes mean; raise `ValueError` where they are no JSON."""
    try:
        value: object = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def object_of(value: object) -> JsonObject | None:
    """Return the value where it is a JSON object."""
    return value if isinstance(value, dict) else None


def text_of(value: object) -> str | None:
    """Return the value where it is a text that is not empty."""
    return value if isinstance(value, str) and value else None


def flag_of(value: object) -> bool | None:
    """Return the value where it is true or false."""
    return value if isinstance(value, bool) else None


def symbol_of(value: object) -> str | None:
    """Return the value where it can be a symbol."""
    return value if isinstance(value, str) and SYMBOL.fullmatch(value) else None


def decimal_of(value: object) -> Decimal | None:
    """Return the number, whether it comes as a text or as a number; None where it is none, or not finite."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or len(str(value)) > MOST_DIGITS:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS else None


def price_of(value: object) -> Decimal | None:
    """Return the number where it is above 0."""
    number = decimal_of(value)
    return number if number is not None and number > 0 else None


def quantity_of(value: object) -> Decimal | None:
    """Return the number where it is 0 or more."""
    number = decimal_of(value)
    return number if number is not None and number >= 0 else None


def instant_of(value: object) -> datetime | None:
    """Return the instant where the value is one with an offset from UTC, cut off to microseconds."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")
