"""The tree of all settings, and what follows from them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from alchemiser_dagster.records.market import PriceBasis
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings.costs import CostSettings
from alchemiser_dagster.settings.notify import NotifySettings
from alchemiser_dagster.settings.retry import RetrySettings
from alchemiser_dagster.settings.risk import RiskSettings
from alchemiser_dagster.settings.sanity import SanitySettings
from alchemiser_dagster.settings.schedule import ScheduleSettings
from alchemiser_dagster.settings.secrets import database_secrets, notification_secrets
from alchemiser_dagster.settings.section import CanBeEmpty
from alchemiser_dagster.settings.sections import (
    AlpacaSettings,
    LoggingSettings,
    MarketDataSettings,
    PortfolioSettings,
    SimulationSettings,
    StrategyChoice,
)
from alchemiser_dagster.settings.telemetry import TelemetrySettings
from alchemiser_dagster.settings.trading import TradingSettings
from alchemiser_dagster.settings.ui import UiSettings
from alchemiser_dagster.settings.watch import WatchSettings

PREFIX = "ALCHEMISER_"
NESTING = "__"
EXAMPLES = Path(__file__).parent.parent / "strategies"
EXAMPLE_NAMES = ("trend_and_bills", "momentum_rotation", "inverse_volatility_mix", "overbought_switch")


def _shipped_examples() -> tuple[StrategyChoice, ...]:
    weight = 1 / Decimal(len(EXAMPLE_NAMES))
    return tuple(StrategyChoice(file=EXAMPLES / f"{name}.clj", weight=weight) for name in EXAMPLE_NAMES)


def _require_known_database(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not value.get_secret_value().startswith(("sqlite:", "postgresql")):
        raise ValueError("must begin with sqlite:// or postgresql://")
    return value


KnownDatabase = AfterValidator(_require_known_database)


class Settings(BaseSettings):
    """Everything that a person can set.

    Constructing it reads no file and no environment variable: `load_settings` does, and checks besides
    what one field alone can't know, such as that the weights of the strategies sum to 1.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_prefix=PREFIX,
        env_nested_delimiter=NESTING,
    )

    mode: Mode = Field(
        default=Mode.SIMULATED,
        description="Which account is traded: simulated, paper or live. Default: simulated",
    )
    account: str = Field(
        default="simulated",
        min_length=1,
        max_length=64,
        repr=False,
        description="Name of the account in the books; in live mode the account's number. "
        "Default: simulated or paper, as the mode",
    )
    data_dir: Path = Field(
        default=Path(".alchemiser"),
        description="Folder of everything that is kept, relative to the settings file. Default: .alchemiser",
    )
    database_url: Annotated[SecretStr | None, CanBeEmpty, KnownDatabase] = Field(
        default=None,
        description="SQLAlchemy URL of the ledger: sqlite:// or postgresql://. "
        "Default: the SQLite file ledger.sqlite in data_dir",
    )
    signal_price: Literal[PriceBasis.PROVISIONAL, PriceBasis.PREVIOUS_CLOSE] = Field(
        default=PriceBasis.PROVISIONAL,
        description="Price that stands for the session's own close in its signals: provisional (shortly "
        "before the close) or previous_close. Default: provisional",
    )
    strategies: tuple[StrategyChoice, ...] = Field(
        default_factory=_shipped_examples,
        description="The strategies that are traded: a list of file and weight, weights summing to 1. "
        "Default: the four shipped examples, 0.25 each",
    )
    market_data: MarketDataSettings = MarketDataSettings()
    portfolio: PortfolioSettings = PortfolioSettings()
    trading: TradingSettings = TradingSettings()
    retry: RetrySettings = RetrySettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    watch: WatchSettings = WatchSettings()
    risk: RiskSettings = RiskSettings()
    sanity: SanitySettings = SanitySettings()
    costs: CostSettings = CostSettings()
    simulation: SimulationSettings = SimulationSettings()
    alpaca: AlpacaSettings = AlpacaSettings()
    notify: NotifySettings = NotifySettings()
    logging: LoggingSettings = LoggingSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    ui: UiSettings = UiSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what the constructor is given and nothing else: `load_settings` names each value's origin."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger's database. It may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'ledger.sqlite'}"

    @property
    def notices_file(self) -> Path | None:
        """File that notices are appended to, or None where there is none."""
        return None if self.notify.file is None else self.data_dir / self.notify.file

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every text that may not reach a log, a notice or an error (R-17), longest first."""
        keys = (self.alpaca.key_id, self.alpaca.secret_key)
        found = {key.get_secret_value() for key in keys if key is not None}
        if self.database_url is not None:
            found |= database_secrets(self.database_url.get_secret_value())
        for url in self.notify.addresses:
            found |= notification_secrets(url.get_secret_value())
        if self.mode is Mode.LIVE:
            found.add(self.account)
        return tuple(sorted(found, key=lambda secret: (-len(secret), secret)))
