"""The way from settings to a broker; alpaca-py, which is slow to import, is imported here and not before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from alchemiser_dagster.broker.alpaca.broker import AlpacaBroker, AlpacaTerms
from alchemiser_dagster.broker.calls import NOBODY, CallObserver
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings.tree import Settings

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

    from alchemiser_dagster.broker.alpaca.client import GuardedDataClient, GuardedTradingClient

LIVE: Final = "https://api.alpaca.markets"
PAPER: Final = "https://paper-api.alpaca.markets"
DATA: Final = "https://data.alpaca.markets"


@dataclass(frozen=True)
class AlpacaConnection:
    """Two clients, one for trading and one for market data, and what they are for."""

    trading: GuardedTradingClient
    data: GuardedDataClient
    settings: Settings = field(repr=False)
    clock: Clock

    def broker(self, account: str) -> AlpacaBroker:
        """Return the broker; `account` is its name in the books, in live mode its number."""
        terms = AlpacaTerms(
            account=account,
            is_live=self.settings.mode is Mode.LIVE,
            quote_feed=self.settings.market_data.quote_feed,
        )
        return AlpacaBroker(self.trading, self.data, terms, self.clock)

    def close(self) -> None:
        """Close what is open to Alpaca."""
        self.trading.close()
        self.data.close()


def connect(
    settings: Settings, clock: Clock, http: HTTPAdapter | None = None, observer: CallObserver = NOBODY
) -> AlpacaConnection:
    """Return a connection; nothing is sent yet.

    Parameters
    ----------
    http
        What sends requests, for tests; None for connections that are kept and never send again.
    observer
        Is told of each request and what came of it.

    Raises
    ------
    ConfigurationError
        If a key is missing, or can't be one.
    """
    from stamina.instrumentation import set_on_retry_hooks

    from alchemiser_dagster.broker.alpaca.client import GuardedDataClient, GuardedTradingClient
    from alchemiser_dagster.broker.alpaca.keys import AccountKeys
    from alchemiser_dagster.broker.alpaca.wire import Wire, WireTerms

    keys = AccountKeys(settings.alpaca)
    set_on_retry_hooks(())  # our own log tells of each repetition; stamina would write it to the terminal

    def wire(base_url: str) -> Wire:
        terms = WireTerms(base_url, settings.alpaca.timeout_seconds, settings.secrets)
        return Wire(terms, keys, clock, http, observer=observer)

    trading_url, data_url = _addresses(settings)
    return AlpacaConnection(
        trading=GuardedTradingClient(wire(trading_url), clock),
        data=GuardedDataClient(wire(data_url), clock),
        settings=settings,
        clock=clock,
    )


def _addresses(settings: Settings) -> tuple[str, str]:
    """Return where trading and data are asked, without the version that Alpaca's pages show at the end."""
    own = settings.alpaca.base_url
    if own is not None:
        own = own.rstrip("/").removesuffix("/v2")
        return own, own
    return (LIVE if settings.mode is Mode.LIVE else PAPER), DATA
