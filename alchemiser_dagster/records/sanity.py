"""What looks strange about a decision, before anything is planned on it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from pydantic import Field, model_validator

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.values import Symbol


class SanityKind(StrEnum):
    """What can look strange."""

    FLIP = "flip"
    TURNOVER = "turnover"
    CONCENTRATION = "concentration"
    LEVERAGE = "leverage"
    NEW_SYMBOL = "new_symbol"
    STALE_PRICE = "stale_price"
    RESTATED = "restated"
    SUSPICIOUS_BAR = "suspicious_bar"
    FRAGILE = "fragile"


class SanitySeverity(StrEnum):
    """Whether a person is told, or has to approve."""

    WARNING = "warning"
    BLOCK = "block"


class SanityFinding(Frozen):
    """One strange thing.

    Parameters
    ----------
    symbol, strategy
        What it is about; None where it is about the book as a whole.
    observed, limit
        The figure that was found and the one that it is held against, in words with their units.
    """

    kind: SanityKind
    severity: SanitySeverity
    symbol: Symbol | None = None
    strategy: str | None = None
    message: str = Field(min_length=1)
    observed: str
    limit: str

    @property
    def identity(self) -> str:
        """What it is, without its figures: the same thing seen a minute later has the same one."""
        return "/".join((self.kind.value, self.symbol or "", self.strategy or ""))

    @property
    def is_blocking(self) -> bool:
        """Whether it stops the day until a person approves."""
        return self.severity is SanitySeverity.BLOCK


class SanityReport(Record):
    """Everything strange about one comparison of account and target; empty where nothing is.

    Parameters
    ----------
    comparison_id
        The comparison that was looked at.
    subject_id
        Names the blocking findings, without their figures: an approval of it covers these and no others.
    approval_id, approved_by
        The approval that lets the decision pass, and who gave it; None where there is none.
    """

    kind: ClassVar[str] = "sanity_report"

    comparison_id: str = Field(min_length=1)
    findings: tuple[SanityFinding, ...]
    subject_id: str = Field(min_length=1)
    approval_id: str | None = None
    approved_by: str | None = None

    @property
    def blocking(self) -> tuple[SanityFinding, ...]:
        """The findings that need a person's approval."""
        return tuple(finding for finding in self.findings if finding.is_blocking)

    @property
    def is_blocked(self) -> bool:
        """Whether something needs an approval that was not there when the report was made."""
        return bool(self.blocking) and self.approval_id is None

    @model_validator(mode="after")
    def _require_own_subject(self) -> Self:
        if self.subject_id != subject_of(self.findings):
            raise ValueError("subject_id does not name the blocking findings")
        return self


def subject_of(findings: tuple[SanityFinding, ...]) -> str:
    """Return the id of the blocking findings among these, whatever their order and figures."""
    return derived_id("sanity", *sorted({finding.identity for finding in findings if finding.is_blocking}))
