"""The strategy language: text or JSON → syntax → graph → plan → columns → weights, and why.

Pure, but for reading a file in `load`. What a symphony means is said in `docs/language.md`. The rooms, in the
order of the way:

1. `text` and `score` read the two notations, and write them.
2. `syntax` is what they read into.
3. `engine` evaluates: all sessions of all symphonies at once. `live` appends a session.
4. `explanation` says why, and how firmly. `comparison` says what differs between two symphonies,
   `outline` what one is made of.
"""

from __future__ import annotations

from alchemiser_dagster.symphony.engine.evaluation import Evaluation, evaluate
from alchemiser_dagster.symphony.engine.missing import MissingHistory
from alchemiser_dagster.symphony.engine.program import Programs
from alchemiser_dagster.symphony.live.book import LiveBook
from alchemiser_dagster.symphony.symphony import Symphony, load, parse
from alchemiser_dagster.symphony.syntax.rebalance import Rebalance

__all__ = [
    "Evaluation",
    "LiveBook",
    "MissingHistory",
    "Programs",
    "Rebalance",
    "Symphony",
    "evaluate",
    "load",
    "parse",
]
