from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bars import CALENDAR, AskedSource, after_close_of, csv_source, walk

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.fetch_plan import BarsRequest
from alchemiser_dagster.market_data.simulated.market import SimulatedMarket
from alchemiser_dagster.market_data.update import SymbolSpan, TableUpdate, bring_up_to_date

START = date(2024, 9, 3)
SESSIONS = CALENDAR.between(START, date(2024, 11, 29))
EVE, DAY = SESSIONS[-2:]
Closes = Mapping[str, Mapping[date, float]]


class Desk:
    """A table, and a file that plays the source."""

    def __init__(self, folder: Path) -> None:
        self.table = BarTable(str(folder / "table"))
        self.path = folder / "bars.csv"

    def update(self, closes: Closes, through: date = DAY, start: date = START, **wishes: int) -> TableUpdate:
        self.source = AskedSource(csv_source(self.path, closes, sealed=through))
        return bring_up_to_date(self.table, self.source, BarsRequest(tuple(closes), start, through, **wishes))

    def closes(self, symbol: str) -> dict[date, float]:
        found = self.table.closes([symbol], date(1990, 1, 1), date(2030, 1, 1))[symbol].dropna()
        return dict(zip(found.index.date, found, strict=True))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def two_symbols() -> dict[str, dict[date, float]]:
    return {"AAA": walk(SESSIONS), "BBB": walk(SESSIONS, 50.0, -0.001)}


def test_a_new_table_gets_the_whole_history(desk: Desk) -> None:
    update = desk.update(two_symbols())
    assert update.rows_written == 2 * len(SESSIONS)
    assert update.restatements == ()
    assert update.spans == (SymbolSpan("AAA", START, DAY), SymbolSpan("BBB", START, DAY))
    assert desk.closes("AAA") == walk(SESSIONS)


def test_the_next_session_asks_for_the_tail_alone_in_one_question(desk: Desk) -> None:
    desk.update(two_symbols(), through=EVE)
    update = desk.update(two_symbols())
    assert update.rows_written == 2
    assert desk.source.asked == [(("AAA", "BBB"), SESSIONS[-6], DAY)]


def test_the_same_update_twice_changes_nothing(desk: Desk) -> None:
    first = desk.update(two_symbols())
    again = desk.update(two_symbols())
    assert (again.version, again.rows_written) == (first.version, 0)


def test_history_before_a_late_listing_is_asked_for_once(desk: Desk) -> None:
    closes = {"AAA": walk(SESSIONS), "NEW": walk(SESSIONS[20:])}
    desk.update(closes, through=EVE)
    desk.update(closes)
    assert [first for _, first, _ in desk.source.asked] == [SESSIONS[-6]]


def test_an_earlier_start_asks_for_the_days_before(desk: Desk) -> None:
    desk.update(two_symbols(), start=SESSIONS[30])
    desk.update(two_symbols())
    ranges = [(first, last) for _, first, last in desk.source.asked]
    assert (START, SESSIONS[30] - (date(2024, 1, 2) - date(2024, 1, 1))) in ranges
    assert desk.closes("AAA") == walk(SESSIONS)


def test_a_symbol_that_joins_later_gets_its_whole_history(desk: Desk) -> None:
    desk.update({"AAA": walk(SESSIONS)})
    desk.update(two_symbols())
    assert desk.closes("BBB") == two_symbols()["BBB"]
    assert (("BBB",), START, DAY) in desk.source.asked


def test_restated_history_is_fetched_whole_replaced_and_recorded(desk: Desk) -> None:
    before = desk.update(two_symbols(), through=EVE)
    halved = {session: close / 2 for session, close in walk(SESSIONS).items()}
    update = desk.update({**two_symbols(), "AAA": halved})
    (restated,) = update.restatements
    assert (restated.symbol, restated.sessions_changed) == ("AAA", len(SESSIONS) - 1)
    assert restated.largest_change == pytest.approx(0.5)
    assert desk.closes("AAA") == halved
    old = desk.table.closes(["AAA"], START, DAY, before.version)["AAA"]
    assert old.tolist() == pytest.approx(list(walk(SESSIONS[:-1]).values()))


@pytest.mark.parametrize(("change", "is_restatement"), [(5e-7, False), (2e-6, True)])
def test_a_change_is_a_restatement_from_a_millionth_on(
    desk: Desk,
    change: float,
    is_restatement: bool,  # noqa: FBT001
) -> None:
    desk.update(two_symbols(), through=EVE)
    changed = {session: close * (1 + change) for session, close in walk(SESSIONS).items()}
    assert bool(desk.update({**two_symbols(), "AAA": changed}).restatements) is is_restatement


def test_an_overlap_as_long_as_the_history_notices_a_change_long_ago(desk: Desk) -> None:
    desk.update(two_symbols())
    corrected = walk(SESSIONS) | {SESSIONS[3]: 101.0}
    assert desk.update({**two_symbols(), "AAA": corrected}).restatements == ()
    (restated,) = desk.update({**two_symbols(), "AAA": corrected}, overlap=10_000).restatements
    assert (restated.symbol, restated.sessions_changed) == ("AAA", 1)
    assert desk.closes("AAA") == corrected


def test_another_source_replaces_every_bar_of_a_symbol(desk: Desk) -> None:
    market = SimulatedMarket(7, CALENDAR, after_close_of(DAY))
    longer = BarsRequest(("AAA", "BBB"), date(2024, 6, 3), DAY)
    bring_up_to_date(desk.table, market, longer)
    update = desk.update({"AAA": walk(SESSIONS)})
    assert [restated.symbol for restated in update.restatements] == ["AAA"]
    assert desk.closes("AAA") == walk(SESSIONS)
    sources = desk.table.bars(["AAA", "BBB"], date(2024, 1, 1), DAY).groupby("symbol")["source"].unique()
    assert {symbol: list(names) for symbol, names in sources.items()} == {
        "AAA": [desk.source.name],
        "BBB": ["simulated:7"],
    }


def test_another_source_replaces_bars_that_are_equal_too(desk: Desk) -> None:
    desk.update(two_symbols())
    desk.path = desk.path.with_name("copy.csv")
    update = desk.update({"AAA": walk(SESSIONS)})
    assert [(restated.symbol, restated.sessions_changed) for restated in update.restatements] == [("AAA", 0)]
    assert desk.table.holdings(["AAA"])["AAA"].sources == {desk.source.name}


def test_an_older_session_after_a_newer_one_changes_nothing(desk: Desk) -> None:
    newer = desk.update(two_symbols())
    older = desk.update(two_symbols(), through=SESSIONS[-10])
    assert (older.version, older.rows_written) == (newer.version, 0)
    assert older.spans[0].last == SESSIONS[-10]
    assert desk.closes("AAA") == walk(SESSIONS)


def test_a_gap_between_two_updates_is_filled_by_the_next(desk: Desk) -> None:
    desk.update(two_symbols(), start=SESSIONS[40])
    assert desk.update(two_symbols(), through=SESSIONS[20]).rows_written == 2 * 21
    assert desk.update(two_symbols(), through=SESSIONS[20]).rows_written == 0
    desk.update(two_symbols())
    assert desk.closes("AAA") == walk(SESSIONS)


def test_a_hole_that_the_source_fills_within_the_overlap_is_filled(desk: Desk) -> None:
    holed = {session: close for session, close in walk(SESSIONS).items() if session != SESSIONS[-3]}
    desk.update({"AAA": holed}, through=EVE)
    desk.update({"AAA": walk(SESSIONS)})
    assert desk.closes("AAA") == walk(SESSIONS)


def test_a_symbol_without_bars_is_named_and_nothing_is_written(desk: Desk) -> None:
    desk.update({"AAA": walk(SESSIONS[:-1])}, through=EVE)
    version = desk.table.version()
    with pytest.raises(DataError, match=r"no bar of NONE, ZERO between 2024-09-03 and 2024-11-29") as caught:
        desk.update({"AAA": walk(SESSIONS), "NONE": {}, "ZERO": {}})
    assert caught.value.where == desk.source.name
    assert desk.table.version() == version
    assert desk.table.coverage.of(["NONE"]) == {}


def test_bars_that_are_not_adjusted_for_a_split_are_refused(desk: Desk) -> None:
    desk.update(two_symbols(), through=EVE)
    version = desk.table.version()
    split = walk(SESSIONS) | {DAY: walk(SESSIONS)[DAY] / 4}
    with pytest.raises(DataError, match=r"AAA on 2024-11-29: close is 0\.25"):
        desk.update({**two_symbols(), "AAA": split})
    assert desk.table.version() == version
    request = BarsRequest(("AAA", "BBB"), START, DAY, accepted_jumps=(("AAA", DAY),))
    assert bring_up_to_date(desk.table, desk.source, request).rows_written == 2


def test_malformed_bars_are_refused_and_nothing_is_written(desk: Desk) -> None:
    with pytest.raises(DataError, match="AAA on 2024-11-29 has close -1"):
        desk.update({"AAA": walk(SESSIONS) | {DAY: -1.0}})
    assert desk.table.version() is None


def test_a_source_that_answers_something_else_is_refused(desk: Desk) -> None:
    class Stray(AskedSource):
        def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
            return self.inner.daily_bars([*symbols, "AAA"], first, last)

    stray = Stray(csv_source(desk.path, two_symbols(), sealed=DAY))
    with pytest.raises(DataError, match="not asked for: AAA"):
        bring_up_to_date(desk.table, stray, BarsRequest(("BBB",), START, DAY))
    assert desk.table.version() is None


def test_a_crash_before_the_coverage_is_written_loses_nothing(desk: Desk) -> None:
    closes = {"NEW": walk(SESSIONS[20:])}
    source = csv_source(desk.path, closes, sealed=DAY)
    desk.table.write(source.daily_bars(["NEW"], START, DAY))
    update = desk.update(closes)
    assert update.rows_written == 0
    assert len(desk.source.asked) == 2
    desk.update(closes)
    assert len(desk.source.asked) == 1


@settings(max_examples=6, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 45), st.sampled_from([("AAA",), ("AAA", "BBB")])),
        min_size=1,
        max_size=3,
    )
)
def test_any_order_of_updates_ends_in_what_the_source_has(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, tuple[str, ...]]]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    for start, length, symbols in steps:
        through = SESSIONS[min(start + length, len(SESSIONS) - 1)]
        desk.update({symbol: two_symbols()[symbol] for symbol in symbols}, through, SESSIONS[start])
        update = desk.update({symbol: two_symbols()[symbol] for symbol in symbols}, through, SESSIONS[start])
        assert update.rows_written == 0
        assert update.restatements == ()
    desk.update(two_symbols())
    assert {symbol: desk.closes(symbol) for symbol in two_symbols()} == two_symbols()
