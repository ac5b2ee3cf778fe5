"""Reading all pages of an answer of bars, and no endless row of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from alchemiser_dagster.broker.alpaca.payload import JsonObject, object_of
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.alpaca.data_reader import DataReader

BARS_PATH = "/stocks/bars"
ROWS_PER_PAGE = 10_000
_SPARE_PAGES = 10

Rows: TypeAlias = Mapping[str, list[JsonObject]]
"""Bars as they were sent, by symbol as Alpaca spells it."""


def most_pages(symbols: int, sessions: int) -> int:
    """Return how many pages an honest answer can have, even where each symbol begins one of its own."""
    return 2 * (symbols * sessions // ROWS_PER_PAGE) + symbols + _SPARE_PAGES


def read_rows(reader: DataReader, question: Mapping[str, str], pages: int) -> Rows:
    """Return the bars of all pages.

    Parameters
    ----------
    reader
        The connection.
    question
        The parameters of the first page.
    pages
        The most pages that are read.

    Raises
    ------
    DataError
        An answer is no page of bars, or the pages don't end.
    BrokerError
        There is no answer.
    """
    rows: dict[str, list[JsonObject]] = defaultdict(list)
    turning: dict[str, str] = {}
    for _ in range(pages):
        page = object_of(reader.get(BARS_PATH, {**question, **turning}))
        if page is None or "bars" not in page:
            raise _malformed("the answer holds no bars")
        for symbol, sent in _bars_of(page["bars"]):
            rows[symbol].extend(sent)
        token = page.get("next_page_token")
        if not token:
            return rows
        if token == turning.get("page_token"):
            raise _malformed("the pages don't end: a page names itself as the next one")
        turning = {"page_token": str(token)}
    raise _malformed(f"the pages don't end: {pages} were read, and there is one more")


def _bars_of(bars: object) -> Iterator[tuple[str, list[JsonObject]]]:
    """Yield each symbol with its bars; null stands for none."""
    by_symbol = object_of({} if bars is None else bars)
    if by_symbol is None:
        raise _malformed("the answer's bars are not arranged by symbol")
    for symbol, sent in by_symbol.items():
        if sent is None:
            continue
        if not isinstance(sent, list) or not all(isinstance(row, dict) for row in sent):
            raise _malformed(f"the answer's bars of {symbol} are no list of bars")
        yield symbol, sent


def _malformed(what: str) -> DataError:
    return DataError(
        what, where=f"Alpaca {BARS_PATH}", remedy="Ask again later; nothing of the answer was stored"
    )
