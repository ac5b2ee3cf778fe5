"""A strategy's weights per session, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from alchemiser_dagster.reports.table import Table, percent


@dataclass(frozen=True)
class SessionWeights:
    """What a strategy wants to hold after one session; `undefined` says why there is no signal."""

    strategy: str
    session: date
    weights: dict[str, float]
    undefined: tuple[str, ...]


def weights_table(strategy: str, rows: Iterable[SessionWeights]) -> Table:
    """Return one line a session."""
    lines = tuple((str(row.session), _in_words(row)) for row in rows)
    return Table(strategy, ("session", "target weights"), lines)


def weights_csv(rows: Iterable[SessionWeights]) -> str:
    """Return a line a holding; a session of cash, or without a signal, has one without a weight."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("strategy", "session", "symbol", "weight"))
    for row in rows:
        nothing = "undefined" if row.undefined else "cash"
        held = row.weights.items() or ((nothing, ""),)
        writer.writerows((row.strategy, row.session, symbol, weight) for symbol, weight in held)
    return text.getvalue()


def weights_json(rows: Iterable[SessionWeights]) -> str:
    """Return a list of objects: strategy, session, weights, and why there are none."""
    found = [
        {
            "strategy": row.strategy,
            "session": str(row.session),
            "weights": row.weights,
            "undefined": list(row.undefined),
        }
        for row in rows
    ]
    return json.dumps(found, indent=2)


def _in_words(row: SessionWeights) -> str:
    if row.undefined:
        return "no signal: " + "; ".join(row.undefined)
    return ", ".join(f"{symbol} {percent(weight)}" for symbol, weight in row.weights.items()) or "cash"
