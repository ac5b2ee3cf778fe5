"""What follows a recovery, or what the person can do."""

from __future__ import annotations

from collections.abc import Iterable

from alchemiser_dagster.records.recovery import RecoveredOrder
from alchemiser_dagster.recovery.hindrances import NOTHING_OPEN
from alchemiser_dagster.settings.choices import AfterFailure

NOTHING = "Nothing is left to do"
RESUMES = "The rest of the plan is traded now, once"
TAKE_UP = "`alchemiser run` before the close takes the plan up; no order is sent a second time"
STAYS = "The rest is not traded; the next run settles the plan and starts from the account as it is then"
ASK_AGAIN = "Run `alchemiser recover` again; cancel on the broker's pages what stays open there"


def next_action(
    orders: Iterable[RecoveredOrder], hindrances: tuple[str, ...], after_failure: AfterFailure
) -> str:
    """Return it in one sentence, with the reason where the rest may not be traded."""
    is_settled = all(order.state.is_terminal for order in orders)
    if not hindrances:
        return RESUMES if after_failure is AfterFailure.RESUME else TAKE_UP
    if hindrances == (NOTHING_OPEN,):
        return NOTHING if is_settled else ASK_AGAIN
    told = f"{STAYS} ({'; '.join(hindrances)})"
    return told if is_settled else f"{ASK_AGAIN}. {told}"
