"""The bars of a session's decisions, checked before anything is decided."""

from collections.abc import Iterator

import dagster as dg

from alchemiser_dagster.assets.freshness import fresh_result, fresh_spec, freshness_of
from alchemiser_dagster.assets.names import GROUP_DATA, OWNERS
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import Stage, open_stage, tables
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.needs import needed_symbols
from alchemiser_dagster.market_data.quality import BarFlaw, FlawKind, blocking
from alchemiser_dagster.market_data.session_data import (
    DataRequest,
    collect_market_data,
    decision_flaws,
    sessions_by_bars,
)
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.reports.decisions import market_data_table

MOST_NAMED = 5
CHECKS = {
    "every_symbol_has_its_bars": ((FlawKind.MISSING,), "No needed symbol lacks a bar (R-35)."),
    "bars_are_fresh": ((FlawKind.STALE,), "Every symbol has the session's own price (R-33, R-35)."),
    "prices_are_positive": ((FlawKind.NON_POSITIVE,), "No close is zero or negative (R-35)."),
    "no_bar_is_there_twice": ((FlawKind.DUPLICATE,), "One bar a symbol and session (R-35)."),
    "no_unadjusted_split": (
        (FlawKind.SPLIT_LIKE_JUMP, FlawKind.OUTLIER),
        "No close jumps as after a split that was not adjusted for (R-35).",
    ),
}


def market_data_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `market_data` with its blocking checks."""

    @dg.multi_asset(
        name="market_data",
        specs=[
            dg.AssetSpec(
                "market_data",
                description="Sealed daily bars of every symbol that the strategies and the account need, and "
                "the provisional price of a session that is still running.",
                group_name=GROUP_DATA,
                owners=OWNERS,
                kinds={"deltalake", "python"},
                partitions_def=partitions,
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(name, asset="market_data", blocking=True, description=description)
            for name, (_, description) in CHECKS.items()
        ]
        + [fresh_spec()],
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def market_data(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with open_stage(context, desk, "market_data") as stage:
            records = _collect(stage)
            flaws = _flaws(stage, records)
            yield dg.MaterializeResult(
                metadata={
                    "symbols": len(records[-1].symbols),
                    "rows_written": records[-1].rows_written,
                    "table_version": records[-1].table_version,
                    "restated_symbols": len(records[-1].restated),
                    **tables(bars=market_data_table(records[-1])),
                },
                check_results=stage.marked(*_check_results(flaws), _fresh(stage)),
                tags=stage.tags(),
            )
            _require_sound(flaws, stage.desk.bar_source.name)

    return market_data


def _collect(stage: Stage) -> tuple[MarketData, ...]:
    desk = stage.desk
    held = [position.symbol for position in desk.reader.positions()] if desk.today in stage.sessions else []
    request = DataRequest(
        symbols=needed_symbols((chosen.symphony.symbols for chosen in desk.strategies), held),
        history_start=desk.history_start,
        signal_price=desk.settings.signal_price,
        accepted_jumps=desk.settings.market_data.jumps,
        overlap=desk.overlap,
    )
    envelopes = {session: stage.envelope() for session in stage.sessions}
    records = collect_market_data(desk.market, request, envelopes)
    for record in records:
        stage.keep(record)
    return records


def _fresh(stage: Stage) -> dg.AssetCheckResult:
    """Return how far the bars reach, as far as the run's last session asks for; it may lie in the past."""
    desk = stage.desk
    begun = desk.calendar.open_of(stage.sessions[-1])
    return fresh_result(freshness_of(desk, min(begun, desk.clock.now())))


def _flaws(stage: Stage, records: tuple[MarketData, ...]) -> tuple[BarFlaw, ...]:
    deciding = [group[-1] for group in sessions_by_bars(records)]
    jumps = stage.desk.settings.market_data.jumps
    return tuple(flaw for record in deciding for flaw in decision_flaws(stage.desk.market, record, jumps))


def _require_sound(flaws: tuple[BarFlaw, ...], source: str) -> None:
    """Stop here in words of our own: Dagster's error for a blocking check names the check, not the bar."""
    found = blocking(flaws)
    if found:
        raise DataError(
            "; ".join(_in_words(flaw) for flaw in found[:MOST_NAMED]),
            where=source,
            remedy="Correct the bars at their source; nothing was decided on them",
        )


def _check_results(flaws: tuple[BarFlaw, ...]) -> list[dg.AssetCheckResult]:
    return [
        _check_result(name, tuple(flaw for flaw in flaws if flaw.kind in kinds))
        for name, (kinds, _) in CHECKS.items()
    ]


def _check_result(name: str, flaws: tuple[BarFlaw, ...]) -> dg.AssetCheckResult:
    found = blocking(flaws)
    return dg.AssetCheckResult(
        check_name=name,
        passed=not found,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(_in_words(flaw) for flaw in found[:MOST_NAMED]) or None,
        metadata={
            "blocking": len(found),
            "warnings": len(flaws) - len(found),
            "examples": "\n".join(_in_words(flaw) for flaw in flaws[:20]) or "none",
        },
    )


def _in_words(flaw: BarFlaw) -> str:
    return f"{flaw.symbol}, session {flaw.session}: {flaw.message}"
