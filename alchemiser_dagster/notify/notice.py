"""A notice: what a person is told, under a key that says what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import Field

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant

KEY_LENGTH = 32
MARGIN = "    "


class NoticeLevel(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class FactGroup:
    """Facts that belong together, by their names; the name of the first group is empty."""

    name: str
    facts: dict[str, str]


class Notice(Frozen):
    """Something that a person is told.

    Parameters
    ----------
    key
        Derived from what the notice is about: two notices of one key are the same, and one is sent (R-19).
    title
        One line.
    body
        Lines of "name: value", see `facts_in_lines`; a line "name:" behind an empty one begins a group.
    session
        The session that it is about; None where it is about none.
    picture
        The day as a PNG; None where there is none. It is left out of every written form but the ledger's.
    """

    key: str = Field(min_length=1, max_length=KEY_LENGTH)
    level: NoticeLevel
    title: str = Field(min_length=1)
    body: str
    correlation_id: str = Field(min_length=1)
    created_at: Instant
    session: date | None = None
    picture: bytes | None = Field(default=None, repr=False, exclude=True)

    @property
    def facts(self) -> dict[str, str]:
        """The body's facts by their names, whatever their group; of a name that is there twice the last."""
        return {name: text for group in self.groups for name, text in group.facts.items()}

    @property
    def groups(self) -> tuple[FactGroup, ...]:
        """The body's facts, group by group."""
        return tuple(_groups(self.body.splitlines()))


def facts_in_lines(facts: Mapping[str, str]) -> str:
    """Return facts as lines of "name: value"; the further lines of a value stand behind a margin."""
    return "\n".join(f"{name}: {_inside(text)}" for name, text in facts.items())


def groups_in_lines(groups: Mapping[str, Mapping[str, str]]) -> str:
    """Return groups of facts as a body, each under its name; one without a fact is left out."""
    told = {name: facts_in_lines(facts) for name, facts in groups.items() if facts}
    return "\n\n".join(f"{name}:\n{lines}" if name else lines for name, lines in told.items())


def _is_heading(line: str) -> bool:
    return line.endswith(":") and ": " not in line and not line.startswith(MARGIN)


def _inside(text: str) -> str:
    return f"\n{MARGIN}".join(text.splitlines())


def _groups(lines: Iterable[str]) -> Iterator[FactGroup]:
    group, last, is_after_gap = FactGroup("", {}), "", True
    for line in lines:
        if is_after_gap and _is_heading(line):
            if group.facts:
                yield group
            group, last = FactGroup(line[:-1], {}), ""
        elif line.startswith(MARGIN) and last:
            group.facts[last] += f"\n{line.removeprefix(MARGIN)}"
        elif line:
            last, _, text = line.partition(": ")
            group.facts[last] = text
        is_after_gap = not line
    if group.facts:
        yield group


def notice_key(correlation_id: str, about: str) -> str:
    """Return the key of what is said about a run; "final" is how it ended, said once (R-41)."""
    return derived_id("notice", correlation_id, about, length=KEY_LENGTH)
