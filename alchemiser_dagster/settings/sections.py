"""The sections of the settings: what can be set, in which unit, with which default and bounds.

A description is what `alchemiser config` prints and what an error offers as its remedy.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.settings.choices import BarSourceName, BrokerClock, DataFeed, LogFormat, LogLevel
from alchemiser_dagster.settings.section import CanBeEmpty, Section


def _require_web_address(value: str | None) -> str | None:
    if value is None:
        return None
    address = urlsplit(value)
    if address.scheme not in {"http", "https"} or not address.hostname or "@" in address.netloc:
        raise ValueError("must begin with http:// or https://, name a host, and hold no password")
    return value


def _require_symbol_and_session(value: str) -> str:
    symbol, _, session = value.partition(" ")
    try:
        date.fromisoformat(session)
    except ValueError as error:
        raise ValueError("must be a symbol and a date, such as GME 2021-01-27") from error
    if not symbol or symbol != symbol.upper():
        raise ValueError("must be a symbol and a date, such as GME 2021-01-27")
    return value


AcceptedJump = Annotated[str, AfterValidator(_require_symbol_and_session)]
WebAddress = AfterValidator(_require_web_address)


class StrategyChoice(Section):
    """A strategy that is traded, and the part of the portfolio that follows it."""

    file: Path = Field(
        description="Path of the strategy's file (.clj, .edn or .json), relative to the settings file"
    )
    weight: Decimal = Field(
        gt=0, le=1, description="Part of the portfolio that follows the strategy: above 0, at most 1"
    )

    @property
    def name(self) -> str:
        """Name of the strategy and of its asset: the stem of its file."""
        return self.file.stem


class MarketDataSettings(Section):
    """Where bars come from."""

    source: BarSourceName = Field(
        default=BarSourceName.SIMULATED,
        description="Where bars come from: simulated, file or alpaca. "
        "Default: simulated in simulated mode, alpaca in paper and live mode",
    )
    file: Annotated[Path | None, CanBeEmpty] = Field(
        default=None,
        description="Parquet or CSV file of bars, needed where the source is file. Default: none",
    )
    history_start: date = Field(
        default=date(2015, 1, 2),
        ge=date(1990, 1, 1),
        description="First session of which bars are kept: a date from 1990-01-01. Default: 2015-01-02",
    )
    accepted_jumps: tuple[AcceptedJump, ...] = Field(
        default=(),
        description='Sessions on which a close really moved like a split, as "SYMBOL YYYY-MM-DD": a list. '
        "Default: none",
    )
    feed: DataFeed = Field(
        default=DataFeed.SIP,
        description="Alpaca's feed of daily bars: sip (all exchanges) or iex (one). Default: sip",
    )
    quote_feed: DataFeed = Field(
        default=DataFeed.IEX,
        description="Alpaca's feed of quotes and latest prices: iex, or sip, which needs a paid plan. "
        "Default: iex",
    )

    @property
    def jumps(self) -> tuple[tuple[str, date], ...]:
        """The accepted jumps as symbols and sessions."""
        parts = (jump.partition(" ") for jump in self.accepted_jumps)
        return tuple((symbol, date.fromisoformat(session)) for symbol, _, session in parts)


class PortfolioSettings(Section):
    """How much of the account is invested, and which differences are worth a trade."""

    deployment: Decimal = Field(
        default=Decimal("1.0"),
        gt=0,
        le=1,
        description="Fraction of equity that is invested: above 0, at most 1. Default: 1.0",
    )
    cash_buffer: Decimal = Field(
        default=Decimal("0.005"),
        ge=0,
        lt=1,
        description="Fraction of equity that is kept as cash: 0 or more, below 1. Default: 0.005",
    )
    minimum_trade: Decimal = Field(
        default=Decimal(5),
        ge=0,
        description="Smallest trade, in US dollars: 0 or more. A full exit may be smaller. Default: 5",
    )
    minimum_drift: Decimal = Field(
        default=Decimal("0.0005"),
        ge=0,
        lt=1,
        description="Smallest difference of weight that is traded, as a fraction of equity: "
        "0 or more, below 1. Default: 0.0005",
    )
    fractional: bool = Field(
        default=True,
        description="Whether fractions of shares are traded where the asset allows it. Default: true",
    )


class SimulationSettings(Section):
    """The embedded market and the embedded account."""

    session: Annotated[date | None, CanBeEmpty] = Field(
        default=None,
        description="Session that a simulated day is run for: a date. Default: the latest session",
    )
    seed: int = Field(
        default=7,
        ge=0,
        description="Seed of the simulated market: a whole number, 0 or more. Default: 7",
    )
    starting_cash: Decimal = Field(
        default=Decimal(100_000),
        gt=0,
        description="Cash of a new simulated account, in US dollars: above 0. Default: 100000",
    )
    half_spread_basis_points: Decimal = Field(
        default=Decimal(1),
        ge=0,
        le=1000,
        description="Distance of bid and ask from the price, in basis points: 0 to 1000. Default: 1",
    )
    non_fractionable: tuple[Symbol, ...] = Field(
        default=(),
        description="Symbols of which the simulated broker trades whole shares only: a list. Default: none",
    )


class AlpacaSettings(Section):
    """Access to Alpaca."""

    key_id: Annotated[SecretStr | None, CanBeEmpty] = Field(
        default=None, description="Alpaca API key id, needed in paper and live mode. Default: none"
    )
    secret_key: Annotated[SecretStr | None, CanBeEmpty] = Field(
        default=None, description="Alpaca API secret key, needed in paper and live mode. Default: none"
    )
    base_url: Annotated[str | None, CanBeEmpty, WebAddress] = Field(
        default=None,
        repr=False,
        description="Address of another server that speaks Alpaca's protocol, never in live mode: http:// or "
        "https://. Default: Alpaca's own for the mode",
    )
    clock: BrokerClock = Field(
        default=BrokerClock.SYSTEM,
        description="Whose time it is: system, or look-alike (that of the server at base_url, in paper mode "
        "only). Default: system",
    )
    timeout_seconds: int = Field(
        default=10,
        ge=1,
        le=60,
        description="Seconds that an answer is waited for: 1 to 60. Default: 10",
    )


class LoggingSettings(Section):
    """What is logged, and how it looks."""

    level: LogLevel = Field(
        default=LogLevel.INFO,
        description="Least severe line that is logged: DEBUG, INFO, WARNING or ERROR. Default: INFO",
    )
    format: LogFormat = Field(
        default=LogFormat.CONSOLE,
        description="How log lines look: console (for people) or json (one object per line). "
        "Default: console",
    )
