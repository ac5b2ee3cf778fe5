"""Measures a rebalance of sixty lines on the look-alike: python benchmarks/execution.py

The look-alike is a process of its own, asked over a socket of the loopback interface. Its clock stands until
a client waits, so the time on the wall is all work; what a day would really take is the time of that clock.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import structlog
from machine import machine
from measuring import ROOT, Measured
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from tables import seconds, table

sys.path.append(str(ROOT / "tests"))

from support.alpaca_bench import KEYS, AlpacaBench, LookAlike, served_apart  # behind the path
from support.trading import BEFORE_CLOSE, line_at

from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.look_alike.terms import Terms
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Outcome, Side
from alchemiser_dagster.settings.choices import Requote

LINES, RUNS = 60, 3
LANES = 4
PRICES = {f"S{number:02d}": 50.0 + 3 * number for number in range(LINES)}
HELD = dict.fromkeys(list(PRICES)[: LINES // 2], "100")
CASH = Decimal(500_000)
MEETS_AT_ONCE: Mapping[str, object] = {"meets_at": "0.5", "half_spread_basis_points": "20"}
MEETS_AT_THE_END: Mapping[str, object] = {"meets_at": "1", "half_spread_basis_points": "20"}
UNLIMITED = Terms(requests_per_minute=100_000)


@dataclass(frozen=True)
class Day:
    """What one rebalance took."""

    wall: float
    to_first_order: float
    requests: int
    peak: int
    waited: timedelta


class FirstOrder(HTTPAdapter):
    """Notes when the first order leaves."""

    at: float | None = None

    def send(self, request: PreparedRequest, *args: object, **kwargs: object) -> Response:
        if request.method == "POST" and self.at is None:
            self.at = time.perf_counter()
        return super().send(request, *args, **kwargs)  # type: ignore[arg-type]  # passed on as they came


def main() -> None:
    """Measure and print."""
    runs = _runs()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(machine() + "\n")
    rows = []
    for name, market, rules in cases():
        ours = [_ours(market, rules) for _ in range(runs)]
        rows.append(_row(name, ours))
    for name, market in (("at once", MEETS_AT_ONCE), ("at the market", MEETS_AT_THE_END)):
        rows.append(_row(f"alpaca-py alone, all filled {name}", [_rivals(market) for _ in range(runs)]))
    head = (f"{LINES} lines", "requests", "most in a minute", "work", "to the first order", "clock")
    print(table(head, rows))


def cases() -> Iterator[tuple[str, Mapping[str, object], ExecutionRules]]:
    """Yield what is measured of our own."""
    yield "all filled at once", MEETS_AT_ONCE, ExecutionRules(lanes=LANES)
    yield "all filled at the market", MEETS_AT_THE_END, ExecutionRules(lanes=LANES)
    replacing = ExecutionRules(lanes=LANES, requote=Requote.REPLACE)
    yield "– with replacements", MEETS_AT_THE_END, replacing


def lines() -> tuple[PlanLine, ...]:
    """Return half of the lines to sell, half to buy."""
    return tuple(
        line_at(price, symbol, Side.SELL, Decimal(40))
        if symbol in HELD
        else line_at(price, symbol, Side.BUY, Decimal(12))
        for symbol, price in PRICES.items()
    )


@contextmanager
def _begun(market: Mapping[str, object], terms: Terms) -> Iterator[tuple[Path, LookAlike]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served_apart(folder, PRICES, terms) as look_alike:
            look_alike.change_rules(**market)
            look_alike.reset(CASH, HELD)
            yield folder, look_alike


def _ours(market: Mapping[str, object], rules: ExecutionRules) -> Day:
    with _begun(market, Terms()) as (folder, look_alike):
        http = FirstOrder()
        bench = AlpacaBench(folder, look_alike, rules, http)
        plan = bench.plan(*lines())
        permit = bench.permit()
        assert permit.session == plan.session
        bench.broker.account()
        began = time.perf_counter()
        result = bench.execute(plan)
        ended = time.perf_counter()
        assert result.outcome is Outcome.TRADED, result.reason
        assert http.at is not None
        day = _day(look_alike, ended - began, http.at - began)
        bench.close()
        return day


def _rivals(market: Mapping[str, object]) -> Day:
    from alpaca.data.historical import StockHistoricalDataClient
    from alpaca.trading.client import TradingClient
    from rivals.bare_client import BareClient

    with _begun(market, UNLIMITED) as (_folder, look_alike):
        keys = list(KEYS.values())
        trading = TradingClient(*keys, paper=True, url_override=look_alike.address)
        data = StockHistoricalDataClient(*keys, url_override=look_alike.address)
        bare = BareClient(
            trading, data, lambda wait: look_alike.ask("POST", "/sim/clock", {"advance_seconds": wait})
        )
        trading.get_account()
        began = time.perf_counter()
        bare.trade(lines())
        ended = time.perf_counter()
        assert not look_alike.held().keys() - PRICES.keys()
        return _day(look_alike, ended - began, float("nan"))


def _day(look_alike: LookAlike, wall: float, to_first_order: float) -> Day:
    asked = [one for one in look_alike.requests() if str(one["path"]).startswith("/v2/")]
    instants = [datetime.fromisoformat(str(one["at"])) for one in asked]
    now = datetime.fromisoformat(str(look_alike.ask("GET", "/sim/clock")["now"]))
    return Day(wall, to_first_order, len(asked), _peak(asked), max(now, *instants) - BEFORE_CLOSE)


def _peak(asked: Sequence[Mapping[str, object]]) -> int:
    """Return the most requests to one of the two servers, trading and data, within any minute."""
    most = 0
    for is_data in (False, True):
        at = [
            datetime.fromisoformat(str(one["at"]))
            for one in asked
            if str(one["path"]).startswith("/v2/stocks") is is_data
        ]
        most = max([most, *(sum(begin <= one < begin + timedelta(minutes=1) for one in at) for begin in at)])
    return most


def _row(name: str, days: Sequence[Day]) -> tuple[str, ...]:
    wall, first = (Measured(tuple(getattr(day, one) for day in days)) for one in ("wall", "to_first_order"))
    shown = "" if first.median != first.median else seconds(first.median)  # not a number
    last = days[-1]
    waited = f"{last.waited.total_seconds():.0f} s"
    return (name, str(last.requests), str(last.peak), seconds(wall.median), shown, waited)


def _runs() -> int:
    parser = argparse.ArgumentParser(description="Measure a rebalance of sixty lines on the look-alike.")
    parser.add_argument("--quick", action="store_true", help="one run of each")
    return 1 if parser.parse_args().quick else RUNS


if __name__ == "__main__":
    main()
