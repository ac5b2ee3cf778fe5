"""The targets, and what is measured against each."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from generator import market
from measuring import Measured, cold, warm
from shapes import BOOK_SYMBOLS, LARGEST, SESSIONS, book_shapes, texts_of
from tables import megabytes, seconds, table

from alchemiser_dagster.symphony import LiveBook, Programs, Symphony, evaluate, parse


@dataclass(frozen=True)
class Row:
    """What was measured, and the target, where there is one."""

    what: str
    at_most: float | None
    measured: Measured
    shown: Callable[[float], str] = seconds

    def cells(self) -> list[str]:
        """Return the row of the table."""
        runs = self.measured.runs
        target = "" if self.at_most is None else self.shown(self.at_most)
        spread = f"{self.shown(min(runs))} … {self.shown(max(runs))}"
        return [self.what, target, self.shown(self.measured.median), spread, str(len(runs)), *self._verdict()]

    def _verdict(self) -> list[str]:
        if self.at_most is None:
            return ["", ""]
        ratio = self.measured.median / self.at_most
        return [f"{ratio:.2f}", "ok" if ratio <= 1 else "over"]


def target_table(runs: int) -> str:
    """Measure everything that has a target and return the table."""
    head = ["what", "at most", "median", "least … most", "runs", "of target", ""]
    rows = [*rows_of_largest(texts_of([LARGEST]), runs), *rows_of_book(texts_of(book_shapes()), runs)]
    return table(head, [row.cells() for row in rows])


def rows_of_largest(texts: list[str], runs: int) -> list[Row]:
    """Measure one large symphony."""
    new = in_new_processes(texts, LARGEST.symbols, runs)
    kept, anew = evaluated([parse(text) for text in texts], market(LARGEST.symbols, SESSIONS), runs)
    return [
        Row("read the text of the largest", 0.35, warm(lambda: [parse(text) for text in texts], runs)),
        Row("evaluate it, warm", 0.30, kept),
        Row("– if compiled anew", None, anew),
        Row("from its file, in a new process", 0.80, new["seconds"]),
        Row("– of which reading", None, new["reading"]),
    ]


def rows_of_book(texts: list[str], runs: int) -> list[Row]:
    """Measure a book of symphonies, evaluated together."""
    new = in_new_processes(texts, BOOK_SYMBOLS, runs)
    symphonies = [parse(text) for text in texts]
    kept, anew = evaluated(symphonies, market(BOOK_SYMBOLS, SESSIONS), runs)
    prepared, appended = one_more_session(symphonies, market(BOOK_SYMBOLS, SESSIONS + 1), runs)
    return [
        Row("the book from its files, in a new process", 1.0, new["seconds"]),
        Row("– of which reading", None, new["reading"]),
        Row("evaluate the book, warm", 0.40, kept),
        Row("– if compiled anew", None, anew),
        Row("append one session to it", 0.060, appended),
        Row("– prepared once, before the close", None, prepared),
        Row("memory above imports for it", 400.0, new["megabytes"], megabytes),
    ]


def evaluated(symphonies: list[Symphony], closes: pd.DataFrame, runs: int) -> tuple[Measured, Measured]:
    """Measure warm evaluations: with the compiled form kept, and compiled anew each time."""
    programs = Programs()
    kept = warm(lambda: weights_of(symphonies, closes, programs), runs)
    return kept, warm(lambda: weights_of(symphonies, closes), runs)


def weights_of(
    symphonies: list[Symphony], closes: pd.DataFrame, programs: Programs | None = None
) -> list[pd.DataFrame]:
    """Evaluate symphonies together and read all weights."""
    return [evaluation.target_weights for evaluation in evaluate(symphonies, closes, programs)]


def one_more_session(
    symphonies: list[Symphony], closes: pd.DataFrame, runs: int
) -> tuple[Measured, Measured]:
    """Measure preparing for the last session of closes, and then appending it.

    What comes out must be bit for bit what evaluating all sessions gives.
    """
    known = evaluate(symphonies, closes.iloc[:-1])
    prepared = warm(lambda: LiveBook(known), runs)
    book, last = LiveBook(known), closes.iloc[-1:]
    whole = [evaluation.target_on(last.index[0]) for evaluation in evaluate(symphonies, closes)]
    assert appended(book, last) == whole
    return prepared, warm(lambda: appended(book, last), runs)


def appended(book: LiveBook, last: pd.DataFrame) -> list[dict[str, float] | None]:
    """Return the weights of each symphony on one more session."""
    return [evaluation.target_on(last.index[0]) for evaluation in book.append(last)]


def in_new_processes(texts: list[str], symbols: int, runs: int) -> dict[str, Measured]:
    """Measure reading and evaluating files, each time in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            (Path(folder) / f"{number:03}.clj").write_text(text)
        return cold("fresh.py", [folder, symbols, SESSIONS], runs)
