"""Which symbols the day needs: derived, never listed by hand."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain


def needed_symbols(strategy_symbols: Iterable[Iterable[str]], held: Iterable[str]) -> tuple[str, ...]:
    """Return every symbol that a strategy reads or the account holds, sorted, each once."""
    return tuple(sorted({*chain.from_iterable(strategy_symbols), *held}))
