"""Tell of what the watch found: each finding once, under a key of its own (R-41, R-43)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from alchemiser_dagster.ids import scheduled_correlation
from alchemiser_dagster.notify.compose_finding import Finding, compose_finding
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.notify.notifier import Notifier
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.watch.finding import FindingKind, WatchFinding
from alchemiser_dagster.watch.heartbeats import FOLDER, beat, last_beat


def tell(found: Iterable[WatchFinding], settings: Settings, notifier: Notifier, at: datetime) -> None:
    """Send a notice of each finding that was not told before.

    Where the ledger can't be read, the notifier can't know what was told: a file beside it does.
    """
    kept = tuple(found)
    is_ledger_down = any(finding.kind is FindingKind.LEDGER for finding in kept)
    for finding in kept:
        notice = notice_of(finding, settings, at)
        sign = settings.data_dir / FOLDER, f"told-{notice.key}"
        if is_ledger_down and last_beat(*sign) is not None:
            continue
        notifier.send(notice)
        if is_ledger_down:
            beat(*sign, at)


def notice_of(finding: WatchFinding, settings: Settings, at: datetime) -> Notice:
    """Return the notice of a finding, under the correlation id of its session's scheduled run."""
    return compose_finding(
        Finding(
            correlation_id=scheduled_correlation(settings.account, finding.session),
            about=finding.about,
            mode=settings.mode,
            session=finding.session,
            headline=finding.headline,
            sentence=finding.sentence,
            outcome="failed" if finding.is_problem else "switched off",
            code=finding.kind.value,
            next_action=finding.remedy,
            facts=finding.facts,
            level=finding.level,
        ),
        at,
    )
