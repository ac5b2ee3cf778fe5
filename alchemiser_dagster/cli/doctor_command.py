"""`alchemiser doctor`: look for what would stop a run, without changing anything that trades."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import click

from alchemiser_dagster.broker.snapshot import require_tradable
from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.cli.preflight import require_open_books, require_open_market
from alchemiser_dagster.cli.watching import watch
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import AlchemiserError, DataError
from alchemiser_dagster.market_data.needs import needed_symbols
from alchemiser_dagster.market_data.source import no_price
from alchemiser_dagster.notify.deliveries import deliveries_of
from alchemiser_dagster.records.halt import halt_in_words
from alchemiser_dagster.records.market import AssetInfo
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.table import Table
from alchemiser_dagster.risk.halting import require_not_halted
from alchemiser_dagster.risk.review import last_review, require_reviewed, review_in_words
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.choices import BrokerClock
from alchemiser_dagster.settings.run_overrides import run_overrides

NOT_NEEDED = "not looked at: everything is to be sold, whatever they say"


class State(StrEnum):
    """What a look came to."""

    WELL = "ok"
    PROBLEM = "PROBLEM"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Look:
    """One thing that is looked at.

    Parameters
    ----------
    examine
        Says in words what it found; raises what would stop a run.
    needs
        Subjects without which there is nothing to see: where one of them has a problem, this one is skipped.
    """

    subject: str
    examine: Callable[[TradingDesk], str]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What a look came to; `exit_code` is 0 where it is no problem."""

    subject: str
    state: State
    text: str
    exit_code: int = 0


@click.command("doctor")
@click.option("--session", type=DAY, help="Simulated mode: the session to look at; the latest by default.")
@click.option("--bars", type=click.Path(path_type=Path), help="Parquet or CSV file of bars.")
@click.option("--watch", "is_watch", is_flag=True, help="Look what should have happened and did not instead.")
@settings_option
def command(
    session: datetime | None, bars: Path | None, settings_file: Path | None, *, is_watch: bool
) -> None:
    """Look for what would stop a run now: in settings, keys, books, strategies, clock, account and market.

    Exit code 0: nothing. Otherwise the code that the run itself would end with. With --watch: look what
    should have happened by now and did not, and tell of it; exit code 1 where somebody has to act.
    """
    overrides = run_overrides(session.date() if session else None, bars)
    desk = TradingDesk(load_settings(settings_file, overrides))
    if is_watch:
        sys.exit(watch(desk))
    findings = tuple(_examine(desk))
    rows = tuple((found.subject, found.state.value, found.text) for found in findings)
    print_table(terminal(), Table("Doctor", ("what", "state", "finding"), rows))
    sys.exit(max(found.exit_code for found in findings))


def _examine(desk: TradingDesk) -> Iterator[Finding]:
    unwell: set[str] = set()
    for look in _looks():
        finding = _finding(look, desk, [needed for needed in look.needs if needed in unwell])
        if finding.state is not State.WELL:
            unwell.add(look.subject)
        yield finding


def _looks() -> tuple[Look, ...]:
    """Return what is looked at, what lies nearest first: a broker that can't be asked is asked once."""
    return (
        Look("settings", _settings),
        Look("keys", _keys),
        Look("database", _database),
        Look("halt", _halt, needs=("database",)),
        Look("limits", _limits, needs=("database",)),
        Look("notices", _notices, needs=("database",)),
        Look("strategies", _strategies, needs=("database",)),
        Look("clock", _clock),
        Look("calendar", _calendar, needs=("clock", "database")),
        Look("account", _account, needs=("clock", "database")),
        Look("market", _market, needs=("clock", "account")),
        Look("symbols", _symbols, needs=("strategies", "clock", "account")),
    )


def _finding(look: Look, desk: TradingDesk, lacking: list[str]) -> Finding:
    if lacking:
        return Finding(
            look.subject, State.SKIPPED, f"not looked at, because of the problem with {lacking[0]}"
        )
    try:
        return Finding(look.subject, State.WELL, look.examine(desk))
    except AlchemiserError as error:
        return Finding(look.subject, State.PROBLEM, str(error), error.exit_code)


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


def _halt(desk: TradingDesk) -> str:
    require_not_halted(desk.halt)
    return halt_in_words(desk.halt)


def _limits(desk: TradingDesk) -> str:
    limits, now = desk.settings.risk, desk.wall_clock.now()
    review = last_review(desk.journal, desk.settings.account)
    if desk.settings.mode is Mode.LIVE and not desk.is_flattening:
        require_reviewed(review, limits, now)
    asked = "" if desk.settings.mode is Mode.LIVE else "; only live trading asks for a review"
    return review_in_words(review, limits, now) + asked


def _notices(desk: TradingDesk) -> str:
    return deliveries_of(desk.notifier).in_words


def _strategies(desk: TradingDesk) -> str:
    if desk.is_flattening:
        return NOT_NEEDED
    return ", ".join(f"{chosen.name} {chosen.share:.0%}" for chosen in desk.strategies)


def _clock(desk: TradingDesk) -> str:
    now = f"{desk.clock.now():%Y-%m-%d %H:%M} UTC"
    if desk.settings.mode is Mode.SIMULATED:
        return f"{now}, a while before the close of the session that is run"
    is_own = desk.settings.alpaca.clock is BrokerClock.SYSTEM
    return f"{now}, by {'this machine' if is_own else 'the look-alike'}"


def _account(desk: TradingDesk) -> str:
    account = desk.reader.account()
    require_tradable(account)
    return f"equity {account.equity:,.2f} {account.currency}"


def _market(desk: TradingDesk) -> str:
    if desk.settings.mode is Mode.SIMULATED:
        return "open in simulated mode, whatever the hour"
    require_open_market(desk)
    return f"open; orders may be sent until {desk.calendar.close_of(desk.today):%H:%M} UTC"


def _symbols(desk: TradingDesk) -> str:
    if desk.is_flattening:
        return NOT_NEEDED
    symbols = needed_symbols((chosen.symphony.symbols for chosen in desk.strategies), ())
    assets = {asset.symbol: asset for asset in desk.reader.assets(symbols)}
    unknown = [symbol for symbol in symbols if symbol not in assets]
    if unknown and desk.settings.mode is not Mode.SIMULATED:
        raise _unknown_to_the_broker(unknown)
    priced = {price.symbol for price in desk.bar_source.latest_prices(symbols)}
    unpriced = [symbol for symbol in symbols if symbol not in priced]
    if unpriced:
        raise no_price(desk.bar_source, desk.today, unpriced)
    return f"all {len(symbols)} have a price: {', '.join(symbols)}{_remarks(assets.values())}"


def _unknown_to_the_broker(symbols: Iterable[str]) -> DataError:
    return DataError(
        f"the broker knows no {', '.join(symbols)}",
        where="strategies",
        remedy="Check how it is spelled, or take the strategy that needs it out",
    )


def _remarks(assets: Iterable[AssetInfo]) -> str:
    known = tuple(assets)
    remarks = {
        "not tradable, so left alone": [asset.symbol for asset in known if not asset.tradable],
        "in whole shares only": [asset.symbol for asset in known if not asset.fractionable],
    }
    return "".join(f"; {remark}: {', '.join(found)}" for remark, found in remarks.items() if found)
