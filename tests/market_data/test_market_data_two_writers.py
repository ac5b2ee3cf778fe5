"""Two updates of one bar table at once: neither takes the other's half-written state for the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from support.bars import CALENDAR, csv_source, walk

from alchemiser_dagster.market_data.bar_reading import Holding
from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.fetch_plan import BarsRequest
from alchemiser_dagster.market_data.source import BarSource
from alchemiser_dagster.market_data.update import bring_up_to_date

FIRST, LAST = date(2024, 11, 1), date(2024, 11, 25)
SESSIONS = CALENDAR.between(FIRST, LAST)
REQUEST = BarsRequest(("AAA", "BBB"), FIRST, LAST)


class OvertakenTable(BarTable):
    """A table that another process fills while this one reads what it holds."""

    def __init__(self, location: str, source: BarSource) -> None:
        super().__init__(location)
        self._source = source

    def holdings(self, symbols: Sequence[str], version: int | None = None) -> Mapping[str, Holding]:
        bring_up_to_date(BarTable(self.location.removesuffix("/bars")), self._source, REQUEST)
        return super().holdings(symbols, version)


def test_an_update_that_is_overtaken_while_it_reads_ends_with_all_bars(tmp_path: Path) -> None:
    #
    closes = {symbol: walk(SESSIONS) for symbol in REQUEST.symbols}
    source = csv_source(tmp_path / "bars.csv", closes, LAST)
    table = OvertakenTable(str(tmp_path / "table"), source)
    update = bring_up_to_date(table, source, REQUEST)
    assert [(span.first, span.last) for span in update.spans] == [(SESSIONS[0], LAST)] * 2
    assert table.closes(REQUEST.symbols, FIRST, LAST).notna().all(axis=None)
