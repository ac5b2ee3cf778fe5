"""Whether the signals of the day come out again, from what was kept of them."""

from collections.abc import Sequence

import dagster as dg

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import Stage, open_stage, tables
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.look_back import decision_archive, verdicts_on
from alchemiser_dagster.parity.decisions import KeptDecision
from alchemiser_dagster.parity.verdict import Reason, Verdict
from alchemiser_dagster.parity.wording import summary, verdict_table

RECOMPUTES_CHECK = "signals_recompute"
GRAVE = {Reason.UNEXPLAINED, Reason.BARS_LOST}


def parity_check() -> dg.AssetChecksDefinition:
    """Return the check `signals_recompute`: it runs once the books were compared with the broker."""

    @dg.asset_check(
        name=RECOMPUTES_CHECK,
        asset="reconciliation_report",
        description="The session's signals come out again in every bit, from the bars they were made on "
        "(R-46).",
    )
    def signals_recompute(context: dg.AssetCheckExecutionContext, desk: DeskResource) -> dg.AssetCheckResult:
        with open_stage(context, desk, RECOMPUTES_CHECK) as stage:
            try:
                verdicts = verdicts_on(stage.desk, _decisions(stage))
            except AlchemiserError as error:
                return stage.mark(_not_checked(error))
            return stage.mark(_result(verdicts))

    return signals_recompute


def _decisions(stage: Stage) -> tuple[KeptDecision, ...]:
    """Return those of the run's session; of the last that was traded where the check is run by itself."""
    archive = decision_archive(stage.desk)
    if not stage.sessions:
        return archive.of_last_traded()
    return tuple(kept for session in stage.sessions for kept in archive.between(session, session))


def _result(verdicts: Sequence[Verdict]) -> dg.AssetCheckResult:
    is_grave = any(GRAVE & set(verdict.reasons) for verdict in verdicts)
    return dg.AssetCheckResult(
        passed=all(verdict.is_equal for verdict in verdicts),
        severity=dg.AssetCheckSeverity.ERROR if is_grave else dg.AssetCheckSeverity.WARN,
        description=summary(verdicts),
        metadata=tables(decisions=verdict_table(verdicts)),
    )


def _not_checked(error: AlchemiserError) -> dg.AssetCheckResult:
    """Return a check that failed: the day is over, and what can't be checked must not undo it."""
    return dg.AssetCheckResult(
        passed=False, severity=dg.AssetCheckSeverity.WARN, description=f"could not be checked: {error}"
    )
