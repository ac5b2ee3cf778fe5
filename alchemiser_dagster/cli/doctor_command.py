"""`alchemiser doctor`: look for what would stop a run, without changing anything that trades."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.cli.preflight import require_open_books
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.market_data.needs import needed_symbols
from alchemiser_dagster.market_data.source import no_price
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.table import Table
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.run_overrides import run_overrides


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `exit_code` is 0 where it is well."""

    subject: str
    text: str
    exit_code: int = 0


@click.command("doctor")
@click.option("--session", type=DAY, help="Simulated mode: the session to look at; the latest by default.")
@click.option("--bars", type=click.Path(path_type=Path), help="Parquet or CSV file of bars.")
@settings_option
def command(session: datetime | None, bars: Path | None, settings_file: Path | None) -> None:
    """Look at settings, keys, calendar, database, strategies, symbols and account for what stops a run.

    Exit code 0: nothing. Otherwise the code that the run itself would end with.
    """
    overrides = run_overrides(session.date() if session else None, bars)
    desk = TradingDesk(load_settings(settings_file, overrides))
    findings = tuple(_examine(desk))
    rows = tuple((found.subject, "PROBLEM" if found.exit_code else "ok", found.text) for found in findings)
    print_table(terminal(), Table("Doctor", ("what", "state", "finding"), rows))
    sys.exit(max(found.exit_code for found in findings))


def _examine(desk: TradingDesk) -> Iterator[Finding]:
    looks: dict[str, Callable[[TradingDesk], str]] = {
        "settings": _settings,
        "keys": _keys,
        "calendar": _calendar,
        "database": _database,
        "strategies": _strategies,
        "symbols": _symbols,
        "account": _account,
    }
    for subject, look in looks.items():
        try:
            yield Finding(subject, look(desk))
        except AlchemiserError as error:
            yield Finding(subject, str(error), error.exit_code)


def _settings(desk: TradingDesk) -> str:
    settings = desk.settings
    return f"mode {settings.mode}, bars from {settings.market_data.source}, data in {settings.data_dir}"


def _keys(desk: TradingDesk) -> str:
    is_set = desk.settings.alpaca.key_id is not None
    needed = "needed" if desk.settings.mode is not Mode.SIMULATED else "not needed in simulated mode"
    return f"{'set' if is_set else 'not set'}, {needed}"


def _calendar(desk: TradingDesk) -> str:
    require_open_books(desk)
    close = desk.calendar.close_of(desk.today)
    early = ", an early close" if desk.calendar.is_early_close(desk.today) else ""
    now = desk.clock.now()
    return f"session {desk.today} closes at {close:%H:%M} UTC{early}; it is {now:%Y-%m-%d %H:%M} UTC"


def _database(desk: TradingDesk) -> str:
    head = desk.journal.verify()
    return f"{desk.database.url.get_backend_name()}, journal of {head.entry} entries unbroken"


def _strategies(desk: TradingDesk) -> str:
    return ", ".join(f"{chosen.name} {chosen.share:.0%}" for chosen in desk.strategies)


def _symbols(desk: TradingDesk) -> str:
    symbols = needed_symbols((chosen.symphony.symbols for chosen in desk.strategies), ())
    priced = {price.symbol for price in desk.bar_source.latest_prices(symbols)}
    missing = [symbol for symbol in symbols if symbol not in priced]
    if missing:
        raise no_price(desk.bar_source, desk.today, missing)
    return f"all {len(symbols)} have a price: {', '.join(symbols)}"


def _account(desk: TradingDesk) -> str:
    account = desk.reader.account()
    obstacles = ", ".join(account.obstacles)
    return f"equity {account.equity:,.2f} {account.currency}" + (f", but {obstacles}" if obstacles else "")
