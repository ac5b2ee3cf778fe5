"""What the UI shows of a day as a whole: its pictures, its report, and the ways from there.

It is made behind the comparison with the broker, when every order is at its end: drawing and writing cost a
second, which no step before the orders has to give. What can't be drawn or written is told in its place, and
breaks no run (R-42).
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

import dagster as dg

from alchemiser_dagster.assets.stage import Stage
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.logs import logger_named

if TYPE_CHECKING:
    from alchemiser_dagster.reports.daily.facts import DayFacts
    from alchemiser_dagster.reports.pictures.style import Painter, Size

Metadata = dict[str, dg.MetadataValue]

LOG = logger_named(__name__)
LAST_SESSIONS = 60


def day_metadata(stage: Stage) -> Metadata:
    """Write the report of the day, and return it with pictures and links."""
    if not stage.desk.settings.ui.daily_report:
        return _run_links(stage)
    from alchemiser_dagster.day_report import day_books, write_facts
    from alchemiser_dagster.reports.daily.gather import gather_day
    from alchemiser_dagster.reports.drawing import DRAWING_FAILURES

    correlation_id = stage.identity.correlation_id
    try:
        facts = gather_day(day_books(stage.desk), correlation_id)
        report = dg.MetadataValue.path(write_facts(stage.desk, facts).resolve())
        return {"report": report, **_pictures(facts), **_explanations(facts), **_run_links(stage)}
    except (AlchemiserError, *DRAWING_FAILURES) as error:
        told = str(error) if isinstance(error, AlchemiserError) else type(error).__name__
        LOG.warning("daily report not written", correlation_id=correlation_id, error=told)
        return {"report": dg.MetadataValue.text(f"not written: {told}"), **_run_links(stage)}


def _run_links(stage: Stage) -> Metadata:
    """Return the way to the story of the run, and the run's own page."""
    url = stage.desk.settings.ui.url.rstrip("/")
    return {
        "story": dg.MetadataValue.md(f"`alchemiser story {stage.identity.correlation_id}`"),
        "run": dg.MetadataValue.url(f"{url}/runs/{stage.identity.run_id}"),
    }


def _explanations(facts: DayFacts) -> Metadata:
    """Return the way to each strategy's decision of the session, where its explanation stands."""
    ways = (
        f"[{signal.strategy}]({facts.ui_url}/assets/strategy_signals/{quote(signal.strategy, safe='')}"
        f"?partition={signal.session})"
        for signal in facts.records.signals
    )
    told = ", ".join(ways)
    return {"explanations": dg.MetadataValue.md(told)} if told else {}


def _pictures(facts: DayFacts) -> Metadata:
    """Return what was drawn for the report once more, one below the other, as the UI shows it on a click."""
    from alchemiser_dagster.reports.daily.figures import CASH, allocation_rows
    from alchemiser_dagster.reports.pictures.allocation import allocation_painter, allocation_size
    from alchemiser_dagster.reports.pictures.drift import drift_painter
    from alchemiser_dagster.reports.pictures.equity import FEWEST, equity_painter
    from alchemiser_dagster.reports.pictures.style import METADATA

    rows, curve = allocation_rows(facts.records), facts.curve[-LAST_SESSIONS:]
    found = []
    if rows:
        size = allocation_size(rows, METADATA)
        symbols = [row for row in rows if row.symbol != CASH]
        found.append(_picture(allocation_painter(rows), size, "Weights before, wanted and after"))
        found.append(_picture(drift_painter(symbols), size, "Drift from target before and after"))
    if len(curve) >= FEWEST:
        found.append(_picture(equity_painter(curve), METADATA, "Equity and drawdown"))
    return {"pictures": dg.MetadataValue.md("\n\n".join(found))} if found else {}


def _picture(painter: Painter, size: Size, label: str) -> str:
    from alchemiser_dagster.reports.pictures.style import as_png

    encoded = b64encode(as_png(painter, size)).decode()
    return f"![{label}](data:image/png;base64,{encoded})"
