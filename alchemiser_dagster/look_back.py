"""The desk's past decisions, and the verdict on them of the code and strategies that it has now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.parity.decisions import DecisionArchive, KeptDecision

if TYPE_CHECKING:
    from alchemiser_dagster.parity.verdict import Verdict


def decision_archive(desk: TradingDesk) -> DecisionArchive:
    """Return the decisions of the desk's account."""
    return DecisionArchive(desk.journal, desk.executions, desk.settings.account)


def verdicts_on(desk: TradingDesk, decisions: Sequence[KeptDecision]) -> tuple[Verdict, ...]:
    """Compute the decisions again; neither source nor broker is asked, nothing is written.

    Raises
    ------
    StrategyError
        If a strategy's file can't be read now.
    """
    from alchemiser_dagster.parity.closes import BarArchive
    from alchemiser_dagster.parity.replay import Present
    from alchemiser_dagster.parity.verify import verify

    symphonies = {chosen.name: chosen.symphony for chosen in desk.strategies}
    present = Present(desk.code_version, symphonies, desk.programs)
    return verify(decisions, BarArchive(desk.bar_table, desk.calendar), present)
