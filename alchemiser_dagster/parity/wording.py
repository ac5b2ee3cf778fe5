"""Verdicts for people: a table, and one sentence for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alchemiser_dagster.parity.difference import DecisionDifference
from alchemiser_dagster.parity.verdict import BarCause, BarEffect, Hindsight, Reason, Verdict
from alchemiser_dagster.records.market import RestatedHistory
from alchemiser_dagster.reports.table import Table

MOST_SYMBOLS = 4
NOTHING = "–"
COLUMNS = ("session", "strategy", "traded", "computed again", "on the bars known today")


def verdict_table(verdicts: Iterable[Verdict]) -> Table:
    """Return one line a decision."""
    rows = tuple(
        (
            str(verdict.kept.signal.session),
            verdict.kept.signal.strategy,
            "yes" if verdict.kept.was_traded else "no",
            verdict_text(verdict),
            hindsight_text(verdict.hindsight),
        )
        for verdict in verdicts
    )
    return Table("Decisions computed again", COLUMNS, rows)


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return how many decisions came out again, and how many are unexplained."""
    equal = sum(verdict.is_equal for verdict in verdicts)
    unexplained = sum(Reason.UNEXPLAINED in verdict.reasons for verdict in verdicts)
    counted = f"{equal} of {len(verdicts)} decisions are equal in every bit"
    return f"{counted}; {unexplained} unexplained" if unexplained else counted


def verdict_text(verdict: Verdict) -> str:
    """Return whether the decision came out again, or the reasons why not and what it changes."""
    if verdict.is_equal:
        since = " and ".join(verdict.changed_since)
        return f"equal, though {since}" if since else "equal"
    reasons = " or ".join(verdict.reasons)
    said = verdict.detail or (difference_text(verdict.difference) if verdict.difference else "")
    return f"{reasons}: {said}" if said else reasons


def hindsight_text(hindsight: Hindsight | None) -> str:
    """Return what today's bars do to the decision."""
    if hindsight is None:
        return NOTHING
    waiting = () if hindsight.official_close_is_known else ("official close not known yet",)
    return "; ".join((*waiting, *map(effect_text, hindsight.effects))) or "same bars, same decision"


def effect_text(effect: BarEffect) -> str:
    """Return which closes differ, and what that does."""
    does = "same decision" if effect.difference is None else difference_text(effect.difference)
    return f"{effect.cause} ({_closes_text(effect)}): {does}"


def difference_text(difference: DecisionDifference) -> str:
    """Return how much of the strategy changes, and in what."""
    if difference.distance is None:
        return "defined on one side only"
    if not difference.symbols:
        return f"nothing to trade, but {' and '.join(difference.fields)} differ"
    if difference.is_rounding:
        return f"last digits of {_few(difference.symbols)}"
    return f"{difference.distance * 100:.4g} % moves: {_few(difference.symbols)}"


def _closes_text(effect: BarEffect) -> str:
    most = max((close.largest_change for close in effect.closes), default=0.0)
    by = f"up to {most * 100:.3g} %"
    if effect.cause is BarCause.PROVISIONAL_PRICE:
        return f"{_few([close.symbol for close in effect.closes])}, {by}"
    return f"{_few([_restated_text(close) for close in effect.closes])}, {by}"


def _restated_text(close: RestatedHistory) -> str:
    plural = "" if close.sessions_changed == 1 else "s"
    return f"{close.symbol} on {close.sessions_changed} session{plural}"


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_SYMBOLS])
    return f"{shown} and {len(names) - MOST_SYMBOLS} more" if len(names) > MOST_SYMBOLS else shown
