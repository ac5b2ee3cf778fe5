"""Column types that keep what they are given: decimals to the last digit, instants in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import DateTime, Dialect, Numeric, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from alchemiser_dagster.errors import StorageError

PRECISION, SCALE = 38, 18


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal: NUMERIC where the database has it, text in SQLite, which has only binary floats (R-10)."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type for the database at hand."""
        kind = String(64) if dialect.name == "sqlite" else Numeric(PRECISION, SCALE, asdecimal=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | Decimal | None:
        """Write the decimal's digits, never in exponent notation."""
        if value is None or dialect.name != "sqlite":
            return value
        return format(value, "f")

    def process_result_value(self, value: str | Decimal | None, dialect: Dialect) -> Decimal | None:
        """Read the digits back; raise `StorageError` where they are no number."""
        if value is None:
            return None
        try:
            return Decimal(value)
        except InvalidOperation as error:
            raise StorageError(f"{value!r} is not a decimal number", where=dialect.name) from error


class UtcInstant(TypeDecorator[datetime]):
    """An instant, kept in UTC; a naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn the instant into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise StorageError(f"the instant {value} has no time zone", where=dialect.name)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant its zone back where the database forgot it."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
