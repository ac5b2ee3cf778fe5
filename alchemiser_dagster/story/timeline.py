"""A story as lines, in the order of its causes.

Runs follow each other, and within a run its steps; what a step made, ordered and asked stands below it. So
the order is right also where a simulated clock stands still. Notices go by the real clock, and stand last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from alchemiser_dagster.ledger.run_book import StepState
from alchemiser_dagster.ledger.told_notices import ToldNotice
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.reports.symphony_facts import counted
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.story.event import Event, Tone
from alchemiser_dagster.story.order_events import events_of_order
from alchemiser_dagster.story.record_events import events_of_record
from alchemiser_dagster.story.story import Story, StoryOrder, StoryRun, StoryStep

ORDERING_STEP = "execution_result"
SHOWN_DIGITS = 8
_STEP_TONES: dict[StepState | None, Tone] = {
    StepState.FAILED: "bad",
    StepState.STARTED: "warning",
    StepState.REPEATED: "warning",
}
_STEP_WORDS: dict[StepState | None, str] = {
    StepState.FAILED: " failed",
    StepState.STARTED: " began, and never ended",
    StepState.REPEATED: " is tried again",
}


def timeline(story: Story, *, with_calls: bool = False) -> tuple[Event, ...]:
    """Return every event of the story; requests to broker and market data only where they are wanted."""
    return tuple(_Timeline(story, with_calls).events())


@dataclass(frozen=True)
class _Timeline:
    story: Story
    with_calls: bool

    def events(self) -> Iterator[Event]:
        places = [(record, self._place(record)) for record in self.story.records]
        told: set[str] = set()
        for run in self.story.runs:
            yield from self._typed_before(run, told)
            yield self._run(run)
            for step in self.story.steps:
                if step.run_id == run.run_id:
                    yield from self._step(step, [record for record, place in places if place == step])
        yield from self._typed_before(None, told)
        yield from self._lost_orders()
        for notice in self.story.notices:
            yield from self._notice(notice)

    def _typed_before(self, run: StoryRun | None, told: set[str]) -> Iterator[Event]:
        """Yield what persons typed before the run began, and what no step made; all that is left for None."""
        first = self._first_entry(run)
        for number, record in enumerate(self.story.records):
            name = record.envelope.record_id
            if self._place(record) is None and name not in told and (first is None or number < first):
                told.add(name)
                yield from self._record(record, depth=0)

    def _first_entry(self, run: StoryRun | None) -> int | None:
        """Return the place of the run's first record; of a run without one none, so that nothing waits."""
        if run is None:
            return None
        own = (
            number for number, found in enumerate(self.story.records) if found.envelope.run_id == run.run_id
        )
        return next(own, 0)

    def _run(self, run: StoryRun) -> Event:
        by = f", by {run.trigger}" if run.trigger else ""
        cause = run.causation_id
        is_caused = cause is not None and cause not in {run.run_id, run.trigger}
        because = f", because of {self._named(cause)}" if cause is not None and is_caused else ""
        job = f" {run.job}" if run.job else ""
        said = f"run {run.run_id[:SHOWN_DIGITS]}{job}{by}{because}"
        return self._by_real_clock(Event(said, at=run.began_at, tone="strong"))

    @property
    def _is_simulated(self) -> bool:
        return self.story.mode is Mode.SIMULATED

    def _by_real_clock(self, event: Event) -> Event:
        """Return the event; where the day's clock is simulated, with its time in words beside the day's."""
        if event.at is None or not self._is_simulated:
            return event
        when = f"{event.at.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S}"
        return replace(event, at=None, text=f"{event.text} (real time {when})")

    def _named(self, cause: str) -> str:
        """Return what the cause is: a run, or a record of the story by its kind."""
        if any(run.run_id == cause for run in self.story.runs):
            return f"run {cause[:SHOWN_DIGITS]}"
        kinds = {record.envelope.record_id: record.kind for record in self.story.records}
        return f"{kinds.get(cause, '').replace('_', ' ')} {cause[:SHOWN_DIGITS]}".strip()

    def _step(self, step: StoryStep, records: list[Record]) -> Iterator[Event]:
        attempt = f", attempt {step.attempt}" if step.attempt > 1 else ""
        tone = _STEP_TONES.get(step.state, "plain")
        yield Event(
            f"{step.step}{attempt}{_STEP_WORDS.get(step.state, '')}",
            at=None if self._is_simulated else step.began_at,
            seconds=step.duration_seconds,
            depth=1,
            tone=tone,
        )
        if step.message:
            code = f" [{step.code}]" if step.code else ""
            yield Event(f"{step.message}{code}", depth=2, tone=tone)
        if step == self._ordering_steps.get(step.run_id):
            for order in self._orders_of(step):
                yield from events_of_order(order, self._plan_lines, depth=2)
        for record in records:
            yield from self._record(record, depth=2)
        yield from self._calls(step)

    def _record(self, record: Record, *, depth: int) -> Iterator[Event]:
        for number, event in enumerate(events_of_record(record)):
            at = record.envelope.created_at if not number else None
            yield replace(event, at=at, depth=event.depth + depth)

    def _calls(self, step: StoryStep) -> Iterator[Event]:
        own = [
            found.call
            for found in self.story.calls
            if found.run_id == step.run_id and found.call.span_id == step.span_id
        ]
        if own and not self.with_calls:
            failed = sum(call.error is not None for call in own)
            said = (
                f"{counted(len(own), 'request')}{f', {failed} of them without an answer' if failed else ''}"
            )
            yield Event(said, depth=2, tone="faint")
        for call in own if self.with_calls else ():
            answer = call.error or (str(call.status) if call.status is not None else "answered")
            yield Event(
                f"{call.call} → {answer}",
                at=None if self._is_simulated else call.at,
                seconds=call.seconds,
                depth=2,
                tone="bad" if call.error else "faint",
            )

    def _place(self, record: Record) -> StoryStep | None:
        """Return the step that made the record: of several attempts the last."""
        envelope = record.envelope
        own = (envelope.run_id, envelope.source)
        return next((step for step in reversed(self.story.steps) if (step.run_id, step.step) == own), None)

    @cached_property
    def _ordering_steps(self) -> dict[str, StoryStep]:
        return {step.run_id: step for step in self.story.steps if step.step == ORDERING_STEP}

    def _orders_of(self, step: StoryStep) -> Iterator[StoryOrder]:
        """Yield the orders that were written down in the step: after it began, and before the next one."""
        steps = list(self._ordering_steps.values())
        for order in self.story.orders:
            begun = [found for found in steps if found.began_at <= order.order.created_at]
            newest = max((found.began_at for found in begun), default=None)
            home = next((found for found in begun if found.began_at == newest), steps[0])
            if home == step:
                yield order

    def _lost_orders(self) -> Iterator[Event]:
        """Yield the orders of a story none of whose steps is known to order."""
        if not self._ordering_steps:
            for order in self.story.orders:
                yield from events_of_order(order, self._plan_lines, depth=0)

    @cached_property
    def _plan_lines(self) -> dict[str, PlanLine]:
        return {line.line_id: line for plan in self.story.all_of(RebalancePlan) for line in plan.lines}

    def _notice(self, notice: ToldNotice) -> Iterator[Event]:
        state = "sent" if notice.sent_at else "not sent yet"
        tones: dict[str, Tone] = {"error": "bad", "warning": "warning"}
        tone = tones.get(notice.level, "strong")
        yield self._by_real_clock(Event(f"notice {state}: {notice.title}", at=notice.created_at, tone=tone))
        for owed in notice.owed:
            yield Event(f"{owed.channel} has not got it: {owed.reason}", depth=1, tone="bad")
