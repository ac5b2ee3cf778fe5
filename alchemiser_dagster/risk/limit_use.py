"""Each limit with its ceiling, and how much of it today has used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from alchemiser_dagster.records.approval import Approval
from alchemiser_dagster.risk.account_guards import loss_since
from alchemiser_dagster.risk.account_view import AccountView
from alchemiser_dagster.risk.session_use import SessionUse
from alchemiser_dagster.settings import ceilings
from alchemiser_dagster.settings.risk import RiskSettings

SECTION = "risk"


class Unit(StrEnum):
    """What a limit is measured in; a fraction and a multiple are of the account's value."""

    DOLLARS = "dollars"
    FRACTION = "fraction"
    MULTIPLE = "multiple"
    COUNT = "count"
    SECONDS = "seconds"
    DAYS = "days"
    SYMBOLS = "symbols"


@dataclass(frozen=True)
class Today:
    """What is known of the use.

    Parameters
    ----------
    view, base_equity
        The account now, and its value at the close before; None where nobody could be asked.
    failed_runs
        How many runs failed one after the other.
    review
        The last review of the limits; None for never.
    """

    now: datetime
    use: SessionUse
    view: AccountView | None
    base_equity: Decimal | None
    failed_runs: int
    review: Approval | None


@dataclass(frozen=True)
class LimitLine:
    """One limit.

    Parameters
    ----------
    what
        What it bounds, in words.
    ceiling
        Above which it can't be set; None for a list.
    used
        How much of it is used; None where it bounds each order for itself, or where nobody knows.
    """

    name: str
    what: str
    unit: Unit
    in_force: Decimal | tuple[str, ...]
    ceiling: Decimal | None
    used: Decimal | None

    @property
    def setting(self) -> str:
        """The dotted name of the setting."""
        return f"{SECTION}.{self.name}"

    @property
    def left(self) -> Decimal | None:
        """How much is not used, 0 where more is; None where nobody knows."""
        if self.used is None or isinstance(self.in_force, tuple):
            return None
        return max(self.in_force - self.used, Decimal(0))


def _turnover(today: Today) -> Decimal | None:
    return _of_equity(today.use.turnover, today)


def _exposure(today: Today) -> Decimal | None:
    return None if today.view is None else _of_equity(today.view.invested, today)


def _loss(today: Today) -> Decimal | None:
    if today.view is None or today.base_equity is None:
        return None
    return max(loss_since(today.base_equity, today.view.equity), Decimal(0))


def _skew(today: Today) -> Decimal | None:
    return None if today.view is None else Decimal(str(today.view.skew.total_seconds()))


def _days_since_review(today: Today) -> Decimal | None:
    return None if today.review is None else Decimal((today.now - today.review.envelope.created_at).days)


def _most_trades(today: Today) -> Decimal:
    lines = {(one.order.symbol, one.order.side, one.order.plan_id) for one in today.use.admitted}
    return Decimal(max(Counter((symbol, side) for symbol, side, _plan in lines).values(), default=0))


def _of_equity(amount: Decimal, today: Today) -> Decimal | None:
    return amount / today.view.equity if today.view is not None and today.view.equity > 0 else None


def _of_each_order(_today: Today) -> None:
    return None


KNOWN: Mapping[str, tuple[str, Unit, Callable[[Today], Decimal | None]]] = {
    "max_order_notional": ("value of an order", Unit.DOLLARS, _of_each_order),
    "max_order_share": ("value of an order", Unit.FRACTION, _of_each_order),
    "price_collar": ("distance from the planned price", Unit.FRACTION, _of_each_order),
    "max_trades_per_symbol": ("trades of a symbol on one side", Unit.COUNT, _most_trades),
    "max_turnover": ("bought and sold in a session", Unit.MULTIPLE, _turnover),
    "max_gross_exposure": ("invested", Unit.FRACTION, _exposure),
    "max_orders": ("orders of a session", Unit.COUNT, lambda today: Decimal(today.use.orders)),
    "max_daily_loss": ("loss since the close before", Unit.FRACTION, _loss),
    "max_clock_skew_seconds": ("distance of the broker's clock", Unit.SECONDS, _skew),
    "max_failed_runs": ("failed runs in a row", Unit.COUNT, lambda today: Decimal(today.failed_runs)),
    "review_days": ("days since the limits were reviewed", Unit.DAYS, _days_since_review),
    "denied_symbols": ("never ordered", Unit.SYMBOLS, _of_each_order),
}


def limit_lines(limits: RiskSettings, today: Today) -> tuple[LimitLine, ...]:
    """Return every limit, in the order of the settings."""
    return tuple(_line(name, limits, today) for name in type(limits).model_fields)


def _line(name: str, limits: RiskSettings, today: Today) -> LimitLine:
    what, unit, used = KNOWN[name]
    value: Decimal | int | tuple[str, ...] = getattr(limits, name)
    ceiling: Decimal | int | None = getattr(ceilings, name.upper(), None)
    return LimitLine(
        name=name,
        what=what,
        unit=unit,
        in_force=value if isinstance(value, tuple) else Decimal(value),
        ceiling=None if ceiling is None else Decimal(ceiling),
        used=used(today),
    )
