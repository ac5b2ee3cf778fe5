"""How severe a finding is, and figures in words."""

from __future__ import annotations

from decimal import Decimal

from alchemiser_dagster.records.sanity import SanityKind, SanitySeverity
from alchemiser_dagster.settings.sanity import SanitySettings


def severity_of(kind: SanityKind, settings: SanitySettings, *, may_block: bool = True) -> SanitySeverity:
    """Return whether a finding of the kind blocks: the settings say so, and the rule allows it."""
    blocks = may_block and kind in settings.blocking
    return SanitySeverity.BLOCK if blocks else SanitySeverity.WARNING


def in_percent(fraction: Decimal) -> str:
    """Return a fraction in percent with one decimal."""
    return f"{fraction * 100:.1f} %"


def times(multiple: Decimal) -> str:
    """Return a multiple of the account's value with two decimals."""
    return f"{multiple:.2f} times the account's value"
