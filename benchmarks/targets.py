"""The targets, and what is measured against each."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from appending import appended, can_append
from generator import market
from measuring import Measured, cold, seconds_of, warm
from shapes import BOOK_SYMBOLS, LARGEST, SESSIONS, book_shapes, texts_of
from tables import megabytes, seconds, table

from alchemiser_dagster.symphony import Symphony, evaluate, parse


@dataclass(frozen=True)
class Row:
    """A target and what was measured; None where it can't be yet."""

    what: str
    at_most: float | None
    measured: Measured | None
    shown: Callable[[float], str] = seconds

    def cells(self) -> list[str]:
        """Return the row of the table."""
        target = "" if self.at_most is None else self.shown(self.at_most)
        if self.measured is None:
            return [self.what, target, "not measured", "", "", "", ""]
        values = self.measured.runs
        spread = f"{self.shown(min(values))} … {self.shown(max(values))}"
        return [
            self.what,
            target,
            self.shown(self.measured.median),
            spread,
            str(len(values)),
            *self._verdict(),
        ]

    def _verdict(self) -> list[str]:
        if self.at_most is None or self.measured is None:
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
    closes = market(LARGEST.symbols, SESSIONS)
    symphonies = [parse(text) for text in texts]
    new = in_new_processes(texts, LARGEST.symbols, runs)
    return [
        Row("read the text of the largest", 0.35, warm(lambda: [parse(text) for text in texts], runs)),
        Row("evaluate it, warm", 0.30, warm(lambda: weights_of(symphonies, closes), runs)),
        Row("from its file, in a new process", 0.80, new["seconds"]),
        Row("– of which reading", None, new["reading"]),
    ]


def rows_of_book(texts: list[str], runs: int) -> list[Row]:
    """Measure a book of symphonies, evaluated together."""
    closes = market(BOOK_SYMBOLS, SESSIONS)
    symphonies = [parse(text) for text in texts]
    new = in_new_processes(texts, BOOK_SYMBOLS, runs)
    return [
        Row("the book from its files, in a new process", 1.0, new["seconds"]),
        Row("– of which reading", None, new["reading"]),
        Row("evaluate the book, warm", 0.40, warm(lambda: weights_of(symphonies, closes), runs)),
        Row("append one session to it", 0.060, one_more_session(symphonies, runs)),
        Row("memory above imports for it", 400.0, new["megabytes"], megabytes),
    ]


def weights_of(symphonies: list[Symphony], closes: pd.DataFrame) -> list[pd.DataFrame]:
    """Evaluate symphonies together and read all weights."""
    return [evaluation.target_weights for evaluation in evaluate(symphonies, closes)]


def in_new_processes(texts: list[str], symbols: int, runs: int) -> dict[str, Measured]:
    """Measure reading and evaluating files, each time in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            (Path(folder) / f"{number:03}.clj").write_text(text)
        return cold("fresh.py", [folder, symbols, SESSIONS], runs)


def one_more_session(symphonies: list[Symphony], runs: int) -> Measured | None:
    """Measure one more session on top of all before; the result is checked against evaluating it all."""
    if not can_append():
        return None
    closes = market(BOOK_SYMBOLS, SESSIONS + 1)
    known = evaluate(symphonies, closes.iloc[:-1])
    whole = [weights.iloc[-1] for weights in weights_of(symphonies, closes)]
    assert all(ours.equals(last) for ours, last in zip(appended(known, closes), whole, strict=True))
    return Measured(tuple(seconds_of(lambda: appended(known, closes)) for _ in range(runs)))
