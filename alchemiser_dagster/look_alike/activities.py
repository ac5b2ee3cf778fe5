"""`/v2/account/activities`: fills and what happened besides them, page by page; and `/sim/activities`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from pydantic import TypeAdapter, ValidationError

from alchemiser_dagster.broker.simulated.happenings import Happening
from alchemiser_dagster.broker.simulated.queries import FillReport
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.look_alike.errors import invalid
from alchemiser_dagster.look_alike.instants import instant_of
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.refused_body import bad_body
from alchemiser_dagster.look_alike.wire_activities import FILL, fill_json, other_activity_json
from alchemiser_dagster.look_alike.wire_format import Fields
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.sessions import NEW_YORK

MOST_ENTRIES = 100
CATEGORIES = {"": frozenset({True, False}), "trade_activity": {True}, "non_trade_activity": {False}}


@dataclass(frozen=True)
class Row:
    """One row of the list; what is no fill happened at the first moment of its date."""

    at: datetime
    day: date
    content: Fields

    @property
    def kind(self) -> str:
        """Alpaca's word for what happened."""
        return str(self.content["activity_type"])


def list_activities(world: World, question: Question) -> Answer:
    """Return activities of any kind, the newest first unless asked otherwise."""
    named = (question.text("activity_types") or question.text("activity_type")).upper()
    category = question.choice("category", "", tuple(CATEGORIES))
    if named and category:
        raise invalid("activity_types and category can not be given both")
    kinds = {word.strip() for word in named.split(",") if word.strip()}
    rows = (row for row in _rows(world) if (row.kind == FILL) in CATEGORIES[category])
    return _answer(question, [row for row in rows if not kinds or row.kind in kinds])


def list_activities_of_type(world: World, question: Question) -> Answer:
    """Return activities of the kind that the path names."""
    kind = question.place["type"].upper()
    return _answer(question, [row for row in _rows(world) if row.kind == kind])


def let_happen(world: World, question: Question) -> Answer:
    """Let something happen to the account besides trades; return the rows that tell of it."""
    fields = {"id": world.ids.new_id(), **question.fields()}
    told = {**{name: value for name, value in fields.items() if name != "id"}, "happening_id": fields["id"]}
    try:
        happening: Happening = TypeAdapter(Happening).validate_json(json.dumps(told, default=str))
        rows = world.venue.let_happen(happening)
    except ValidationError as error:
        raise bad_body(error) from error
    except BrokerError as error:
        raise invalid(f"{error.what}: {error.where}") from error
    return Answer([other_activity_json(row, world.rules.account) for row in rows])


def _rows(world: World) -> list[Row]:
    fills, others = world.listing.told(world.venue.fills_since(None), world.venue.activities_since(None))
    account = world.rules.account
    rows = [*(_fill_row(one, account) for one in fills), *(_other_row(one, account) for one in others)]
    return sorted(rows, key=lambda row: row.at)


def _fill_row(report: FillReport, account: str) -> Row:
    at = report.fill.filled_at
    return Row(at, at.astimezone(NEW_YORK).date(), fill_json(report, account))


def _other_row(one: Activity, account: str) -> Row:
    at = datetime.combine(one.occurred_on, time(), NEW_YORK)
    return Row(at, one.occurred_on, other_activity_json(one, account))


def _answer(question: Question, rows: list[Row]) -> Answer:
    newest_first = question.choice("direction", "desc", ("asc", "desc")) == "desc"
    size = question.number("page_size", MOST_ENTRIES, 1, MOST_ENTRIES)
    chosen = _between(rows, question)
    ordered = chosen[::-1] if newest_first else chosen
    page = _behind(ordered, question.text("page_token"))[:size]
    return Answer([row.content for row in page])


def _between(rows: Sequence[Row], question: Question) -> list[Row]:
    after, until = (instant_of(question, name) for name in ("after", "until"))
    day = question.text("date")
    return [
        row
        for row in rows
        if (after is None or row.at > after)
        and (until is None or row.at < until)
        and (not day or row.day.isoformat() == day[:10])
    ]


def _behind(rows: Sequence[Row], token: str) -> Sequence[Row]:
    if not token:
        return rows
    for number, row in enumerate(rows):
        if row.content["id"] == token:
            return rows[number + 1 :]
    raise invalid(f"invalid page_token: {token}")
