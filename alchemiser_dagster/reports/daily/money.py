"""The money of a day: what the account is worth, what it earned, what trading cost."""

from __future__ import annotations

from collections.abc import Iterator

from alchemiser_dagster.portfolio.profit import Profit
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.figures import CASH, allocation_rows
from alchemiser_dagster.reports.daily.page import Figure, Picture
from alchemiser_dagster.reports.outcomes import execution_cost
from alchemiser_dagster.reports.pictures.allocation import allocation_painter, allocation_size
from alchemiser_dagster.reports.pictures.drift import drift_painter
from alchemiser_dagster.reports.pictures.equity import FEWEST, equity_painter
from alchemiser_dagster.reports.pictures.style import PAGE, as_svg
from alchemiser_dagster.reports.table import money, percent


def money_of(facts: DayFacts) -> tuple[Figure, ...]:
    """Return the figures; those that nobody knows are left out."""
    return tuple(_figures(facts))


def pictures_of(facts: DayFacts) -> tuple[Picture, ...]:
    """Return the pictures of the day's money: equity, allocation, drift."""
    return tuple(_pictures(facts))


def _figures(facts: DayFacts) -> Iterator[Figure]:
    report, snapshot, result = facts.records.report, facts.records.snapshot, facts.records.result
    if report is not None:
        yield Figure("Equity", money(report.equity), "after the run, as the broker says")
    elif snapshot is not None:
        yield Figure("Equity", money(snapshot.account.equity), "before the run, as the broker says")
    yield from _earned(facts)
    if report is not None:
        yield Figure("Cash", money(report.actual_cash), "after the run")
    if result is not None and result.orders:
        yield Figure("Sold", money(result.sold))
        yield Figure("Bought", money(result.bought))
        yield Figure("Cost of execution", execution_cost(result), "against the middle of the quotes")


def _earned(facts: DayFacts) -> Iterator[Figure]:
    spans = {
        "Today": facts.profits.day,
        "This month": facts.profits.month,
        "Since start": facts.profits.start,
    }
    for name, profit in spans.items():
        if profit is not None:
            yield Figure(name, _signed(profit), _since(profit))


def _signed(profit: Profit) -> str:
    sign = "−" if profit.amount < 0 else "+"
    return f"{sign}{money(abs(profit.amount))}"


def _since(profit: Profit) -> str:
    size = "" if profit.fraction is None else f"{percent(profit.fraction).replace('-', '−')}, "
    doubt = "" if profit.is_certain else "; not all of it is explained"
    return f"{size}since {profit.since.session}{doubt}"


def _pictures(facts: DayFacts) -> Iterator[Picture]:
    rows = allocation_rows(facts.records)
    if rows:
        label = "Weights of each symbol before and after the run, beside its target"
        size = allocation_size(rows, PAGE)
        yield Picture(as_svg(allocation_painter(rows), size, "allocation", label), label)
    symbols = [row for row in rows if row.symbol != CASH]
    if symbols and facts.records.report is not None:
        label = "How far each symbol was and is from its target"
        size = allocation_size(rows, PAGE)
        yield Picture(as_svg(drift_painter(symbols), size, "drift", label), label)
    if len(facts.curve) >= FEWEST:
        label = "Value of the account after each session, and how far it is below its best"
        yield Picture(as_svg(equity_painter(facts.curve), PAGE, "equity", label), label)
