"""Verdicts for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from alchemiser_dagster.parity.difference import DecisionDifference
from alchemiser_dagster.parity.verdict import BarEffect, Hindsight, Verdict


def verdicts_json(verdicts: Iterable[Verdict]) -> str:
    """Return a list of objects, one a decision."""
    return json.dumps([_verdict(verdict) for verdict in verdicts], indent=2)


def _verdict(verdict: Verdict) -> dict[str, object]:
    signal = verdict.kept.signal
    return {
        "session": str(signal.session),
        "strategy": signal.strategy,
        "signal_id": signal.envelope.record_id,
        "correlation_id": signal.envelope.correlation_id,
        "code_version": signal.envelope.code_version,
        "bars_version": signal.bars_version,
        "was_traded": verdict.kept.was_traded,
        "is_equal": verdict.is_equal,
        "reasons": list(verdict.reasons),
        "changed_since": list(verdict.changed_since),
        "detail": verdict.detail,
        "difference": _difference(verdict.difference),
        "hindsight": _hindsight(verdict.hindsight),
    }


def _hindsight(hindsight: Hindsight | None) -> dict[str, object] | None:
    if hindsight is None:
        return None
    return {
        "official_close_is_known": hindsight.official_close_is_known,
        "is_same": hindsight.is_same,
        "effects": [_effect(effect) for effect in hindsight.effects],
    }


def _effect(effect: BarEffect) -> dict[str, object]:
    return {
        "cause": effect.cause,
        "closes": [close.model_dump() for close in effect.closes],
        "difference": _difference(effect.difference),
    }


def _difference(difference: DecisionDifference | None) -> dict[str, object] | None:
    if difference is None:
        return None
    return {
        "distance": difference.distance,
        "symbols": list(difference.symbols),
        "fields": list(difference.fields),
    }
