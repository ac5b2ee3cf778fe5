"""What one run may set differently from the settings' own sources."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alchemiser_dagster.settings.layers import RawValue


def run_overrides(session: date | None, bars: Path | None) -> dict[str, RawValue]:
    """Return what runs a simulated session and takes bars from a file; None leaves a setting alone."""
    return {
        "simulation.session": session,
        "market_data.source": "file" if bars else None,
        "market_data.file": str(bars.resolve()) if bars else None,
    }
