"""An order as lines of a timeline: why it was sent, each change of its state, what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alchemiser_dagster.ledger.order_rows import OrderEvent
from alchemiser_dagster.records.order import OrderState, TimeInForce
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.reports.table import percent, price, shares
from alchemiser_dagster.story.event import Event, Tone
from alchemiser_dagster.story.story import StoryOrder

SHOWN_DIGITS = 13
FIRST_ATTEMPT = "attempt 1 is being sent"
_TONES: dict[OrderState, Tone] = {
    OrderState.FILLED: "good",
    OrderState.REJECTED: "bad",
    OrderState.UNKNOWN: "warning",
    OrderState.EXPIRED: "warning",
}


def events_of_order(found: StoryOrder, lines: Mapping[str, PlanLine], *, depth: int) -> Iterator[Event]:
    """Yield the order and its reason, then what happened to it, one line each."""
    order = found.order
    wanted = f"{order.side} {shares(order.quantity)} {order.symbol} {priced_at(found)}"
    line = lines.get(order.line_id)
    yield Event(
        f"{wanted} · {order.client_order_id[:SHOWN_DIGITS]}{f' · {reason_of(line)}' if line else ''}",
        at=order.created_at,
        depth=depth,
        tone="strong",
    )
    for change in found.events:
        yield Event(_change(change), at=change.at, depth=depth + 1, tone=_TONES.get(change.to_state, "plain"))
    for fill in found.fills:
        yield Event(
            f"fill {shares(fill.quantity)} at {price(fill.price)}",
            at=fill.filled_at,
            depth=depth + 1,
            tone="good",
        )
    if found.report.slippage is not None and found.report.slippage_basis_points is not None:
        took = found.report.seconds_to_fill
        yield Event(
            f"slippage {found.report.slippage:z,.2f} ({found.report.slippage_basis_points:z.1f} bp)",
            seconds=took,
            depth=depth + 1,
            tone="faint",
        )


def reason_of(line: PlanLine) -> str:
    """Return why a line is in the plan, and which strategy wants how much of it."""
    wants = ", ".join(f"{part.strategy} {percent(part.weight)}" for part in line.contributions)
    return f"{line.reason.value}{f': {wants}' if wants else ''}"


def priced_at(found: StoryOrder) -> str:
    """Return the limit of an order, or how it is filled without one."""
    order = found.order
    if order.limit_price is not None:
        return f"at {price(order.limit_price)}"
    return "in the closing auction" if order.time_in_force is TimeInForce.CLOSE else "at the market"


def _change(change: OrderEvent) -> str:
    filled = f", {shares(change.filled_quantity)} filled" if change.filled_quantity else ""
    is_told = change.detail in {"", f"the broker says {change.to_state.value}", FIRST_ATTEMPT}
    detail = "" if is_told else f" ({change.detail})"
    return f"{change.from_state.value} → {change.to_state.value}{filled}{detail}"
