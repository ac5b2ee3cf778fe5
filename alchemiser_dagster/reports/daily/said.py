"""What the notices of a day said, by name."""

from __future__ import annotations

from collections.abc import Sequence

from alchemiser_dagster.ledger.told_notices import ToldNotice


def said(told: Sequence[ToldNotice], *names: str) -> str:
    """Return what the notices said last under one of the names, or nothing."""
    lines = [line for notice in told for line in notice.body.splitlines()]
    beginnings = tuple(f"{name}: " for name in names)
    return next((line.partition(": ")[2] for line in reversed(lines) if line.startswith(beginnings)), "")
