"""What explains that the account is not what our own fills would make it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import combinations

from alchemiser_dagster.reconciliation.evidence import Evidence
from alchemiser_dagster.records.order import Fill

Effect = Callable[[Iterable[Fill]], Decimal]


def explain(difference: Decimal, evidence: Evidence, effect: Effect) -> str | None:
    """Return which known activity adds up to the difference exactly; None where nothing does.

    Parameters
    ----------
    difference
        Actual less expected, in shares or in account currency.
    evidence
        Where the activity is looked for.
    effect
        What a set of fills does to the quantity that differs.
    """
    causes = {
        "fills of orders that are not ours": effect(evidence.counted(evidence.foreign_fills)),
        "fills that the ledger has and the broker does not list": effect(evidence.unlisted_fills),
    }
    active = {cause: amount for cause, amount in causes.items() if amount}
    for count in range(1, len(active) + 1):
        for chosen in combinations(active, count):
            if sum((active[cause] for cause in chosen), Decimal(0)) == difference:
                return " and ".join(chosen)
    return None
