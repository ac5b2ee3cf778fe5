"""What a person can do about a failure, by the code of its error."""

from __future__ import annotations

from alchemiser_dagster.notify.verdict import HALTED

LEFT = "`alchemiser run --again` trades what is left before the close; the next session plans anew by itself"
NEXT_ACTIONS = {
    "approval": "Look at the plan, and approve it with `alchemiser approve`",
    "sanity": "Look at what is strange, and approve it with `alchemiser approve` if it is right",
    HALTED: "Run `alchemiser resume --reason TEXT` once the cause is gone",
    "configuration": "Correct the settings and run `alchemiser doctor`",
    "strategy": "Correct the strategy's file, then run again",
    "data": "Run `alchemiser doctor` to see which bars are missing or wrong",
    "session": "Run again within the window before the close of a trading session",
    "busy": "Wait until the other run has ended; `alchemiser status` shows it",
    "order-unknown": "Run again: it asks the broker what became of the order before it sends anything",
    "order-rejected": f"Look at why the broker refused; {LEFT}",
    "order": f"Look at what was not filled; {LEFT}",
    "reconciliation": "`alchemiser breaks` lists what differs; `alchemiser breaks accept` once you know why",
    "skipped": "Nothing, unless you did not expect it",
}
OTHERWISE = "Look at `alchemiser status`, then run again: no order is sent a second time"


def next_action(code: str) -> str:
    """Return what to do about a failure with this code."""
    return NEXT_ACTIONS.get(code, OTHERWISE)
