"""After the books were compared: measure how runs went, once for each comparison."""

from __future__ import annotations

import dagster as dg

from alchemiser_dagster.assets.run_identity import correlation_of
from alchemiser_dagster.automation.follow_up import FollowUp, caused_tags, resources_of


def measure_after(run: dg.DagsterRun) -> FollowUp:
    """Ask for the report of operations that follows a comparison, under its correlation id."""
    return dg.RunRequest(
        run_key=run.run_id,
        tags=caused_tags(correlation_of(run), run.run_id),
        run_config={"resources": resources_of(run)},
    )
