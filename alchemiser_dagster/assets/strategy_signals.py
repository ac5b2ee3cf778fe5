"""What each strategy wants to hold: all strategies in one step, over bars that are loaded once."""

from collections.abc import Iterator, Sequence

import dagster as dg

from alchemiser_dagster.assets.names import GROUP_SIGNALS, OWNERS
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import Stage, open_stage, tables
from alchemiser_dagster.market_data.session_data import decision_closes, sessions_by_bars
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.reports.decisions import signal_table
from alchemiser_dagster.reports.explanation_markdown import explanation_markdown
from alchemiser_dagster.reports.explanation_sentence import sentence
from alchemiser_dagster.story.strategy_texts import StrategyTexts
from alchemiser_dagster.strategy_book import ChosenStrategy
from alchemiser_dagster.symphony import evaluate
from alchemiser_dagster.symphony.session_signal import SignalOrigin, session_signal


def signal_key(strategy: str) -> dg.AssetKey:
    """Return the key of a strategy's signal asset."""
    return dg.AssetKey(["strategy_signals", strategy])


def strategy_signals_asset(
    strategies: Sequence[str], partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    """Return the assets `strategy_signals/<name>`, made together."""

    @dg.multi_asset(
        name="strategy_signals",
        specs=[
            dg.AssetSpec(
                signal_key(name),
                deps=["market_data"],
                skippable=True,
                description=f"The weights that {name} wants to hold after the session's decision.",
                group_name=GROUP_SIGNALS,
                owners=OWNERS,
                kinds={"python", "numpy"},
                partitions_def=partitions,
            )
            for name in strategies
        ],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def strategy_signals(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with open_stage(context, desk, "strategy_signals") as stage:
            selected = {key.path[-1] for key in context.selected_asset_keys}
            chosen = [found for found in stage.desk.strategies if found.name in selected]
            latest = {signal.strategy: signal for signal in _signals(stage, chosen)}
            for name, signal in latest.items():
                yield dg.MaterializeResult(
                    asset_key=signal_key(name),
                    metadata={
                        **_reasons(signal),
                        **tables(weights=signal_table(signal)),
                        "is_defined": signal.is_defined,
                        "trades_today": signal.trades_today,
                        "symbols": len(signal.target_weights),
                        "invested": round(sum(part.weight for part in signal.target_weights), 6),
                        "bars_version": signal.bars_version,
                    },
                    tags=stage.tags(),
                )

    return strategy_signals


def _reasons(signal: StrategySignal) -> dict[str, dg.MetadataValue | str | float | bool]:
    """Return why, as the UI shows it."""
    explanation = signal.explanation
    if explanation is None:
        return {}
    margin = explanation.margin_basis_points
    return {
        "sentence": sentence(explanation),
        "explanation": dg.MetadataValue.md(explanation_markdown(explanation)),
        "is_fragile": explanation.is_fragile,
        **({} if margin is None else {"margin_basis_points": round(margin, 4)}),
    }


def _signals(stage: Stage, chosen: Sequence[ChosenStrategy]) -> Iterator[StrategySignal]:
    data = [stage.require(MarketData, session) for session in stage.sessions]
    kept = StrategyTexts(stage.desk.settings.data_dir)
    texts = {found.name: kept.keep(found.text) for found in chosen}
    for group in sessions_by_bars(data):
        closes = decision_closes(stage.desk.market, group[-1])
        evaluations = evaluate([found.symphony for found in chosen], closes, stage.desk.programs)
        for record in group:
            for found, evaluation in zip(chosen, evaluations, strict=True):
                origin = SignalOrigin(found.name, found.symphony, record, texts[found.name])
                signal = session_signal(evaluation, origin, stage.envelope(record))
                stage.keep(signal, found.name)
                yield signal
