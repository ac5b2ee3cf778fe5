"""Symbols as Alpaca writes them: a class of shares follows a point, as in BRK.B."""

from __future__ import annotations


def to_alpaca(symbol: str) -> str:
    """Return the symbol as Alpaca writes it."""
    return symbol.replace("/", ".")
