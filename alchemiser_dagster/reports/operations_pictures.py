"""The pictures of a history: what is drawn of which numbers."""

from __future__ import annotations

from collections.abc import Mapping

from alchemiser_dagster.operations.history import History
from alchemiser_dagster.operations.sessions import SessionMeasure
from alchemiser_dagster.reports.pictures.equity import EquityPoint, equity_painter
from alchemiser_dagster.reports.pictures.operations import (
    NOTHING,
    RunFigures,
    SessionFigures,
    costs_painter,
    durations_painter,
    outcomes_painter,
    slippage_painter,
)
from alchemiser_dagster.reports.pictures.style import METADATA, as_png


def operations_pictures(history: History, most: int) -> Mapping[str, bytes]:
    """Return PNGs by name, of so many sessions at most; deposits are not told apart in the equity curve."""
    sessions = [_figures(session) for session in history.sessions[-most:]]
    runs = [RunFigures(str(run.session or "–"), run.steps) for run in history.trading[-most:]]
    worth = [
        EquityPoint(session.session, float(session.equity))
        for session in history.sessions[-most:]
        if session.equity is not None
    ]
    painters = {
        "outcomes": outcomes_painter(sessions, history.measures.success_rate),
        "step_durations": durations_painter(runs),
        "slippage": slippage_painter(sessions),
        "costs": costs_painter(sessions),
        "equity_curve": equity_painter(worth),
    }
    return {name: as_png(painter, METADATA) for name, painter in painters.items()}


def _figures(session: SessionMeasure) -> SessionFigures:
    basis_points, cost = session.orders.cost_basis_points, session.cost_so_far
    return SessionFigures(
        session=session.session,
        outcome=session.outcome.value if session.outcome is not None else NOTHING,
        basis_points=None if basis_points is None else float(basis_points),
        cost_so_far=None if cost is None else float(cost),
    )
