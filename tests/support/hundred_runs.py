"""The state changes of many runs at once, on one ledger: a thread for each run, in several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from support.trading import ACCOUNT, BEFORE_CLOSE, SESSION, Bench, buy, envelope_for, limit_order, plan_of

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import BusyError
from alchemiser_dagster.execution.lock import account_lock
from alchemiser_dagster.ledger.admissions import AdmissionBook, hold_session
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.order_rows import OrderIntent, OrderNews
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.ledger.resumptions import ResumptionBook
from alchemiser_dagster.ledger.run_book import RunBook, RunRow, StepRow, StepState
from alchemiser_dagster.ledger.run_ends import RunEnd, RunEnds
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, notice_key
from alchemiser_dagster.notify.notifier import Notifier
from alchemiser_dagster.notify.terms import NotifierTerms
from alchemiser_dagster.notify.trouble import Trouble
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.recovery import Resumption
from alchemiser_dagster.records.values import Outcome, Side, Trigger
from alchemiser_dagster.risk.halting import HaltWish, change_level

PROCESSES = multiprocessing.get_context("fork")
PATIENCE = 300
STEPS = 7
MOST_ADMITTED = 5
TROUBLE = Trouble("market_data", "data", "the source is away")
LEVELS = (HaltLevel.REDUCE_ONLY, HaltLevel.NONE)


@dataclass(frozen=True)
class Crowd:
    """How many runs there are, in a folder, and over how many processes they are spread."""

    folder: Path
    runs: int
    processes: int

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'ledger.db'}"

    @property
    def counter(self) -> Path:
        return self.folder / "held.txt"

    def prepare(self) -> None:
        """Open the plan whose orders the runs compete for."""
        bench = Bench(self.folder)
        plan = plan_of(buy("AAA", "10"), cash=Decimal(1_000))
        bench.environment().executions.open(plan, BEFORE_CLOSE)
        intents = [_intent(number, plan.plan_id) for number in range(self.runs)]
        OrderBook(bench.database).intend(intents, BEFORE_CLOSE)
        bench.database.close()
        self.counter.write_text("0")

    def rush(self) -> None:
        """Let all runs go at once; raise where a process did not end well."""
        shares = [range(first, self.runs, self.processes) for first in range(self.processes)]
        children = [PROCESSES.Process(target=self.threads, args=(share,)) for share in shares]
        for child in children:
            child.start()
        for child in children:
            child.join(PATIENCE)
        assert [child.exitcode for child in children] == [0] * self.processes

    def threads(self, numbers: Iterable[int]) -> None:
        """Make the runs of one process, a thread each."""
        given = list(numbers)
        database = Database(self.url)
        try:
            with ThreadPoolExecutor(len(given)) as pool:
                for done in [pool.submit(self._run, database, number) for number in given]:
                    done.result()
        finally:
            database.close()

    def _run(self, database: Database, number: int) -> None:
        self._keep_steps(database, number)
        _claim(database, number)
        _halt(database, number)
        _admit(database, number)
        self._hold()
        _end(database, number)

    def _keep_steps(self, database: Database, number: int) -> None:
        book, run = RunBook(database), run_row(number)
        for place in range(STEPS):
            step = step_row(number, place)
            book.began(run, step)
            book.step_ended(replace(step, state=StepState.ENDED, duration_seconds=0.1))

    def _hold(self) -> None:
        """Count one up, while the account is held, as nobody could who is not alone."""
        try:
            with account_lock(self.folder / "locks", ACCOUNT, "run"):
                self.counter.write_text(str(int(self.counter.read_text()) + 1))
                with (self.folder / "holds.txt").open("a") as holds:
                    holds.write("x")
        except BusyError:
            return


def run_row(number: int) -> RunRow:
    return RunRow(
        run_id=f"run-{number}",
        job="trading_job",
        correlation_id=f"day-{number}",
        causation_id=f"run-{number}",
        account=ACCOUNT,
        session=SESSION,
        trigger=Trigger.SCHEDULE,
        launched_at=None,
        began_at=BEFORE_CLOSE,
    )


def step_row(number: int, place: int) -> StepRow:
    return StepRow(
        run_id=f"run-{number}",
        step=f"step-{place}",
        attempt=1,
        correlation_id=f"day-{number}",
        account=ACCOUNT,
        session=SESSION,
        span_id=f"{number:08x}{place:08x}",
        began_at=BEFORE_CLOSE,
    )


def _intent(number: int, plan_id: str) -> OrderIntent:
    return OrderIntent(
        request=limit_order("AAA", Side.BUY, "10", "101.00", f"alch-{number}"),
        plan_id=plan_id,
        line_id="line-1",
        attempt=number + 1,
        account=ACCOUNT,
        session=SESSION,
        decision_price=Decimal(100),
        correlation_id=f"day-{number}",
    )


def _claim(database: Database, number: int) -> None:
    envelope = envelope_for(f"claim-{number}").model_copy(update={"causation_id": f"run-{number}"})
    ResumptionBook(database).claim(Resumption(envelope=envelope, session=SESSION, plan_id="plan"))


def _halt(database: Database, number: int) -> None:
    wish = HaltWish(LEVELS[number % 2], "a person", "a test")
    change_level(database, wish, SESSION, envelope_for(f"halt-{number}"))


def _admit(database: Database, number: int) -> None:
    """Let an order through while there is room, as the risk gate does it."""
    book, orders = AdmissionBook(database), OrderBook(database)
    order = orders.find(f"alch-{number}")
    assert order is not None
    with database.transaction() as connection:
        hold_session(connection, ACCOUNT, SESSION)
        if len(book.of_session(ACCOUNT, SESSION, connection)) < MOST_ADMITTED:
            book.admit(order, Decimal(101), BEFORE_CLOSE, connection)
            orders.note(order.client_order_id, OrderNews(OrderState.SENT, BEFORE_CLOSE), connection)


def _end(database: Database, number: int) -> None:
    ids, at = (f"run-{number}", f"day-{number}"), BEFORE_CLOSE + timedelta(minutes=5)
    RunEnds(database).record(RunEnd(*ids, ACCOUNT, SESSION, Outcome.FAILED, "data", at))
    notifier = Notifier(database, [], StandingClock(BEFORE_CLOSE), NotifierTerms(account=ACCOUNT))
    for key in (notice_key("all", "final"), notice_key(ids[1], "final")):
        is_own = key != notice_key("all", "final")
        notice = Notice(
            key=key,
            level=NoticeLevel.ERROR,
            title="Failed",
            body="error: the source is away",
            correlation_id=ids[1] if is_own else "all",
            created_at=BEFORE_CLOSE,
            session=SESSION,
        )
        notifier.send(notice, TROUBLE if is_own else None)
