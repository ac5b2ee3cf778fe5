"""The bars that the decision was made of: old, restated or suspicious (R-35, R-36)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from alchemiser_dagster.records.sanity import SanityFinding, SanityKind
from alchemiser_dagster.risk.sanity.facts import DecisionFacts, SuspiciousBar
from alchemiser_dagster.risk.sanity.wording import in_percent, severity_of
from alchemiser_dagster.settings.sanity import SanitySettings

SECONDS = 60


def stale_prices(facts: DecisionFacts, settings: SanitySettings) -> Iterator[SanityFinding]:
    """Yield a finding for each input whose provisional price was old when it was read."""
    data, oldest = facts.bars.data, timedelta(minutes=settings.oldest_price_minutes)
    if data is None:
        return
    for price in data.provisional_prices:
        age = data.envelope.created_at - price.observed_at
        if price.symbol in facts.bars.symbols and age > oldest:
            minutes = int(age.total_seconds() // SECONDS)
            yield SanityFinding(
                kind=SanityKind.STALE_PRICE,
                severity=severity_of(SanityKind.STALE_PRICE, settings),
                symbol=price.symbol,
                message=f"the price of {price.symbol} was {minutes} minutes old when it was decided on",
                observed=f"{minutes} minutes",
                limit=f"at most {settings.oldest_price_minutes} minutes",
            )


def restatements(facts: DecisionFacts, settings: SanitySettings) -> Iterator[SanityFinding]:
    """Yield a finding for each input whose past closes changed by more than a dividend would explain."""
    largest: dict[str, Decimal] = {}
    for restated in facts.bars.restated:
        change = Decimal(repr(restated.largest_change))
        largest[restated.symbol] = max(change, largest.get(restated.symbol, Decimal(0)))
    for symbol, change in sorted(largest.items()):
        if symbol in facts.bars.symbols and change > settings.restated_change:
            yield SanityFinding(
                kind=SanityKind.RESTATED,
                severity=severity_of(SanityKind.RESTATED, settings),
                symbol=symbol,
                message=f"past closes of {symbol} were restated by up to {in_percent(change)}",
                observed=in_percent(change),
                limit=f"at most {in_percent(settings.restated_change)}",
            )


def suspicious_bars(facts: DecisionFacts, settings: SanitySettings) -> Iterator[SanityFinding]:
    """Yield a finding for each input of which a recent bar moved far beyond its usual."""
    newest: dict[str, SuspiciousBar] = {}
    for bar in facts.bars.suspicious:
        if bar.symbol in facts.bars.symbols:
            newest[bar.symbol] = max(bar, newest.get(bar.symbol, bar), key=lambda found: found.session)
    for symbol, bar in sorted(newest.items()):
        yield SanityFinding(
            kind=SanityKind.SUSPICIOUS_BAR,
            severity=severity_of(SanityKind.SUSPICIOUS_BAR, settings),
            symbol=symbol,
            message=f"{symbol}, session {bar.session}: {bar.message}",
            observed=bar.message,
            limit=f"no such move in the last {settings.suspicious_sessions} sessions",
        )
