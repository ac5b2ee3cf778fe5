"""Why each strategy wants what it wants, for the page of a day."""

from __future__ import annotations

from urllib.parse import quote

from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.page import Decision, Link
from alchemiser_dagster.reports.explanation_head import verdict
from alchemiser_dagster.reports.explanation_outline import outline
from alchemiser_dagster.reports.explanation_summary import closest_first, reasons_of

NOT_KEPT = "This decision was made before explanations were kept."


def decisions_of(facts: DayFacts) -> tuple[Decision, ...]:
    """Return the decisions, those first that came closest to turning out otherwise."""
    return tuple(_decision(signal, facts.ui_url) for signal in closest_first(facts.records.signals))


def _decision(signal: StrategySignal, ui_url: str) -> Decision:
    explanation = signal.explanation
    return Decision(
        name=signal.strategy,
        sentence=reasons_of([signal]).get(signal.strategy, NOT_KEPT),
        verdict=verdict(explanation) if explanation else "",
        is_fragile=explanation is not None and explanation.is_fragile,
        lines=outline(explanation) if explanation else (),
        more=Link("All days", f"{ui_url}/assets/strategy_signals/{quote(signal.strategy, safe='')}"),
    )
