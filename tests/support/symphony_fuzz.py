"""Texts that are nearly symphonies, and what must be true of reading them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from support.examples import examples

from alchemiser_dagster.symphony import Symphony, parse
from alchemiser_dagster.symphony.symphony import Notation
from alchemiser_dagster.symphony.syntax.source import SymphonyError

FUZZED = settings(
    max_examples=examples(160),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LONGEST_MESSAGE = 1_500

Edit = tuple[str, float, str]
WAYS = ("delete", "insert", "replace", "swap", "repeat", "cut")


def edits(pieces: st.SearchStrategy[str]) -> st.SearchStrategy[list[Edit]]:
    """Some edits: what to do, where (0 is the beginning, 1 the end), and the piece that it may bring."""
    return st.lists(st.tuples(st.sampled_from(WAYS), st.floats(0, 1), pieces), min_size=1, max_size=6)


def read_or_refused(text: str, notation: Notation = "text") -> Symphony | SymphonyError:
    """Return what became of a text; fail unless it is a symphony, or an error that says where."""
    try:
        return parse(text, notation, "fuzz")
    except SymphonyError as error:
        message = str(error)
        assert re.match(r"fuzz:[0-9]+:[0-9]+(?: \(.+\))?: \S", message), message
        assert len(message) < LONGEST_MESSAGE
        return error


def place_of(error: SymphonyError) -> tuple[int, int]:
    """Return the line and column that an error names."""
    _, line, column = str(error.where).split(":")
    return int(line), int(column)


def edited(pieces: Sequence[str], changes: Sequence[Edit]) -> str:
    """Return the text of some pieces, characters or tokens, after some edits."""
    changed = list(pieces)
    for what, where, piece in changes:
        _edit(changed, what, round(where * len(changed)), piece)
    return "".join(changed)


def _edit(pieces: list[str], what: str, at: int, piece: str) -> None:
    match what:
        case "delete":
            del pieces[at : at + 1]
        case "insert":
            pieces.insert(at, piece)
        case "replace":
            pieces[at : at + 1] = [piece]
        case "swap":
            pieces[at : at + 2] = reversed(pieces[at : at + 2])
        case "repeat":
            pieces[at:at] = pieces[at : at + 7]
        case "cut":
            del pieces[at:]
