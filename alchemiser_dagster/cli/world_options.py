"""How a person says what a world begins with: a time, an amount, shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import click
from pydantic import TypeAdapter, ValidationError

from alchemiser_dagster.records.values import Symbol

SYMBOL: TypeAdapter[Symbol] = TypeAdapter(Symbol)


def moment_of(_context: click.Context, _option: click.Parameter, given: str | None) -> datetime | date | None:
    """Return an instant or a day."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise click.BadParameter(f"{given!r} is no time such as 2024-11-27T20:45:00Z") from error
    if len(given) == len("2024-11-27"):
        return moment.date()
    if moment.tzinfo is None:
        raise click.BadParameter("say in which zone: 2024-11-27T15:45-05:00, or 2024-11-27T20:45Z")
    return moment


def dollars_of(_context: click.Context, _option: click.Parameter, given: str | None) -> Decimal | None:
    """Return an amount of money."""
    return None if given is None else _number(given, "100000")


def holdings_of(
    _context: click.Context, _option: click.Parameter, given: Iterable[str]
) -> Mapping[Symbol, Decimal]:
    """Return shares by symbol."""
    return dict(_holding(text) for text in given)


def _holding(text: str) -> tuple[Symbol, Decimal]:
    symbol, _, quantity = text.partition("=")
    try:
        return SYMBOL.validate_python(symbol), _number(quantity, "SPY=10")
    except ValidationError as error:
        raise click.BadParameter(f"{text!r} is no holding such as SPY=10") from error


def _number(text: str, example: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise click.BadParameter(f"{text!r} is no number: write it as in {example}") from error
    if not number.is_finite() or number < 0:
        raise click.BadParameter(f"{text} must be 0 or more")
    return number
