"""What must hold between settings, and between settings and the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from pathlib import Path

from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings.choices import BarSourceName, BrokerClock
from alchemiser_dagster.settings.layers import Entry, Problem
from alchemiser_dagster.settings.names import LIVE_CONFIRM, nearest, variable_name
from alchemiser_dagster.settings.problems import shown
from alchemiser_dagster.settings.sections import StrategyChoice
from alchemiser_dagster.settings.tree import Settings

WEIGHT_TOLERANCE = Decimal("1e-6")
STRATEGY_NAME = re.compile(r"[A-Za-z0-9_]+")
MOST_FILES = 20
TELEMETRY_PACKAGES = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")
STRATEGY_SUFFIXES = frozenset({".clj", ".edn", ".json"})


def find_problems(
    settings: Settings, entries: Mapping[str, Entry], live_confirm: str | None
) -> Iterator[Problem]:
    """Yield everything that makes well-formed settings unusable.

    Parameters
    ----------
    settings
        Settings that pydantic accepts, with absolute paths.
    entries
        The value in force of each setting, for its place.
    live_confirm
        The value of ALCHEMISER_LIVE_CONFIRM, or None.
    """
    yield from _mode_problems(settings, entries, live_confirm)
    yield from _server_problems(settings, entries)
    yield from _trading_problems(settings, entries)
    yield from _bar_problems(settings, entries)
    yield from _strategy_problems(settings, entries)
    yield from _telemetry_problems(settings, entries)


def _mode_problems(
    settings: Settings, entries: Mapping[str, Entry], live_confirm: str | None
) -> Iterator[Problem]:
    if settings.mode is Mode.LIVE:
        yield from _live_problems(settings, entries, live_confirm)
    if settings.mode is not Mode.SIMULATED:
        needed_by, place = f"{settings.mode.value} mode", entries["mode"].origin.place
    elif settings.market_data.source is BarSourceName.ALPACA:
        needed_by, place = "the source alpaca", entries["market_data.source"].origin.place
    else:
        return
    for name, value in (("key_id", settings.alpaca.key_id), ("secret_key", settings.alpaca.secret_key)):
        if value is None:
            remedy = f"Set {variable_name(f'alpaca.{name}')} in the environment or in .env"
            yield Problem(place, f"{needed_by} needs alpaca.{name}, which is not set", remedy)


def find_account_problems(settings: Settings, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    """Yield why nobody knows which account is meant."""
    if settings.mode is Mode.LIVE and entries["account"].origin.label.startswith("default"):
        yield Problem(
            entries["mode"].origin.place,
            "live mode needs account, which is not set",
            "Set it to the number of the live account",
        )


def _live_problems(
    settings: Settings, entries: Mapping[str, Entry], live_confirm: str | None
) -> Iterator[Problem]:
    unnamed = tuple(find_account_problems(settings, entries))
    if unnamed:
        yield from unnamed
    elif not live_confirm:
        yield Problem(
            entries["mode"].origin.place,
            f"live mode trades real money and needs a second opt-in: {LIVE_CONFIRM} is not set",
            "Set it to the number of the live account, the same as account",
        )
    elif live_confirm != settings.account:
        yield Problem(
            f"environment variable {LIVE_CONFIRM}",
            "it is not the account number that the setting account names",
            "Check which account is meant, and set both to its number",
        )


def _server_problems(settings: Settings, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    alpaca, mode = settings.alpaca, settings.mode
    if mode is Mode.LIVE and alpaca.base_url is not None:
        yield Problem(
            entries["alpaca.base_url"].origin.place,
            "alpaca.base_url is set in live mode, where orders go to Alpaca's own address only",
            "Take alpaca.base_url out, or set mode to 'paper'",
        )
    if alpaca.clock is not BrokerClock.LOOK_ALIKE:
        return
    place, told = entries["alpaca.clock"].origin.place, f"alpaca.clock is '{alpaca.clock.value}'"
    if mode is not Mode.PAPER:
        yield Problem(
            place,
            f"{told} in {mode.value} mode, where time is never another server's",
            "Set alpaca.clock to 'system', or set mode to 'paper'",
        )
    elif alpaca.base_url is None:
        yield Problem(
            place,
            f"{told} and needs alpaca.base_url, which is not set",
            "Set alpaca.base_url to the address of the look-alike, or alpaca.clock to 'system'",
        )


def _trading_problems(settings: Settings, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    window, deadline = settings.trading.window_minutes * 60, settings.trading.deadline_seconds
    if deadline < window:
        yield from _schedule_problems(settings, entries)
        return
    yield Problem(
        _blamed(entries, "trading.deadline_seconds", "trading.window_minutes"),
        f"trading.deadline_seconds is {deadline}, and trading only starts {window} seconds before the close: "
        "no limit would ever be sent",
        f"Set trading.deadline_seconds below {window}, or trading.window_minutes above {deadline // 60}",
    )


def _schedule_problems(settings: Settings, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    """Yield why the scheduled run would begin before orders may be sent, or when its time is over."""
    lead, window = settings.schedule.lead_minutes, settings.trading.window_minutes
    deadline, set_lead = settings.trading.deadline_seconds, "Set schedule.lead_minutes"
    if lead > window:
        yield Problem(
            _blamed(entries, "schedule.lead_minutes", "trading.window_minutes"),
            f"schedule.lead_minutes is {lead}, and orders may only be sent from {window} minutes before the "
            "close on",
            f"{set_lead} to at most {window}, or trading.window_minutes to at least {lead}",
        )
    if lead * 60 <= deadline:
        yield Problem(
            _blamed(entries, "schedule.lead_minutes", "trading.deadline_seconds"),
            f"schedule.lead_minutes is {lead}, and trading.deadline_seconds is {deadline}: a scheduled run "
            "would begin when its time is over",
            f"{set_lead} above {deadline // 60}, or trading.deadline_seconds below {lead * 60}",
        )


def _blamed(entries: Mapping[str, Entry], *names: str) -> str:
    """Return the place of the first of the settings that a person has set, else of the first."""
    chosen = (name for name in names if entries[name].origin.label != "default")
    return entries[next(chosen, names[0])].origin.place


def _bar_problems(settings: Settings, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    source, file = settings.market_data.source, settings.market_data.file
    place = entries["market_data.source"].origin.place
    if settings.mode is not Mode.SIMULATED and source is not BarSourceName.ALPACA:
        yield Problem(
            place,
            f"market_data.source is '{source.value}' in {settings.mode.value} mode: "
            "real orders are never placed on invented or stored prices",
            "Set it to 'alpaca', or set mode to 'simulated'",
        )
    if source is not BarSourceName.FILE:
        return
    if file is None:
        yield Problem(
            place, "the source file needs market_data.file, which is not set", "Name the file of bars"
        )
    elif not file.is_file():
        yield Problem(
            entries["market_data.file"].origin.place,
            f"market_data.file is {shown(file)}, and there is no such file",
            "Name a Parquet or CSV file of bars",
        )


def _strategy_problems(settings: Settings, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    origin = entries["strategies"].origin
    total = sum((choice.weight for choice in settings.strategies), Decimal(0))
    if not settings.strategies:
        yield Problem(origin.place, "no strategy is named", "Add [[strategies]] with file and weight")
    elif abs(total - 1) > WEIGHT_TOLERANCE:
        yield Problem(
            origin.place,
            f"the weights of the strategies sum to {total}, not to 1",
            f"Change a weight by {1 - total:+}",
        )
    for index, choice in enumerate(settings.strategies):
        yield from _choice_problems(choice, f"strategies[{index}]", origin.place_of_item(index))
    yield from _name_clashes(settings, origin.place)


def _telemetry_problems(settings: Settings, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    if settings.telemetry.otlp_endpoint and any(not _is_installed(name) for name in TELEMETRY_PACKAGES):
        yield Problem(
            entries["telemetry.otlp_endpoint"].origin.place,
            "telemetry.otlp_endpoint is set, and OpenTelemetry is not installed",
            "Install it with pip install 'alchemiser-dagster[telemetry]', or take the setting out",
        )


def _is_installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def _choice_problems(choice: StrategyChoice, name: str, place: str) -> Iterator[Problem]:
    file = choice.file
    if file.suffix.lower() not in STRATEGY_SUFFIXES:
        yield Problem(
            place,
            f"{name}.file is {shown(file)}, which is no strategy file",
            "A strategy's file ends in .clj, .edn or .json",
        )
    elif not file.is_file():
        yield Problem(place, f"{name}.file is {shown(file)}, and there is no such file", _files_beside(file))
    if not STRATEGY_NAME.fullmatch(choice.name):
        usable = re.sub(r"[^A-Za-z0-9_]+", "_", choice.name).strip("_") or "strategy"
        yield Problem(
            place,
            f"{name}.file is {shown(file)}, whose name can't be the name of an asset",
            f"Use letters, digits and underscores: rename it to {usable}{file.suffix}",
        )


def _files_beside(file: Path) -> str:
    folder = file.parent
    if not folder.is_dir():
        return f"There is no folder {folder} either"
    names = sorted(found.name for found in folder.iterdir() if found.suffix.lower() in STRATEGY_SUFFIXES)
    if not names:
        return f"The folder {folder} holds no strategy"
    listed = f"The folder {folder} holds {', '.join(names[:MOST_FILES])}"
    listed += f" and {len(names) - MOST_FILES} more" if len(names) > MOST_FILES else ""
    close = nearest(file.name, names)
    return f"Did you mean {close}? {listed}" if close else listed


def _name_clashes(settings: Settings, place: str) -> Iterator[Problem]:
    by_name = sorted(settings.strategies, key=lambda choice: choice.name)
    for name, group in groupby(by_name, key=lambda choice: choice.name):
        files = [shown(choice.file) for choice in group]
        if len(files) > 1:
            yield Problem(
                place,
                f"{len(files)} strategies are named {name}: {', '.join(files)}",
                "A strategy is named after its file, so give each file a name of its own",
            )
