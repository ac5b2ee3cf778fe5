"""Symbols that the account has never traded."""

from __future__ import annotations

from collections.abc import Iterator

from alchemiser_dagster.records.sanity import SanityFinding, SanityKind
from alchemiser_dagster.risk.sanity.facts import DecisionFacts
from alchemiser_dagster.risk.sanity.wording import severity_of
from alchemiser_dagster.settings.sanity import SanitySettings


def new_symbols(facts: DecisionFacts, settings: SanitySettings) -> Iterator[SanityFinding]:
    """Yield a finding for each symbol that is bought for the first time.

    To an account that never traded everything is new: that is told once, and never blocks.
    """
    wanted = [line for line in facts.comparison.lines if line.target_value > 0 and not line.quantity_held]
    unknown = [line.symbol for line in wanted if line.symbol not in facts.past.traded]
    if unknown and not facts.past.traded:
        yield _finding(settings, None, f"the account's first trades: {', '.join(unknown)}")
        return
    for symbol in unknown:
        yield _finding(settings, symbol, f"the account has never traded {symbol}")


def _finding(settings: SanitySettings, symbol: str | None, message: str) -> SanityFinding:
    return SanityFinding(
        kind=SanityKind.NEW_SYMBOL,
        severity=severity_of(SanityKind.NEW_SYMBOL, settings, may_block=symbol is not None),
        symbol=symbol,
        message=message,
        observed="no trade",
        limit="traded before",
    )
