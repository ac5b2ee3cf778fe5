"""How old what is kept may be: by the exchange's calendar, so that a holiday makes nothing stale.

The policy that Dagster shows beside each daily asset knows hours alone. It is as wide as the longest time for
which the exchange is closed in a regular year, Friday to Tuesday, so that it never cries over a holiday. The
check knows the calendar: bars of the last complete session are there by the open of the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.sessions import TradingCalendar

if TYPE_CHECKING:
    from alchemiser_dagster.desk import TradingDesk

FRESH_CHECK, FRESH_ASSET = "bars_reach_the_last_session", "market_data"
LONGEST_CLOSURE, RUN_LENGTH = timedelta(days=4), timedelta(hours=6)
DAILY = dg.FreshnessPolicy.time_window(
    fail_window=LONGEST_CLOSURE + 4 * RUN_LENGTH, warn_window=LONGEST_CLOSURE + RUN_LENGTH
)


@dataclass(frozen=True)
class Freshness:
    """The session whose bars should be there by now, and the last one whose bars are; None where none is."""

    due: date
    reached: date | None

    @property
    def is_fresh(self) -> bool:
        """Whether nothing is missing."""
        return self.reached is not None and self.reached >= self.due

    @property
    def in_words(self) -> str:
        """Both, in a sentence."""
        if self.reached is None:
            return f"no bars of session {self.due} or later were read"
        verdict = "as they should" if self.is_fresh else f"and those of {self.due} should be there by now"
        return f"bars reach session {self.reached}, {verdict}"


def daily(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Return the asset with the policy of what is made once a session."""
    return asset.map_asset_specs(lambda spec: spec.replace_attributes(freshness_policy=DAILY))


def fresh_spec() -> dg.AssetCheckSpec:
    """Return the check of the bars' age. It stops nothing: the day's own checks look at each price."""
    return dg.AssetCheckSpec(
        FRESH_CHECK,
        asset=FRESH_ASSET,
        description="Bars of the last complete session are there by the open of the next one, holidays "
        "and early closes counted (R-35).",
    )


def due_session(calendar: TradingCalendar, now: datetime) -> date:
    """Return the last session whose bars should be there: the one before the last that has opened."""
    latest = calendar.session_at(now)
    opened = latest if calendar.open_of(latest) <= now else calendar.previous(latest)
    return calendar.previous(opened)


def freshness_of(desk: TradingDesk, now: datetime) -> Freshness:
    """Return how far the bars reach that were read by now, as the journal tells."""
    account, due = desk.settings.account, due_session(desk.calendar, now)
    read_for = desk.journal.sessions_with(MarketData, account, due, desk.calendar.session_at(now))
    records = (desk.journal.latest(MarketData, RecordQuery(session, account)) for session in read_for)
    return Freshness(due, max((record.last_session for record in records if record), default=None))


def fresh_result(found: Freshness) -> dg.AssetCheckResult:
    """Return the check's outcome in a run that reads bars."""
    return dg.AssetCheckResult(
        asset_key=FRESH_ASSET,
        check_name=FRESH_CHECK,
        passed=found.is_fresh,
        severity=dg.AssetCheckSeverity.WARN,
        description=found.in_words,
    )


def fresh_evaluation(found: Freshness) -> dg.AssetCheckEvaluation:
    """Return the same as an event that no run is needed for: stale is what nobody has read."""
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(FRESH_ASSET),
        check_name=FRESH_CHECK,
        passed=found.is_fresh,
        severity=dg.AssetCheckSeverity.WARN,
        description=found.in_words,
    )
