"""`/v2/account/activities`: the account's fills, page by page. It has no other activities."""

from __future__ import annotations

from collections.abc import Sequence

from alchemiser_dagster.look_alike.errors import invalid
from alchemiser_dagster.look_alike.instants import instant_of
from alchemiser_dagster.look_alike.kept_fills import KeptFill, kept_fills
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.wire_format import activity_json
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
    world.broker.open_orders()
    fills = kept_fills(world.database, world.rules.account) if is_fills else ()
    chosen = _between(fills, question)
    ordered = chosen[::-1] if newest_first else chosen
    page = _behind(ordered, question.text("page_token"))[:size]
    return Answer([activity_json(fill, world.rules.account) for fill in page])


def _between(fills: Sequence[KeptFill], question: Question) -> list[KeptFill]:
    after, until = (instant_of(question, name) for name in ("after", "until"))
    day = question.text("date")
    return [
        fill
        for fill in fills
        if (after is None or fill.filled_at > after)
        and (until is None or fill.filled_at < until)
        and (not day or fill.filled_at.astimezone(NEW_YORK).date().isoformat() == day[:10])
    ]


def _behind(fills: Sequence[KeptFill], token: str) -> Sequence[KeptFill]:
    if not token:
        return fills
    for number, fill in enumerate(fills):
        if fill.activity_id == token:
            return fills[number + 1 :]
    raise invalid(f"invalid page_token: {token}")
