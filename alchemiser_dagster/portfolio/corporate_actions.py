"""Read splits and new symbols out of the rows that a broker lists of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, localcontext
from typing import Final

from alchemiser_dagster.portfolio.arithmetic import EXACT, plain
from alchemiser_dagster.records.activity import Activity, ActivityKind
from alchemiser_dagster.records.corporate_action import CorporateAction
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.sessions import NEW_YORK

RATIO_STEP: Final = Decimal("1e-18")


@dataclass(frozen=True)
class ReadAction:
    """A corporate action, and the activities that told of it."""

    action: CorporateAction
    activities: tuple[Activity, ...]


def read_actions(
    activities: Iterable[Activity], held: Mapping[Symbol, Decimal], account: str
) -> tuple[ReadAction, ...]:
    """Return the splits and new symbols among the activities, oldest first; others are left out.

    A split is told by one row with the shares that came or went, or by one row for all the old shares and one
    for the new ones; a new symbol by one row for the old shares and one for the new. Rows that don't tell how
    many shares one share becomes are left out: the caller finds them missing. An action takes effect with the
    first moment of its date in New York.

    Parameters
    ----------
    held
        What the account held of each symbol before the first of the activities.
    """
    by_day: dict[date, list[Activity]] = defaultdict(list)
    for activity in activities:
        by_day[activity.occurred_on].append(activity)
    shares = dict(held)
    found: list[ReadAction] = []
    with localcontext(EXACT):
        for day in sorted(by_day):
            found += [*_splits(by_day[day], shares, account), *_renamings(by_day[day], account)]
            for activity in by_day[day]:
                if activity.symbol is not None:
                    shares[activity.symbol] = shares.get(activity.symbol, Decimal(0)) + activity.quantity
    return tuple(found)


def _splits(
    activities: Iterable[Activity], held: Mapping[Symbol, Decimal], account: str
) -> Iterator[ReadAction]:
    rows: dict[Symbol, list[Activity]] = defaultdict(list)
    for activity in activities:
        if activity.kind is ActivityKind.SPLIT and activity.symbol is not None and activity.quantity:
            rows[activity.symbol].append(activity)
    for symbol, of_symbol in rows.items():
        came = sum((row.quantity for row in of_symbol if row.quantity > 0), Decimal(0))
        went = -sum((row.quantity for row in of_symbol if row.quantity < 0), Decimal(0))
        before = held.get(symbol, Decimal(0))
        old, new = (went, came) if came and went else (before, before + came - went)
        if old > 0 and new > 0:
            yield _read(of_symbol, (symbol, symbol), new / old, account)


def _renamings(activities: Iterable[Activity], account: str) -> Iterator[ReadAction]:
    """Yield a new symbol for each pair of rows; of several on one day, those that move as many shares."""
    rows = [one for one in activities if one.kind is ActivityKind.SYMBOL_CHANGE and one.symbol]
    left = [row for row in rows if row.quantity < 0]
    arrived = [row for row in rows if row.quantity > 0]
    for old in left:
        same = [row for row in arrived if row.quantity == -old.quantity]
        only = arrived if len(left) == len(arrived) == 1 else same
        if len(only) != 1 or sum(row.quantity == old.quantity for row in left) != 1:
            continue
        (new,) = only
        if old.symbol and new.symbol and old.symbol != new.symbol:
            yield _read([old, new], (old.symbol, new.symbol), -new.quantity / old.quantity, account)


def _read(rows: list[Activity], symbols: tuple[Symbol, Symbol], ratio: Decimal, account: str) -> ReadAction:
    first = rows[0]
    action = CorporateAction(
        activity_id=first.activity_id,
        account=account,
        symbol=symbols[0],
        new_symbol=symbols[1],
        ratio=plain(ratio.quantize(RATIO_STEP)),
        effective_at=datetime.combine(first.occurred_on, time(), NEW_YORK).astimezone(UTC),
    )
    return ReadAction(action, tuple(rows))
