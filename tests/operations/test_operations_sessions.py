"""Sessions beside runs: which lack a result by the calendar, what each cost, what the account was worth."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from operations.operations_bench import FRIDAY, MONDAY, TUESDAY, WEDNESDAY, Measured, at
from support.filled_ledger import (
    ACCOUNT,
    end_row,
    event_row,
    execution_row,
    fill_row,
    order_row,
    report,
    run_row,
)

from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.tables import (
    executions,
    fills,
    order_events,
    orders,
    postings,
    run_ends,
    runs,
)
from alchemiser_dagster.operations.readings import FEE_BEGINS
from alchemiser_dagster.operations.runs import RunState
from alchemiser_dagster.reconciliation.activities import activity_posting
from alchemiser_dagster.records.activity import Activity, ActivityKind


@pytest.fixture
def ledger(tmp_path: Path) -> Measured:
    return Measured(tmp_path)


def ran(ledger: Measured, session: date, outcome: str = "traded", name: str = "run") -> None:
    correlation = f"{name}-{session}"
    ledger.write(runs, run_row(correlation, session, at(session), correlation_id=correlation))
    end = end_row(correlation, session, at(session), outcome=outcome, correlation_id=correlation)
    ledger.write(run_ends, end)


def bought(
    ledger: Measured, session: date, price: str, correlation: str, sent: datetime | None = None
) -> None:
    name = f"order-{correlation}"
    ledger.write(executions, execution_row(session, at(session)))
    row = order_row(name, session, at(session), correlation_id=correlation, average_price=Decimal(price))
    ledger.write(orders, row)
    ledger.write(order_events, event_row(name, "sent", sent or at(session)))
    ledger.write(fills, fill_row(name, session, at(session), price=Decimal(price)))


def fee(day: date, amount: str) -> dict[str, object]:
    activity = Activity(
        activity_id=f"fee-{day}",
        kind=ActivityKind.FEE,
        raw_kind="FEE",
        symbol=None,
        quantity=Decimal(0),
        amount=Decimal(amount),
        occurred_on=day,
    )
    posted = activity_posting(activity)
    assert posted.description.startswith(FEE_BEGINS)
    return {
        "posting_id": f"posting-{day}",
        "account": ACCOUNT,
        "posted_at": at(day),
        **{name: getattr(posted, name) for name in ("symbol", "quantity", "amount", "description")},
        "kind": posted.kind.value,
        "occurred_at": posted.occurred_at,
    }


def test_sessions_without_a_result_are_named_and_holidays_are_none(ledger: Measured) -> None:
    #
    ran(ledger, MONDAY)
    ran(ledger, TUESDAY, "failed")
    ran(ledger, FRIDAY, "nothing to do")
    history = ledger.history(due=date(2024, 12, 3))
    assert [found.session.isoformat()[5:] for found in history.sessions] == [
        "11-25", "11-26", "11-27", "11-29", "12-02", "12-03",
    ]  # fmt: skip
    measures = history.measures
    assert (measures.sessions_due, measures.sessions_with_result) == (6, 2)
    assert measures.sessions_without == (TUESDAY, WEDNESDAY, date(2024, 12, 2), date(2024, 12, 3))
    assert [found.outcome for found in history.sessions][:3] == [RunState.TRADED, RunState.FAILED, None]


def test_in_a_simulation_no_session_is_due_after_the_last_that_was_run(ledger: Measured) -> None:
    ran(ledger, MONDAY)
    assert ledger.history(due=None).measures.sessions_without == ()


@pytest.mark.parametrize(
    ("outcomes", "outcome"),
    [
        (("failed", "traded"), RunState.TRADED),
        (("traded", "failed"), RunState.TRADED),
        (("traded", "skipped", "nothing to do"), RunState.NOTHING_TO_DO),
        (("skipped", "failed"), RunState.FAILED),
        (("failed", "partial", "skipped"), RunState.PARTIAL),
    ],
)
def test_a_result_is_not_undone_by_a_run_that_comes_to_none(
    ledger: Measured, outcomes: tuple[str, ...], outcome: RunState
) -> None:
    for number, found in enumerate(outcomes):
        ran(ledger, MONDAY, found, name=f"run{number}")
    (session,) = ledger.history().sessions
    assert session.outcome is outcome
    assert session.has_result is outcome.is_result


def test_costs_add_up_over_sessions_and_unknown_ones_add_nothing(ledger: Measured) -> None:
    for session in (MONDAY, TUESDAY, WEDNESDAY):
        ran(ledger, session)
    bought(ledger, TUESDAY, "100.02", f"run-{TUESDAY}")
    bought(ledger, WEDNESDAY, "99.99", f"run-{WEDNESDAY}")
    ledger.write(postings, fee(WEDNESDAY, "-0.03"))
    first, second, third = ledger.history().sessions
    assert (first.orders.cost, first.cost_so_far) == (None, None)
    assert (second.orders.cost, second.orders.cost_basis_points) == (Decimal("0.2"), Decimal(2))
    assert (third.orders.cost, third.fees) == (Decimal("-0.1"), Decimal("0.03"))
    assert (second.cost_so_far, third.cost_so_far) == (Decimal("0.2"), Decimal("0.13"))
    assert ledger.history().measures.fees == Decimal("0.03")


def test_a_fee_of_a_holiday_belongs_to_the_session_before_it(ledger: Measured) -> None:
    ran(ledger, WEDNESDAY)
    ran(ledger, FRIDAY)
    ledger.write(postings, fee(date(2024, 11, 28), "-1"))
    assert [found.fees for found in ledger.history().sessions] == [Decimal(1), Decimal(0)]


def test_equity_is_that_of_the_last_comparison(ledger: Measured) -> None:
    ran(ledger, MONDAY)
    ran(ledger, TUESDAY)
    journal = Journal(ledger.database)
    first, second = report(MONDAY, "100.10"), report(MONDAY, "99.90")
    later = second.envelope.model_copy(update={"record_id": "later"})
    for record in (first, second.model_copy(update={"envelope": later})):
        journal.append(record)
    assert [found.equity for found in ledger.history().sessions] == [Decimal("99.90"), None]


def test_from_the_tick_to_the_first_order(ledger: Measured) -> None:
    ran(ledger, MONDAY)
    ran(ledger, TUESDAY)
    bought(ledger, MONDAY, "100", f"run-{MONDAY}", sent=datetime(2024, 11, 25, 20, 45, 3, tzinfo=UTC))
    bought(ledger, TUESDAY, "100", f"run-{TUESDAY}", sent=at(TUESDAY, 20, 40))
    first, second = ledger.history().trading
    assert first.seconds_to_first_order == 7.0  # asked for at 20:44:56
    assert second.seconds_to_first_order is None  # an order can't leave before its run was asked for
    simulated = ledger.history(is_real_time=False)
    assert [run.seconds_to_first_order for run in simulated.trading] == [None, None]


def test_what_is_asked_for_is_all_that_is_measured(ledger: Measured) -> None:
    for session in (MONDAY, TUESDAY, WEDNESDAY):
        ran(ledger, session)
        bought(ledger, session, "100.02", f"run-{session}")
    since = ledger.history(since=at(TUESDAY, 0))
    assert [run.session for run in since.trading] == [TUESDAY, WEDNESDAY]
    assert since.measures.orders.placed == 2
    one = ledger.history(session=TUESDAY)
    assert [run.session for run in one.trading] == [found.session for found in one.sessions] == [TUESDAY]
    assert (one.measures.orders.placed, one.measures.runs_by_state) == (1, {"traded": 1})
    assert ledger.history(account="another").trading == ()
