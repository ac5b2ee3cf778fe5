"""What stands on the page of a day, before it is HTML: words, tables and pictures, section by section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alchemiser_dagster.reports.lines import Line
from alchemiser_dagster.reports.table import Table

Tone = Literal["good", "quiet", "warn", "bad"]


@dataclass(frozen=True)
class Link:
    """Where more can be seen."""

    words: str
    url: str


@dataclass(frozen=True)
class Alert:
    """Something that a person should know first: a title, then a paragraph a line; commands in backticks."""

    tone: Tone
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """One number with its name and a few words below."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """An SVG element, and what it shows."""

    svg: str
    label: str


@dataclass(frozen=True)
class Decision:
    """Why a strategy wants what it wants: a sentence, how firm that is, and the path."""

    name: str
    sentence: str
    verdict: str
    is_fragile: bool
    lines: tuple[Line, ...]
    more: Link


@dataclass(frozen=True)
class Head:
    """What stands above everything."""

    tone: Tone
    sign: str
    outcome: str
    sentence: str
    session: str
    mode: str
    correlation_id: str
    made_at: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Page:
    """The whole page. `traded_in_short` stands in the place of a table of trades that is empty."""

    head: Head
    alerts: tuple[Alert, ...]
    money: tuple[Figure, ...]
    pictures: tuple[Picture, ...]
    traded: Table
    traded_in_short: str
    decisions: tuple[Decision, ...]
    left_alone: tuple[Table, ...]
    health: tuple[Figure, ...]
    health_tables: tuple[Table, ...]
    commands: tuple[str, ...]
