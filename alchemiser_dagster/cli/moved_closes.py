"""What if: `--move SYMBOL=PERCENT` changes a symbol's last close, and all before it stays as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping

import click
import pandas as pd

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.symphony.syntax.source import MeaningError
from alchemiser_dagster.symphony.syntax.symbols import canonical_symbol

MOVE = re.compile(r"(?P<symbol>[^=]+)=(?P<percent>[+-]?[0-9]*\.?[0-9]+)%?")


def checked_moves(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, float]:
    """Return each symbol with its move as a fraction of the close; refuse what is no move."""
    return dict(map(_move, given))


def _move(given: str) -> tuple[str, float]:
    found = MOVE.fullmatch(given)
    if not found:
        raise click.BadParameter(f"{given[:40]!r} is no move: write SYMBOL=PERCENT, for instance QQQ=-2.1")
    percent = float(found["percent"])
    if percent <= -100:  # noqa: PLR2004
        raise click.BadParameter(f"{given[:40]!r} leaves no price: a close falls by less than 100 %")
    try:
        return canonical_symbol(found["symbol"]), percent / 100
    except MeaningError as error:
        raise click.BadParameter(error.what) from None


def moved_last(closes: pd.DataFrame, moves: Mapping[str, float]) -> pd.DataFrame:
    """Return the last session's closes, a frame of one row, each moved by its fraction.

    Raises
    ------
    DataError
        Where a symbol is none of the strategy's, or has no close on that session.
    """
    last = closes.iloc[-1:].copy()
    for symbol, fraction in moves.items():
        if symbol not in last.columns or last[symbol].isna().any():
            raise DataError(
                f"{symbol} has no close that could be moved",
                where=f"session {closes.index[-1].date()}",
                remedy=f"Symbols with a close: {', '.join(last.columns[last.notna().iloc[0]])}",
            )
        last[symbol] *= 1 + fraction
    return last


def moves_text(moves: Mapping[str, float]) -> str:
    """Return the moves in words."""
    return " and ".join(
        f"{symbol} had closed {abs(fraction) * 100:g} % {'lower' if fraction < 0 else 'higher'}"
        for symbol, fraction in moves.items()
    )
