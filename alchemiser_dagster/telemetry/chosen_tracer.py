"""The tracer that the settings ask for; OpenTelemetry is imported only where one is."""

from __future__ import annotations

from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.settings.tree import Settings
from alchemiser_dagster.telemetry.tracer import SilentTracer, Tracer

LOG = logger_named(__name__)


def tracer_for(settings: Settings) -> Tracer:
    """Return where spans go: nowhere, unless a collector is named.

    A variable of OpenTelemetry's own in the environment that it can't read costs the spans, not the run.
    """
    endpoint = settings.telemetry.otlp_endpoint
    if not endpoint:
        return SilentTracer()
    try:
        from alchemiser_dagster.telemetry.otlp_tracer import OtlpTracer

        return OtlpTracer(endpoint)
    except (ImportError, ValueError) as error:
        LOG.warning("no spans are sent", error=type(error).__name__)
        return SilentTracer()
