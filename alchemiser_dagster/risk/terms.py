"""On which terms the gate lets anything through."""

from __future__ import annotations

from dataclasses import dataclass, field

from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.settings.choices import PlanApproval
from alchemiser_dagster.settings.risk import RiskSettings


@dataclass(frozen=True)
class GateTerms:
    """What a person has set, and which code runs.

    Parameters
    ----------
    limits
        The limits, none above its ceiling.
    approval
        Whether a plan needs a person's approval.
    is_live
        Whether it is real money: then the limits must have been reviewed.
    code_version
        The code that runs now.
    """

    limits: RiskSettings = field(default_factory=RiskSettings)
    approval: PlanApproval = PlanApproval.NONE
    is_live: bool = False
    code_version: str = ""


def gate_terms(settings: Settings, code_version: str) -> GateTerms:
    """Return the terms that follow from the settings."""
    return GateTerms(
        limits=settings.risk,
        approval=settings.trading.approval,
        is_live=settings.mode is Mode.LIVE,
        code_version=code_version,
    )
