"""The closes that symphonies are evaluated on, from the configured market data or a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.needs import needed_symbols
from alchemiser_dagster.symphony import Symphony


def strategy_closes(desk: TradingDesk, symphonies: Sequence[Symphony], last: datetime | None) -> pd.DataFrame:
    """Return adjusted closes, sessions × symbols, through a session or the last complete one.

    Raises
    ------
    DataError
        Where there are no bars at all for some symbol.
    """
    symbols = needed_symbols((symphony.symbols for symphony in symphonies), ())
    complete = desk.calendar.last_complete(desk.wall_clock.now())
    through = min(last.date(), complete) if last else complete
    bars = desk.history_source.daily_bars(symbols, desk.history_start, through)
    missing = sorted(set(symbols) - set(bars["symbol"]))
    if missing:
        raise DataError(
            f"no bars for {', '.join(missing)}",
            where=f"{desk.bar_source.name}, {desk.history_start} to {through}",
            remedy="Name a file that has them with --bars, or another range of sessions",
        )
    return bars.pivot_table(index="session", columns="symbol", values="close").reindex(columns=list(symbols))
