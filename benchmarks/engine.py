"""Measures the engine against its targets and its rivals: python benchmarks/engine.py

1. The shapes that are measured are counted (`shapes.py`, `shape_facts.py`).
2. Targets (`targets.py`), growth (`growth.py`), rivals (`rivals/comparison.py`): each a table of medians.
3. All of it is printed as Markdown; with --write it also takes the place of the last results in README.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from growth import growth_table
from machine import machine
from measuring import HERE
from rivals.comparison import momentum_table, session_by_session_table
from shape_facts import Facts, facts_of
from shapes import LARGEST, book_shapes, texts_of
from tables import table
from targets import target_table

README = HERE / "README.md"
BEGIN, END = "<!-- results -->\n", "<!-- end of results -->\n"


def main() -> None:
    """Measure, print, and write where asked."""
    asked = arguments()
    parts = []
    for part in results(2 if asked.quick else 7, rivals=not asked.without_rivals, quick=asked.quick):
        print(part, flush=True)
        parts.append(part)
    if asked.write:
        README.write_text(with_results(README.read_text(), "\n".join(parts)))


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description="Measure the engine against its targets and its rivals.")
    parser.add_argument("--quick", action="store_true", help="fewer runs, fewer sessions of the slow rivals")
    parser.add_argument("--without-rivals", action="store_true", help="the engine alone")
    parser.add_argument("--write", action="store_true", help="put the results into benchmarks/README.md")
    return parser.parse_args()


def results(runs: int, *, rivals: bool, quick: bool) -> Iterator[str]:
    """Yield one part of the results after the other, in Markdown."""
    yield f"{machine()}\n"
    yield from _titled("Shapes", shape_table)
    yield from _titled("Targets", lambda: target_table(runs))
    yield from _titled("Growth", lambda: growth_table(runs))
    if rivals:
        sessions = (150, 100) if quick else (400, 130)
        yield from _titled("A session at a time, with pandas", lambda: session_by_session_table(*sessions))
        yield from _titled("bt and vectorbt", lambda: momentum_table(runs))


def shape_table() -> str:
    """Count what is measured."""
    counted = [facts_of(texts_of([LARGEST])), facts_of(texts_of(book_shapes()))]
    return table(["", "the largest", "the book"], [_fact(name, counted) for name in Facts.__annotations__])


def with_results(document: str, new: str) -> str:
    """Return a document with new results between its two marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{new}\n{END}{after}"


def _titled(title: str, part: Callable[[], str]) -> Iterator[str]:
    print(f"measuring: {title}", file=sys.stderr)
    yield f"### {title}\n\n{part()}"


def _fact(name: str, counted: list[Facts]) -> list[str]:
    values = [getattr(facts, name) for facts in counted]
    shown = [", ".join(map(str, value)) if isinstance(value, tuple) else f"{value:,}" for value in values]
    return [name.replace("_", " "), *shown]


if __name__ == "__main__":
    main()
