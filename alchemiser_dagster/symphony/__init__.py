"""The strategy language: text → syntax → graph → plan → columns → weights.

Pure, but for reading a file in `load`.

What a symphony means is said in `spec/symphony.md`; the steps, one file each, in the order of the way:

1. `tokens` cuts the text. `reader` matches its brackets and hands each over as it closes, innermost first, to
   `text_symphony`, which has it given a meaning by `text_blocks`, `text_conditions` and `text_indicators`.
   A score in JSON goes through `json_reader`, `json_symphony`, `json_blocks`, `json_conditions` and
   `json_indicators` instead; `text_writer` and `json_writer` go the way back.
2. `node`, `conditions` and `blocks` are the syntax: immutable, validated when made, equal where the meaning
   is.
3. `graph` holds every distinct node once. `plan` says in which order it is computed. `program` keeps both.
4. `columns` computes all sessions at once, with `series`, `indicators`, `windows`, `recursions` and `shares`.
5. `weights`, `rebalancing` and `missing` read a symphony's result off the columns; `evaluation` is the door.
6. `explanation` walks the path of one session with `path`, `steps`, `findings` and `phrases`; `margins` says
   how firm each decision is, with `crossings`, `last_close`, `exposures` and the three `moved_` files.
7. `live` appends a session, with `live_row`, `live_indicators` and `memory`.
"""

from __future__ import annotations

from alchemiser_dagster.symphony.evaluation import Evaluation, evaluate
from alchemiser_dagster.symphony.live import LiveBook
from alchemiser_dagster.symphony.missing import MissingHistory
from alchemiser_dagster.symphony.program import Programs
from alchemiser_dagster.symphony.rebalance import Rebalance
from alchemiser_dagster.symphony.symphony import Symphony, load, parse

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
