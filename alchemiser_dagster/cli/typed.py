"""The envelope of what a person typed: it belongs to no run."""

from __future__ import annotations

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.records.envelope import Envelope

TYPED = "command"


def typed_envelope(desk: TradingDesk) -> Envelope:
    """Return the envelope of a record that a command makes, at the real time."""
    return Envelope(
        record_id=desk.ids.new_id(),
        correlation_id=desk.ids.new_id(),
        causation_id=TYPED,
        run_id=TYPED,
        account=desk.settings.account,
        source=TYPED,
        created_at=desk.wall_clock.now(),
        code_version=desk.code_version,
    )
