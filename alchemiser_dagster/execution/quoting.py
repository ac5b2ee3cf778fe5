"""Quotes that can price lines: one that can't is asked for again, for it may be a moment's only (R-30)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.execution.patience import Patience
from alchemiser_dagster.execution.pricing import objection_to
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Symbol


def quotes_of(symbols: Iterable[Symbol], environment: ExecutionEnvironment) -> dict[Symbol, Quote]:
    """Return the quotes of this moment; a symbol without one is absent."""
    asked = tuple(symbols)
    return {quote.symbol: quote for quote in environment.broker.quotes(asked)} if asked else {}


def settled_quotes(lines: Sequence[PlanLine], environment: ExecutionEnvironment) -> dict[Symbol, Quote]:
    """Return a quote for each line, asked for again while it can't price the line and patience lasts."""
    rules, clock = environment.rules, environment.clock
    patience = Patience(clock, rules, rules.quote_seconds, None)
    quotes = quotes_of((line.symbol for line in lines), environment)
    unpriced = _unpriced(lines, quotes, environment)
    while unpriced and patience.pause():
        quotes |= quotes_of((line.symbol for line in unpriced), environment)
        unpriced = _unpriced(unpriced, quotes, environment)
    return quotes


def _unpriced(
    lines: Iterable[PlanLine], quotes: dict[Symbol, Quote], environment: ExecutionEnvironment
) -> tuple[PlanLine, ...]:
    now, rules = environment.clock.now(), environment.rules
    return tuple(
        line for line in lines if objection_to(quotes.get(line.symbol), line, now, rules) is not None
    )
