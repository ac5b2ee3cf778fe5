"""Numbers, instants and ids as Alpaca writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.look_alike.errors import missing
from alchemiser_dagster.sessions import NEW_YORK


def number_text(value: Decimal) -> str:
    """Return a number without exponent and without zeros that say nothing."""
    return f"{value.normalize():f}" if value else "0"


def optional_number(value: Decimal | None) -> str | None:
    """Return a number's text, or None."""
    return None if value is None else number_text(value)


def instant_text(at: datetime) -> str:
    """Return an instant in UTC, to the nanosecond, as RFC 3339 has it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z"


def optional_instant(at: datetime | None) -> str | None:
    """Return an instant's text, or None."""
    return None if at is None else instant_text(at)


def local_text(at: datetime) -> str:
    """Return an instant with New York's offset, to the nanosecond."""
    local = at.astimezone(NEW_YORK)
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%dT%H:%M:%S.%f}000{offset[:3]}:{offset[3:]}"


def wire_id(kept: str) -> str:
    """Return one of our ids of 32 hexadecimal digits as a UUID."""
    return str(UUID(hex=kept))


def optional_id(kept: str | None) -> str | None:
    """Return an id as a UUID, or None."""
    return None if kept is None else wire_id(kept)


def kept_id(wire: str) -> str:
    """Return a UUID as one of our ids; raise the answer 404 where it is none."""
    try:
        return UUID(wire).hex
    except ValueError as error:
        raise missing(f"order not found for {wire}") from error


def asset_id(symbol: str) -> str:
    """Return the id of a symbol's asset."""
    return wire_id(derived_id("asset", symbol))


def account_id(account: str) -> str:
    """Return the id of an account."""
    return wire_id(derived_id("account", account))


def short_instant_text(at: datetime) -> str:
    """Return an instant of whole seconds in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
