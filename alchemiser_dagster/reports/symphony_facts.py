"""What a symphony is made of, as tables."""

from __future__ import annotations

from itertools import groupby

from alchemiser_dagster.reports.table import Table
from alchemiser_dagster.symphony.outline.facts import Facts, IndicatorUse
from alchemiser_dagster.symphony.outline.one_line import shortened
from alchemiser_dagster.symphony.syntax.numerals import number_text

DIGEST_DIGITS = 12
WIDEST_SYMBOLS = 1_000


def facts_line(facts: Facts) -> str:
    """Return name, size and history needed in one line."""
    return (
        f"{shortened(facts.name)}: {counted(facts.forms, 'form')}, "
        f"{counted(len(facts.held) + len(facts.only_read), 'symbol')}, "
        f"{counted(facts.warm_up, 'session')} of history"
    )


def facts_table(facts: Facts) -> Table:
    """Show sizes, history, the rebalance rule and the symbols."""
    rows = (
        ("trades", facts.rebalance),
        ("history needed", counted(facts.warm_up, "session")),
        ("forms", f"{facts.forms:,}, {counted(facts.depth, 'block')} deep"),
        ("price paths of blocks", counted(facts.path_levels, "level") if facts.path_levels else "none"),
        (f"may hold ({len(facts.held)})", _symbols(facts.held)),
        (f"only looks at ({len(facts.only_read)})", _symbols(facts.only_read)),
        ("digest of its meaning", facts.digest[:DIGEST_DIGITS]),
    )
    return Table(shortened(facts.name), ("fact", "value"), rows)


def kinds_table(facts: Facts) -> Table:
    """Show how often each kind of form occurs, and how many of those differ in meaning."""
    rows = tuple((kind.kind, f"{kind.count:,}", f"{kind.distinct:,}") for kind in facts.kinds)
    return Table("Forms", ("kind", "count", "distinct"), rows, frozenset({1, 2}))


def indicators_table(facts: Facts) -> Table:
    """Show one line an indicator: its windows, and how often it is read and scores."""
    by_name = groupby(facts.indicators, key=lambda use: use.indicator.name)
    return Table(
        "Indicators: how often conditions read them, of how many symbols; how often they score",
        ("indicator", "windows", "conditions", "symbols", "assets scored", "blocks scored"),
        tuple(_indicator_row(name, list(uses)) for name, uses in by_name),
        frozenset({2, 3, 4, 5}),
    )


def counted(number: int, thing: str, things: str | None = None) -> str:
    """Return "1 form" or "2 forms"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {things or thing + 's'}"


def _symbols(symbols: tuple[str, ...]) -> str:
    return shortened(", ".join(symbols), WIDEST_SYMBOLS) or "–"


def _indicator_row(name: str, uses: list[IndicatorUse]) -> tuple[str, ...]:
    windows = ", ".join("/".join(map(number_text, use.indicator.parameters)) for use in uses)
    symbols = {symbol for use in uses for symbol in use.readings}
    counts = (
        sum(sum(use.readings.values()) for use in uses),
        len(symbols),
        sum(sum(use.asset_scores.values()) for use in uses),
        sum(use.path_scores for use in uses),
    )
    return (name, windows or "–", *(f"{count:,}" if count else "–" for count in counts))
