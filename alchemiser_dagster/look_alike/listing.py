"""The list of activities as clients are told it: a fault may leave out a row, or tell it twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol, TypeAlias

from alchemiser_dagster.broker.simulated.queries import FillReport
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.look_alike.listing_faults import ActivityMissing, AnyListingFault, FillTwice, LateFill
from alchemiser_dagster.records.activity import Activity


class Judge(Protocol):
    """Says which fault of the list fires on what happened, and counts it."""

    def of_fill(self, symbol: str) -> AnyListingFault | None:
        """Return the fault of a fill of the symbol."""
        ...

    def of_activity(self, raw_kind: str, symbol: str | None) -> AnyListingFault | None:
        """Return the fault of something besides a trade."""
        ...


@dataclass(frozen=True)
class LateUntil:
    """When a row is shown: with a request for activities, from 1, or at an instant; both None: never."""

    request: int | None
    instant: datetime | None

    def is_over(self, request: int, now: datetime) -> bool:
        """Whether the row is shown."""
        by_request = self.request is not None and request >= self.request
        return by_request or (self.instant is not None and now >= self.instant)


Verdict: TypeAlias = "LateUntil | ActivityMissing | FillTwice | None"


class Listing:
    """What is told of the rows; each is judged once, when it is first asked for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._judge: Judge | None = None
        self._verdicts: dict[str, Verdict] = {}
        self._requests = 0

    def begin(self, judge: Judge, known: Iterable[str]) -> None:
        """Let another judge decide from now on; what is known by then is told as it is."""
        with self._lock:
            self._judge = judge
            self._verdicts = dict.fromkeys(known)

    def forget(self) -> None:
        """Forget what was judged: the account begins anew, and its rows with it."""
        with self._lock:
            self._verdicts.clear()

    def told(
        self, fills: Sequence[FillReport], activities: Sequence[Activity]
    ) -> tuple[list[FillReport], list[Activity]]:
        """Return what one request for activities is told of these rows."""
        with self._lock:
            self._requests += 1
            shown = [row for report in fills for row in self._fill(report)]
            return shown, [one for one in activities if self._activity(one)]

    def _fill(self, report: FillReport) -> Iterator[FillReport]:
        fill = report.fill
        if fill.fill_id not in self._verdicts:
            self._verdicts[fill.fill_id] = self._verdict(report)
        verdict = self._verdicts[fill.fill_id]
        if isinstance(verdict, LateUntil) and not verdict.is_over(self._requests, self._clock.now()):
            return
        yield report
        if isinstance(verdict, FillTwice):
            again = fill.model_copy(update={"fill_id": derived_id("again", fill.fill_id)})
            yield replace(report, fill=again)

    def _verdict(self, report: FillReport) -> Verdict:
        fault = self._judge.of_fill(report.fill.symbol) if self._judge else None
        if not isinstance(fault, LateFill):
            return fault
        requests, seconds = fault.after_requests, fault.after_seconds
        return LateUntil(
            None if requests is None else self._requests + requests,
            None if seconds is None else report.fill.filled_at + timedelta(seconds=float(seconds)),
        )

    def _activity(self, one: Activity) -> bool:
        if one.activity_id not in self._verdicts:
            fault = self._judge.of_activity(one.raw_kind, one.symbol) if self._judge else None
            self._verdicts[one.activity_id] = fault if isinstance(fault, ActivityMissing) else None
        return self._verdicts[one.activity_id] is None
