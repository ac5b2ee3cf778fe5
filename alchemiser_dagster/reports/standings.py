"""The table of what each strategy holds and has earned."""

from __future__ import annotations

from collections.abc import Sequence

from alchemiser_dagster.ledger.lots import StrategyStanding
from alchemiser_dagster.reports.table import Table, money


def standings_table(standings: Sequence[StrategyStanding]) -> Table:
    """Show, for each strategy, what its lots cost and what its sales earned, in dollars."""
    rows = tuple(
        (one.strategy, ", ".join(one.symbols) or "–", money(one.cost), money(one.realised))
        for one in standings
    )
    return Table("Lots by strategy", ("strategy", "holds", "at cost", "realised"), rows, frozenset({2, 3}))
