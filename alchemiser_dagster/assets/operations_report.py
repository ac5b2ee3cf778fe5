"""How runs went up to now: measures, tables and pictures over the whole history of the account."""

from base64 import b64encode
from decimal import Decimal
from typing import TYPE_CHECKING

import dagster as dg

from alchemiser_dagster.assets.names import GROUP_OPERATIONS, OWNERS
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import Stage, open_stage, tables

if TYPE_CHECKING:
    from alchemiser_dagster.operations.history import History

LAST_SESSIONS, LAST_RUNS = 60, 40
Metadata = dict[str, dg.MetadataValue]


def operations_report_asset() -> dg.AssetsDefinition:
    """Return the asset `operations_report`, which is of no session: the newest one tells of all."""

    @dg.asset(
        name="operations_report",
        deps=["reconciliation_report"],
        description="How runs went: outcomes, durations by step, slippage, costs and equity, in numbers, "
        "tables and pictures. Reads the ledger alone.",
        group_name=GROUP_OPERATIONS,
        owners=OWNERS,
        kinds={"python"},
    )
    def operations_report(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> dg.MaterializeResult[None]:
        with open_stage(context, desk, "operations_report") as stage:
            history = _history(stage)
            metadata = {**_numbers(history), **_tables(history), **_pictures(history)}
            return dg.MaterializeResult(metadata=metadata, tags=stage.tags())

    return operations_report


def _history(stage: Stage) -> "History":
    from alchemiser_dagster.operations.history import read_history, usual_query

    desk = stage.desk
    query = usual_query(desk.settings, desk.calendar, desk.present.now())
    return read_history(desk.database, desk.calendar, query)


def _numbers(history: "History") -> Metadata:
    """Return what the UI draws over time; what is not known is left out."""
    measures, orders = history.measures, history.measures.orders
    took, to_order = measures.run_seconds, measures.seconds_to_first_order
    known = {
        "success_rate": measures.success_rate,
        "run_seconds_median": took.median if took else None,
        "run_seconds_p95": took.p95 if took else None,
        "seconds_to_first_order_median": to_order.median if to_order else None,
        "slippage_basis_points": _float(orders.cost_basis_points),
        "slippage_dollars": _float(orders.cost),
    }
    counts = {
        "trading_runs": len(history.trading),
        "sessions_without_result": len(measures.sessions_without),
        "breaks_open": measures.happenings.breaks_open,
        "notices_owed": measures.happenings.notices_owed,
    }
    return {
        **{name: dg.MetadataValue.float(value) for name, value in known.items() if value is not None},
        **{name: dg.MetadataValue.int(count) for name, count in counts.items()},
    }


def _tables(history: "History") -> Metadata:
    from alchemiser_dagster.reports.history import costs_table, durations_table, measures_table, runs_table

    return tables(
        measures=measures_table(history.measures),
        durations=durations_table(history.measures),
        runs=runs_table(history, LAST_RUNS),
        costs=costs_table(history.sessions, LAST_RUNS),
    )


def _pictures(history: "History") -> Metadata:
    from alchemiser_dagster.reports.operations_pictures import operations_pictures

    drawn = operations_pictures(history, LAST_SESSIONS)
    return {
        name: dg.MetadataValue.md(f"![{name}](data:image/png;base64,{b64encode(picture).decode()})")
        for name, picture in drawn.items()
    }


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
