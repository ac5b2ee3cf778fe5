"""The desk as a Dagster resource."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field, PrivateAttr

from alchemiser_dagster.assets.spans import RunSpans
from alchemiser_dagster.logs import configure_logging, is_configured
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.layers import RawValue
from alchemiser_dagster.settings.run_overrides import run_overrides
from alchemiser_dagster.telemetry.chosen_tracer import tracer_for
from alchemiser_dagster.watch.run_life import Heartbeat, begin_heartbeat

if TYPE_CHECKING:
    from alchemiser_dagster.desk import TradingDesk


class DeskResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over an unused context type
    """Everything that a step works with, made from the settings.

    The fields override settings for one run, in the launchpad or by the command line. None is a secret.
    """

    settings_file: str = Field(
        default="", description="Path of alchemiser.toml; empty for the one in the working folder"
    )
    session: str = Field(
        default="", description="Simulated mode: the session to run, YYYY-MM-DD; empty for the latest"
    )
    bars: str = Field(
        default="", description="Parquet or CSV file of bars instead of market_data.source; empty for none"
    )

    console_notices: bool = Field(
        default=True, description="Whether notices are printed, where the settings ask for it"
    )

    _desks: list["TradingDesk"] = PrivateAttr(default_factory=list)
    _heartbeats: list[Heartbeat] = PrivateAttr(default_factory=list)
    _spans: list[RunSpans] = PrivateAttr(default_factory=list)
    _run_id: str | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Remember the run; outside a run there is none."""
        self._run_id = context.run.run_id if context.run is not None else None

    def desk(self) -> "TradingDesk":
        """Return the desk, made once per run."""
        from alchemiser_dagster.desk import TradingDesk

        if not self._desks:
            file = Path(self.settings_file) if self.settings_file else None
            settings = load_settings(file, self.overrides())
            if not is_configured():
                configure_logging(settings.logging.level, settings.logging.format, settings.secrets)
            self._desks.append(TradingDesk(settings))
            self._begin_heartbeat(self._desks[0].lock_folder)
        return self._desks[0]

    def spans(self) -> RunSpans:
        """Return what is told of the run to whoever traces it, made once per run."""
        if not self._spans:
            self._spans.append(RunSpans(tracer_for(self.desk().settings)))
        return self._spans[0]

    def overrides(self) -> dict[str, RawValue]:
        """Return the settings that the fields override."""
        session = date.fromisoformat(self.session) if self.session else None
        overrides = run_overrides(session, Path(self.bars) if self.bars else None)
        return overrides if self.console_notices else {**overrides, "notify.console": False}

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Close what the run opened, and let go of its sign of life."""
        del context
        while self._heartbeats:
            self._heartbeats.pop().end()
        while self._spans:
            self._spans.pop().close()
        while self._desks:
            self._desks.pop().close()

    def _begin_heartbeat(self, folder: Path) -> None:
        heartbeat = begin_heartbeat(folder, self._run_id) if self._run_id else None
        if heartbeat is not None:
            self._heartbeats.append(heartbeat)
