"""A symphony: its name, its syntax, its rebalance rule, and where to get one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.symphony.engine.graph import graph_of
from alchemiser_dagster.symphony.engine.plan import warm_up_of
from alchemiser_dagster.symphony.score.symphony import json_symphony
from alchemiser_dagster.symphony.syntax.blocks import Asset, Block, If, blocks_within
from alchemiser_dagster.symphony.syntax.conditions import readings_within
from alchemiser_dagster.symphony.syntax.rebalance import Rebalance
from alchemiser_dagster.symphony.syntax.source import MeaningError, Source
from alchemiser_dagster.symphony.text.symphony import text_symphony

Notation = Literal["text", "json"]

NOTATIONS: dict[str, Notation] = {".clj": "text", ".edn": "text", ".json": "json"}


@dataclass(frozen=True)
class Symphony:
    """A strategy, read and checked; equal to every other of the same name, rule and meaning.

    Parameters
    ----------
    name
        What its author calls it.
    root
        The block that yields its weights.
    rebalance
        When it trades.
    """

    name: str
    root: Block
    rebalance: Rebalance

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol that it may hold or looks at, sorted."""
        found: set[str] = set()
        for block in blocks_within(self.root):
            if isinstance(block, Asset):
                found.add(block.symbol)
            elif isinstance(block, If):
                found.update(reading.symbol for reading in readings_within(block.condition))
        return tuple(sorted(found))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its meaning, in hexadecimal digits: name, labels, comments and layout don't count."""
        rule = f"{self.rebalance.frequency}\x1f{self.rebalance.threshold!r}"
        return hashlib.sha256(self.root.key + rule.encode()).hexdigest()

    @cached_property
    def warm_up(self) -> int:
        """Sessions of history after which it is defined on every branch, if no bar is missing; at least 1.

        A branch that isn't taken may need less. `rsi` and exponential averages are defined by then, but
        depend on all history before.
        """
        graph = graph_of([self.root])
        return warm_up_of(graph)[graph.roots[0]]


def parse(text: str, notation: Notation = "text", name: str = "<symphony>") -> Symphony:
    """Return the symphony that a text describes.

    Parameters
    ----------
    text
        The whole text.
    notation
        `text` for (defsymphony …), `json` for a score.
    name
        How errors call the text, usually its file's name.

    Raises
    ------
    StrategyError
        With file, line, column, the source line and a caret; in JSON with the path of the value too.
    """
    source = Source(name, text.removeprefix("\ufeff"))
    try:
        title, root, rebalance = (json_symphony if notation == "json" else text_symphony)(source)
    except MeaningError as error:
        raise source.complaint(error) from None
    return Symphony(title, root, rebalance)


def load(path: str | Path) -> Symphony:
    """Return the symphony in a file, UTF-8: JSON where its name ends in .json, text in .clj or .edn.

    Whatever its name ends in else, it is JSON if its first character, white space aside, is a brace.

    Raises
    ------
    StrategyError
        Where the file can't be read, or what it says can't be understood.
    """
    file = Path(path)
    content = content_of(file)
    return parse(content, notation_of(file, content), str(file))


def content_of(file: Path) -> str:
    """Return the text in a strategy's file, UTF-8.

    Raises
    ------
    StrategyError
        Where the file can't be read.
    """
    try:
        return file.read_bytes().decode()
    except OSError as error:
        raise StrategyError(
            f"the strategy file can't be read: {error.strerror}",
            where=str(file),
            remedy="Name a file that can be read",
        ) from error
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        line, column = Source(str(file), before).place(len(before))
        raise StrategyError(
            f"the strategy file is not UTF-8 text: byte {error.start + 1} is wrong",
            where=f"{file}:{line}:{column}",
            remedy="Save it as UTF-8",
        ) from error


def notation_of(file: Path, content: str) -> Notation:
    """Return in which notation a file is read: its ending says so, or else its first character."""
    if file.suffix.lower() in NOTATIONS:
        return NOTATIONS[file.suffix.lower()]
    return "json" if content.lstrip("\ufeff \t\r\n").startswith("{") else "text"
