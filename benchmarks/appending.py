"""One more session on top of an evaluation: the one place that knows how the engine is asked for it."""

from __future__ import annotations

import pandas as pd

from alchemiser_dagster.symphony import Evaluation, evaluation


def can_append() -> bool:
    """Return whether the engine can append a session."""
    return hasattr(evaluation, "extend")


def appended(evaluations: list[Evaluation], closes: pd.DataFrame) -> list[pd.Series]:
    """Return the weights of the last session of closes, given evaluations of all sessions before."""
    return [after.target_weights.iloc[-1] for after in evaluation.extend(evaluations, closes)]
