"""How fast ten years of daily bars come from a server that speaks Alpaca's protocol into a frame.

The server lies on the loopback interface and has its pages ready: what is measured is the work of the client.
The rival is alpaca-py as its makers show it: `get_stock_bars(...).df`.
"""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
from machine import machine
from measuring import Measured, warm_in_turns
from pydantic import SecretStr
from tables import seconds, table

from alchemiser_dagster.broker.alpaca.connection import connect
from alchemiser_dagster.broker.alpaca.payload import json_of, object_of
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.market_data.alpaca.pages import BARS_PATH, ROWS_PER_PAGE, read_rows
from alchemiser_dagster.market_data.alpaca.rows import RowReader
from alchemiser_dagster.market_data.alpaca.source import AlpacaBars
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.settings.choices import DataFeed
from alchemiser_dagster.settings.sections import AlpacaSettings

SYMBOLS, SESSIONS, RUNS = 60, 2_520, 7
LAST = date(2024, 11, 29)
MIDNIGHT = "T05:00:00Z"
CALENDAR = TradingCalendar()
CLOCK = StandingClock(datetime(2024, 12, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Offer:
    """What the server has: all pages, encoded, and what is asked for."""

    pages: tuple[bytes, ...]
    symbols: tuple[str, ...]
    first: date

    def get(self, _path: str, query: dict[str, str], /) -> object:
        """Answer a question without a network."""
        return json_of(self.pages[int(query.get("page_token", "0"))])


def offer(symbols: int, sessions: int) -> Offer:
    """Return random bars, the last of them of the last session."""
    chance = np.random.default_rng(7)
    days = CALENDAR.between(date(1990, 1, 2), LAST)[-sessions:]
    names = tuple(f"S{number:03}" for number in range(symbols))
    numbers = chance.uniform(5, 900, (symbols, sessions, 5)).round(4)
    rows = [
        (name, _row(day, numbers[number, place].tolist()))
        for number, name in enumerate(names)
        for place, day in enumerate(days)
    ]
    starts = range(0, len(rows), ROWS_PER_PAGE)
    return Offer(tuple(_page(rows, start) for start in starts), names, days[0])


def _row(day: date, numbers: list[float]) -> dict[str, object]:
    prices = dict(zip(("o", "h", "l", "c", "vw"), numbers, strict=True))
    return {"t": f"{day}{MIDNIGHT}", **prices, "v": int(numbers[0] * 1e4), "n": int(numbers[1])}


def _page(rows: list[tuple[str, dict[str, object]]], start: int) -> bytes:
    bars: dict[str, list[dict[str, object]]] = {}
    for name, row in rows[start : start + ROWS_PER_PAGE]:
        bars.setdefault(name, []).append(row)
    is_last = start + ROWS_PER_PAGE >= len(rows)
    token = None if is_last else str(start // ROWS_PER_PAGE + 1)
    return json.dumps({"bars": bars, "next_page_token": token}).encode()


@contextmanager
def served(offered: Offer) -> Iterator[str]:
    """Serve the pages at the address that is yielded."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query).get("page_token", ["0"])
            page = offered.pages[int(asked[0])]
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def ours(address: str, offered: Offer) -> pd.DataFrame:
    """Ask as the pipeline does: over the guarded wire, checked, into the frame of bars."""
    keys = AlpacaSettings(base_url=address, key_id=SecretStr("key"), secret_key=SecretStr("secret"))
    connection = connect(Settings(mode=Mode.PAPER, alpaca=keys), CLOCK)
    source = AlpacaBars(connection.data, DataFeed.SIP, DataFeed.IEX, CALENDAR, CLOCK)
    bars = source.daily_bars(offered.symbols, offered.first, LAST)
    connection.close()
    return bars


def theirs(address: str, offered: Offer) -> pd.DataFrame:
    """Ask as alpaca-py's documentation shows."""
    from alpaca.data.enums import Adjustment
    from alpaca.data.historical.stock import StockHistoricalDataClient
    from alpaca.data.requests import StockBarsRequest
    from alpaca.data.timeframe import TimeFrame

    client = StockHistoricalDataClient("key", "secret", url_override=address)
    question = StockBarsRequest(
        symbol_or_symbols=list(offered.symbols), timeframe=TimeFrame.Day, adjustment=Adjustment.ALL
    )
    return client.get_stock_bars(question).df


def compared(offered: Offer, runs: int) -> str:
    """Return the table, once both gave the same closes."""
    names = {symbol: symbol for symbol in offered.symbols}
    sent = read_rows(offered, {"path": BARS_PATH}, len(offered.pages))
    reader = RowReader("alpaca:sip:all", CALENDAR)
    with served(offered) as address:
        mine, rival = ours(address, offered), theirs(address, offered)
        np.testing.assert_array_equal(mine["close"].to_numpy(), rival["close"].to_numpy())
        parse, whole, df, text = warm_in_turns(
            [
                lambda: reader.frame(sent, names),
                lambda: ours(address, offered),
                lambda: theirs(address, offered),
                lambda: [object_of(json_of(page)) for page in offered.pages],
            ],
            runs,
        )
    ratio = f"{df.median / whole.median:.1f}"
    rows = [
        _cells("JSON text to decimals", text, len(mine), ""),
        _cells("decimals to the frame, checked", parse, len(mine), ""),
        _cells("from the server to the frame", whole, len(mine), "1.0"),
        _cells("alpaca-py, from the server to `.df`", df, len(mine), ratio),
    ]
    return table([f"{len(mine):,} bars", "median", "rows a second", "of ours"], rows)


def _cells(what: str, measured: Measured, rows: int, ratio: str) -> list[str]:
    return [what, seconds(measured.median), f"{rows / measured.median:,.0f}", ratio]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    print(machine())
    print()
    print(compared(offer(SYMBOLS, SESSIONS), parser.parse_args().runs))


if __name__ == "__main__":
    main()
