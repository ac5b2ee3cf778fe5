"""`/v2/account/activities`: the account's fills, page by page. It has no other activities."""

from __future__ import annotations

from collections.abc import Sequence

from alchemiser_dagster.broker.simulated.queries import FillReport
from alchemiser_dagster.look_alike.errors import invalid
from alchemiser_dagster.look_alike.instants import instant_of
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.wire_format import activity_id, activity_json
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.sessions import NEW_YORK

FILL = "FILL"
MOST_ENTRIES = 100


def list_activities(world: World, question: Question) -> Answer:
    """Return activities of any kind, the newest first unless asked otherwise."""
    named = (question.text("activity_types") or question.text("activity_type")).upper()
    return _answer(world, question, is_fills=not named or FILL in named.split(","))


def list_activities_of_type(world: World, question: Question) -> Answer:
    """Return activities of the kind that the path names."""
    return _answer(world, question, is_fills=question.place["type"].upper() == FILL)


def _answer(world: World, question: Question, *, is_fills: bool) -> Answer:
    newest_first = question.choice("direction", "desc", ("asc", "desc")) == "desc"
    size = question.number("page_size", MOST_ENTRIES, 1, MOST_ENTRIES)
    fills = world.venue.fills_since(None)
    chosen = _between(fills if is_fills else (), question)
    ordered = chosen[::-1] if newest_first else chosen
    page = _behind(ordered, question.text("page_token"))[:size]
    return Answer([activity_json(one, world.rules.account) for one in page])


def _between(fills: Sequence[FillReport], question: Question) -> list[FillReport]:
    after, until = (instant_of(question, name) for name in ("after", "until"))
    day = question.text("date")
    return [
        one
        for one in fills
        if (after is None or one.fill.filled_at > after)
        and (until is None or one.fill.filled_at < until)
        and (not day or one.fill.filled_at.astimezone(NEW_YORK).date().isoformat() == day[:10])
    ]


def _behind(fills: Sequence[FillReport], token: str) -> Sequence[FillReport]:
    if not token:
        return fills
    for number, one in enumerate(fills):
        if activity_id(one.fill) == token:
            return fills[number + 1 :]
    raise invalid(f"invalid page_token: {token}")
