"""What stands above an explained path: what is held, and how firm that is."""

from __future__ import annotations

from alchemiser_dagster.records.explanation import Explanation
from alchemiser_dagster.reports.explanation_conditions import line_text
from alchemiser_dagster.reports.explanation_sentence import closest_text, holdings_text

MOST_HOLDINGS = 12


def headline(explanation: Explanation) -> str:
    """Return the strategy, the session and what is held."""
    wanted = f"wants {holdings_text(explanation, MOST_HOLDINGS)}" if explanation.is_defined else "no signal"
    return f"{explanation.name}, session {explanation.session}: {wanted}"


def verdict(explanation: Explanation) -> str:
    """Return what came closest to changing the decision, or which history lacked."""
    if not explanation.is_defined:
        return f"History lacked: {'; '.join(explanation.missing)}"
    count = explanation.decisions
    if not count:
        return "No condition and no filter lies on the way"
    decisions = "One decision" if count == 1 else f"{count:,} decisions"
    closest = explanation.closest
    if closest is None:
        return f"{decisions} on the way. No move of one symbol by up to 50 % would have changed one"
    where = line_text(closest.line)
    return f"{decisions} on the way. Closest call: {closest_text(closest)}{where and f' ({where})'}"
