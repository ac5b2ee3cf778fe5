"""Where runs are told of as traces."""

from __future__ import annotations

from pydantic import Field

from alchemiser_dagster.settings.section import Section


class TelemetrySettings(Section):
    """Spans for an OpenTelemetry collector."""

    otlp_endpoint: str = Field(
        default="",
        pattern=r"^(https?://[^\s@]+)?$",
        description="Address of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318: a "
        "span for each run, step and call. Empty: none are sent. Default: empty",
    )
