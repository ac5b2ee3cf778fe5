"""Gather a story from the books: read only, whatever state they are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alchemiser_dagster.broker.call_records import calls_of
from alchemiser_dagster.execution.quality import quality_of
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.run_book import RunRow, StepRow
from alchemiser_dagster.ledger.run_ends import RunEnd
from alchemiser_dagster.ledger.told_notices import notices_of
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.halt import HaltChange
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.story.books import StoryBooks
from alchemiser_dagster.story.story import Story, StoryCall, StoryOrder, StoryRun, StoryStep

TYPED = "command"
"""The run of a record that no run made: a person typed it."""


def gather_story(books: StoryBooks, correlation_id: str) -> Story:
    """Return all that the books know under the id; a story without parts where they know nothing."""
    return _Gathering(books, correlation_id).story()


@dataclass(frozen=True)
class _Gathering:
    books: StoryBooks
    correlation_id: str

    def story(self) -> Story:
        books = self.books
        own = books.journal.story(self.correlation_id)
        runs = self._runs(own)
        return Story(
            correlation_id=self.correlation_id,
            mode=_mode(own, books.mode),
            runs=runs,
            steps=self._steps(own),
            records=_with_halts(books, own),
            orders=tuple(self._orders(own)),
            calls=tuple(self._calls(runs)),
            notices=notices_of(books.database, self.correlation_id),
            ends=tuple(reversed(self._ends)),
        )

    @property
    def _ends(self) -> list[RunEnd]:
        newest_first = self.books.ends.newest_first(self.books.account)
        return [end for end in newest_first if end.correlation_id == self.correlation_id]

    def _runs(self, records: tuple[Record, ...]) -> tuple[StoryRun, ...]:
        kept = [self._run(row) for row in self.books.runs.of_correlation(self.correlation_id)]
        known = {run.run_id for run in kept}
        others: dict[str, StoryRun] = {}
        for record in records:
            run_id = record.envelope.run_id
            if run_id not in known and run_id != TYPED:
                others.setdefault(run_id, self._run_of_records(record))
        return (*others.values(), *kept)

    def _run(self, row: RunRow) -> StoryRun:
        return StoryRun(
            run_id=row.run_id,
            job=row.job,
            trigger=row.trigger.value,
            causation_id=row.causation_id,
            session=row.session,
            launched_at=row.launched_at,
            began_at=row.began_at,
            link=self._link(row.run_id),
        )

    def _run_of_records(self, first: Record) -> StoryRun:
        envelope = first.envelope
        return StoryRun(
            run_id=envelope.run_id,
            job=None,
            trigger=None,
            causation_id=None,
            session=first.session,
            launched_at=None,
            began_at=envelope.created_at,
            link=self._link(envelope.run_id),
        )

    def _link(self, run_id: str) -> str | None:
        return f"{self.books.ui_url.rstrip('/')}/runs/{run_id}" if self.books.ui_url else None

    def _steps(self, records: tuple[Record, ...]) -> tuple[StoryStep, ...]:
        kept = [_step(row) for row in self.books.runs.steps_of(self.correlation_id)]
        known = {(step.run_id, step.step) for step in kept}
        others: dict[tuple[str, str], StoryStep] = {}
        for record in records:
            place = (record.envelope.run_id, record.envelope.source)
            if place not in known and place[0] != TYPED:
                others.setdefault(place, _step_of_records(record))
        return (*others.values(), *kept)

    def _orders(self, records: tuple[Record, ...]) -> Iterator[StoryOrder]:
        """Yield the story's own orders, and all others of a plan that it brought to an end."""
        ended = {record.plan_id for record in records if isinstance(record, ExecutionResult)}
        for plan_id in _plans(records):
            fills = self.books.fills.of_plan(plan_id)
            for order in self.books.orders.of_plan(plan_id):
                if plan_id in ended or order.correlation_id == self.correlation_id:
                    own = tuple(fill for fill in fills if fill.client_order_id == order.client_order_id)
                    events = self.books.orders.events(order.client_order_id)
                    yield StoryOrder(order, events, own, quality_of(order, own).report(order))

    def _calls(self, runs: tuple[StoryRun, ...]) -> Iterator[StoryCall]:
        for run in runs:
            for call in calls_of(self.books.data_dir, run.session, run.run_id):
                yield StoryCall(run.run_id, call)


def _plans(records: tuple[Record, ...]) -> tuple[str, ...]:
    made = (record.plan_id for record in records if isinstance(record, RebalancePlan | ExecutionResult))
    return tuple(dict.fromkeys(made))


def _with_halts(books: StoryBooks, records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Return the records, and before them what a person asked for: halts, and the sale of everything."""
    known = {record.envelope.record_id for record in records}
    traded = {record.session for record in records if isinstance(record, AccountSnapshot)}
    halts = [
        halt
        for session in sorted(traded)
        for halt in books.journal.newest_first(HaltChange, RecordQuery(session, books.account))
        if halt.envelope.record_id not in known
    ]
    asked = [
        books.journal.record(target.envelope.causation_id)
        for target in records
        if isinstance(target, TargetAllocation) and not target.strategies
    ]
    causes = [halt for halt in asked if halt not in halts and halt.envelope.record_id not in known]
    return (*causes, *reversed(halts), *records)


def _mode(records: tuple[Record, ...], mode: Mode) -> Mode:
    return next((record.mode for record in records if isinstance(record, AccountSnapshot)), mode)


def _step(row: StepRow) -> StoryStep:
    return StoryStep(
        run_id=row.run_id,
        step=row.step,
        attempt=row.attempt,
        span_id=row.span_id,
        began_at=row.began_at,
        duration_seconds=row.duration_seconds,
        state=row.state,
        code=row.code,
        message=row.message,
    )


def _step_of_records(first: Record) -> StoryStep:
    envelope = first.envelope
    return StoryStep(
        run_id=envelope.run_id,
        step=envelope.source,
        attempt=1,
        span_id=None,
        began_at=envelope.created_at,
        duration_seconds=None,
        state=None,
        code=None,
        message=None,
    )
