"""What a story is gathered from: the ledger, and the folder in which files are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.ledger.run_book import RunBook
from alchemiser_dagster.ledger.run_ends import RunEnds
from alchemiser_dagster.records.values import Mode

if TYPE_CHECKING:
    from alchemiser_dagster.market_data.bar_table import BarTable


@dataclass(frozen=True)
class StoryBooks:
    """The books of one account.

    Parameters
    ----------
    data_dir
        Where requests, texts of strategies and daily reports are kept.
    open_bars
        Opens the table of bars; called only where bars are needed.
    ui_url
        Where the UI of the runs is served; None where nobody says.
    """

    database: Database
    account: str
    mode: Mode
    data_dir: Path
    open_bars: Callable[[], BarTable]
    ui_url: str | None = None

    @cached_property
    def journal(self) -> Journal:
        """The journal of records."""
        return Journal(self.database)

    @cached_property
    def orders(self) -> OrderBook:
        """Orders and their events."""
        return OrderBook(self.database)

    @cached_property
    def fills(self) -> FillBook:
        """Shares that changed hands."""
        return FillBook(self.database)

    @cached_property
    def executions(self) -> ExecutionBook:
        """Which plans were begun and ended."""
        return ExecutionBook(self.database)

    @cached_property
    def runs(self) -> RunBook:
        """Runs and their steps."""
        return RunBook(self.database)

    @cached_property
    def ends(self) -> RunEnds:
        """How trading runs ended."""
        return RunEnds(self.database)
