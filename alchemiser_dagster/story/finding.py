"""Which story is meant: by its id or the beginning of one, by a run, by a session, or the last one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.ledger.known_stories import KnownStory, known_stories
from alchemiser_dagster.story.books import StoryBooks

LAST = "last"
MOST_NAMED = 5
FEWEST_CHARACTERS = 3


@dataclass(frozen=True)
class FoundStory:
    """The id of the story that is meant, and the others that the same word could have meant."""

    correlation_id: str
    others: tuple[KnownStory, ...] = ()


def find_story(books: StoryBooks, word: str) -> FoundStory:
    """Return the story that a word means.

    Of a session with several stories it is the newest that traded or was to, else the newest.

    Raises
    ------
    DataError
        If there is none, or the beginning of an id fits several; it names what there is.
    """
    known = known_stories(books.database, books.account)
    session = _session_in(word)
    if word == LAST:
        return FoundStory(_trading_first(known, word, known).correlation_id)
    if session is not None:
        own = [story for story in known if story.session == session]
        chosen = _trading_first(own, f"session {session}", known)
        return FoundStory(chosen.correlation_id, tuple(story for story in own if story is not chosen))
    return FoundStory(_by_name(books, word, known))


def _trading_first(stories: Sequence[KnownStory], where: str, known: Sequence[KnownStory]) -> KnownStory:
    trading = [story for story in stories if story.is_trading]
    if not stories or (where == LAST and not trading):
        raise _unknown(where, known)
    return (trading or list(stories))[0]


def _by_name(books: StoryBooks, word: str, known: Sequence[KnownStory]) -> str:
    if any(story.correlation_id == word for story in known):
        return word
    fitting = {story.correlation_id for story in known if story.correlation_id.startswith(word)}
    if not fitting:
        run = books.runs.of_run(word)
        fitting = {run.correlation_id} if run else set()
    if not fitting or len(word) < FEWEST_CHARACTERS:
        raise _unknown(word, known)
    if len(fitting) > 1:
        raise DataError(
            f"several stories begin with {word}: {_some(sorted(fitting))}",
            where="stories",
            remedy="Give more of the id",
        )
    return fitting.pop()


def _session_in(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _unknown(word: str, known: Sequence[KnownStory]) -> DataError:
    there = [f"{story.correlation_id} ({story.session or 'no session'})" for story in known]
    return DataError(
        f"no story is known as {word}; there are {_some(there)}" if there else "no story is known yet",
        where="stories",
        remedy="`alchemiser status` lists the last runs" if there else "`alchemiser run` makes the first one",
    )


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - MOST_NAMED
    return f"{', '.join(listed[:MOST_NAMED])}{f' and {more} more' if more > 0 else ''}"
