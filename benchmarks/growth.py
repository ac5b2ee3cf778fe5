"""How time grows with sessions and with forms: a row per unit that stays at 1 is linear growth."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generator import Shape, market
from measuring import Measured, warm_in_turns
from shapes import GROWTH_FORMS, GROWTH_SESSIONS, LARGEST, SESSIONS, scaled, texts_of
from tables import seconds, table
from targets import weights_of

from alchemiser_dagster.symphony import Programs, parse


def growth_table(runs: int) -> str:
    """Measure warm evaluations of more and more sessions, then of more and more forms."""
    by_sessions = [evaluation(LARGEST, sessions) for sessions in GROWTH_SESSIONS]
    by_forms = [evaluation(scaled(forms), SESSIONS) for forms in GROWTH_FORMS]
    rows = [
        *growth_rows("sessions", GROWTH_SESSIONS, warm_in_turns(by_sessions, runs)),
        *growth_rows("forms", GROWTH_FORMS, warm_in_turns(by_forms, runs)),
    ]
    return table(["evaluate, warm", "median", "of the first", "per unit, of the first"], rows)


def growth_rows(unit: str, sizes: Sequence[int], measured: Sequence[Measured]) -> list[list[str]]:
    """Return a row for each size: its time, and that as a multiple of the first, whole and per unit."""
    first = measured[0].median
    return [
        [
            f"{size:,} {unit}",
            seconds(one.median),
            f"{one.median / first:.2f}",
            f"{one.median / first * sizes[0] / size:.2f}",
        ]
        for size, one in zip(sizes, measured, strict=True)
    ]


def evaluation(shape: Shape, sessions: int) -> Callable[[], object]:
    """Return the evaluation of one symphony, ready to run."""
    closes, programs = market(shape.symbols, sessions), Programs()
    symphonies = [parse(text) for text in texts_of([shape])]
    return lambda: weights_of(symphonies, closes, programs)
