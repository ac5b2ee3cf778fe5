"""What is said of a failure that goes on, and once it is over (R-43)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alchemiser_dagster.notify.notice import Notice, NoticeLevel, facts_in_lines, notice_key
from alchemiser_dagster.notify.trouble import Incident

RECOVERED = "recovered"


def with_count(notice: Notice, incident: Incident) -> Notice:
    """Return the notice with how often its failure was seen, where that was before."""
    if incident.count == 1:
        return notice
    seen = facts_in_lines({"seen": f"{incident.times} since {_minute(incident.opened_at)}"})
    return notice.model_copy(update={"body": f"{seen}\n{notice.body}"})


def compose_recovered(over: Sequence[Incident], success: Notice) -> Notice:
    """Return the notice that a success ended failures, of which there is at least one."""
    count = sum(incident.count for incident in over)
    failures = "1 failure" if count == 1 else f"{count} failures"
    what = over[0].title if len(over) == 1 else f"{len(over)} kinds of failure are over"
    facts = {
        f"over {number}": f"{incident.title}: seen {incident.times}, from {_minute(incident.opened_at)} "
        f"to {_minute(incident.last_seen_at)}"
        for number, incident in enumerate(over, start=1)
    }
    return Notice(
        key=notice_key(success.correlation_id, " ".join([RECOVERED, *_names(over)])),
        level=NoticeLevel.INFO,
        title=f"Recovered: {what}, after {failures}",
        body=facts_in_lines({**facts, "correlation id": success.correlation_id}),
        correlation_id=success.correlation_id,
        created_at=success.created_at,
        session=success.session,
    )


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _names(incidents: Sequence[Incident]) -> list[str]:
    return [f"{incident.fingerprint} {incident.opened_at.isoformat()}" for incident in incidents]
