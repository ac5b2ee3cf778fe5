"""The page of a day as one HTML file: nothing is loaded, and no script runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alchemiser_dagster.reports.daily.alerts import alerts_of
from alchemiser_dagster.reports.daily.decided import decisions_of
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.head import head_of
from alchemiser_dagster.reports.daily.health import health_of, health_tables
from alchemiser_dagster.reports.daily.money import money_of, pictures_of
from alchemiser_dagster.reports.daily.page import Page
from alchemiser_dagster.reports.daily.trades import left_alone_tables, traded_in_short, trades_table
from alchemiser_dagster.reports.table import Table

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE = "day.html"
MOST_COLUMNS, MOST_LETTERS = 4, 28
NARROW_PERCENT = "\N{NO-BREAK SPACE}%"


def daily_report(facts: DayFacts) -> str:
    """Return the page; whatever the facts say is written as text, and never as HTML."""
    return _environment().get_template(TEMPLATE).render(page=page_of(facts))


def page_of(facts: DayFacts) -> Page:
    """Return what stands on the page."""
    records = facts.records
    return Page(
        head=head_of(facts),
        alerts=alerts_of(facts),
        money=money_of(facts),
        pictures=pictures_of(facts),
        traded=trades_table(records),
        traded_in_short=traded_in_short(records),
        decisions=decisions_of(facts),
        left_alone=left_alone_tables(records),
        health=health_of(facts),
        health_tables=health_tables(facts),
        commands=(
            f"alchemiser story {facts.correlation_id}",
            f"alchemiser report {facts.correlation_id}",
            "alchemiser journal verify",
        ),
    )


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_with_its_unit,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["wide"] = _is_wide
    return environment


def _is_wide(table: Table) -> bool:
    """Return whether the table does not fit a phone, and so stands there one cell below the other."""
    longest = max((len(cell) for row in table.rows for cell in row), default=0)
    return len(table.columns) > MOST_COLUMNS or longest > MOST_LETTERS


def _with_its_unit(value: object) -> object:
    """Keep a number and its percent sign in one line."""
    return value.replace(" %", NARROW_PERCENT) if type(value) is str else value
