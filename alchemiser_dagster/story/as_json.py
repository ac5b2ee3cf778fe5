"""A story for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic_core import to_jsonable_python

from alchemiser_dagster.settings.secrets import mask
from alchemiser_dagster.story.outcome import outcome_of
from alchemiser_dagster.story.story import Story

SCHEMA_VERSION = 1


def story_json(story: Story, secrets: Iterable[str] = ()) -> str:
    """Return the story as one object: decimals as texts, instants in ISO 8601, secrets masked."""
    outcome = outcome_of(story)
    told: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "correlation_id": story.correlation_id,
        "session": story.session,
        "mode": story.mode,
        "outcome": outcome.outcome,
        "why": outcome.why,
        "decisions": story.decisions,
        "runs": story.runs,
        "steps": story.steps,
        "records": [{"kind": record.kind, **record.model_dump(mode="json")} for record in story.records],
        "orders": story.orders,
        "calls": story.calls,
        "notices": story.notices,
        "breaks": story.breaks,
        "ends": story.ends,
    }
    return mask(json.dumps(to_jsonable_python(told), indent=2), secrets)
