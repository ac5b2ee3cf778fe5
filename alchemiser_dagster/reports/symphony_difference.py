"""How two symphonies differ, as tables: what was changed, and on which sessions it matters."""

from __future__ import annotations

from collections.abc import Iterable

from alchemiser_dagster.reports.symphony_facts import counted
from alchemiser_dagster.reports.table import Table, percent
from alchemiser_dagster.symphony.comparison.changes import Change
from alchemiser_dagster.symphony.comparison.difference import Difference
from alchemiser_dagster.symphony.comparison.divergence import DivergedSession, Divergence
from alchemiser_dagster.symphony.comparison.forks import Fork
from alchemiser_dagster.symphony.outline.one_line import placed
from alchemiser_dagster.symphony.syntax.blocks import Block, kind_of
from alchemiser_dagster.symphony.syntax.source import Place, at_place

SAID_BY_WHAT = frozenset({"window", "parameter"})


def verdict_line(difference: Difference) -> str:
    """Return first of all whether the two mean the same, and how much was changed."""
    meant = sum(change.has_meaning for change in difference.changes)
    named = len(difference.changes) - meant
    labels = f"{counted(named, 'name or label', 'names and labels')} changed, which changes no meaning"
    if difference.same_meaning:
        return f"A and B mean the same{f'; {labels}' if named else ''}."
    return f"A and B differ: {counted(meant, 'change')}{f'; {labels}' if named else ''}."


def changes_table(difference: Difference, most: int | None) -> Table:
    """Show the changes of meaning, equal ones in one line; at most so many lines."""
    return _table("Changes", (change for change in difference.changes if change.has_meaning), most)


def labels_table(difference: Difference, most: int | None) -> Table:
    """Show the names and labels that were changed, equal ones in one line; at most so many lines."""
    changes = (change for change in difference.changes if not change.has_meaning)
    return _table("Names and labels", changes, most)


def divergence_line(divergence: Divergence) -> str:
    """Return how many sessions differ, of how many, and the first and the last of them."""
    if not divergence.compared:
        return "There is no session to compare."
    first, last = divergence.compared[0], divergence.compared[-1]
    head = f"Compared {counted(len(divergence.compared), 'session')}, {first} to {last}:"
    if not divergence.sessions:
        return f"{head} the same weights on every one."
    return (
        f"{head} other weights on {len(divergence.sessions):,}, "
        f"first on {divergence.sessions[0].session}, last on {divergence.sessions[-1].session}."
    )


def forks_table(divergence: Divergence, most: int | None) -> Table:
    """Show one line a place at which A and B part, with what they do there on its last session."""
    found = list(divergence.by_fork.items())
    rows = tuple(
        (
            fork_text(fork),
            f"{len(sessions):,}",
            f"{sessions[0].session}",
            f"{sessions[-1].session}",
            sessions[-1].in_a,
            sessions[-1].in_b,
        )
        for fork, sessions in found[:most]
    )
    title = "First node that differs" + _more(len(found), most, "node")
    return Table(
        title, ("node", "sessions", "first", "last", "A on the last", "B on the last"), rows, frozenset({1})
    )


def sessions_table(divergence: Divergence, most: int | None) -> Table:
    """Show the latest sessions that differ, the latest first."""
    latest = divergence.sessions[::-1][:most]
    title = "Sessions" + _more(len(divergence.sessions), most, "session", "latest first")
    columns = ("session", "held otherwise", "node", "in A", "in B")
    return Table(title, columns, tuple(map(_session_row, latest)), frozenset({1}))


def fork_text(fork: Fork) -> str:
    """Return the block at which A and B part, and its line in both."""
    a, b = _called_at(fork.a, fork.place_a), _called_at(fork.b, fork.place_b)
    return a if a == b else f"{a} of A, {b} of B"


def _called_at(block: Block, place: Place | None) -> str:
    return at_place(kind_of(block), place)


def _session_row(session: DivergedSession) -> tuple[str, ...]:
    distance = "undefined" if session.distance is None else percent(session.distance)
    node = fork_text(session.fork) if session.fork else "not looked for"
    return str(session.session), distance, node, session.in_a, session.in_b


def _table(title: str, changes: Iterable[Change], most: int | None) -> Table:
    grouped: dict[tuple[str, str | None, str | None], list[Change]] = {}
    for change in changes:
        grouped.setdefault((_called(change), change.was, change.now), []).append(change)
    rows = tuple(
        (called, _placed(was, same[0].place_a), _placed(now, same[0].place_b), _where(same))
        for (called, was, now), same in list(grouped.items())[:most]
    )
    return Table(title + _more(len(grouped), most, "line"), ("change", "A", "B", "where"), rows)


def _called(change: Change) -> str:
    if change.kind in SAID_BY_WHAT:
        return change.what
    return change.kind if change.kind == change.what else f"{change.kind} {change.what}"


def _placed(text: str | None, place: Place | None) -> str:
    return "–" if text is None else placed(text, place)


def _where(same: list[Change]) -> str:
    others = len(same) - 1
    return f"{same[0].path}, and {counted(others, 'other place')}" if others else same[0].path


def _more(count: int, most: int | None, thing: str, order: str = "") -> str:
    words = [order] if order else []
    if most is not None and count > most:
        words.append(f"{most} of {counted(count, thing)}")
    return f" ({', '.join(words)})" if words else ""
