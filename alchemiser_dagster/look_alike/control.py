"""`/sim/…`: what no broker has: winding the clock, changing the rules, beginning anew, counting requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import AwareDatetime, Field, ValidationError

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.refused_body import bad_body
from alchemiser_dagster.look_alike.wire_values import number_text
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Money, Quantity, Symbol

EMPTY = 204
FARTHEST_SECONDS = 40 * 365 * 86_400

Model = TypeVar("Model", bound=Frozen)


class ClockChange(Frozen):
    """How the clock is wound: to an instant, then by seconds; and whether it runs from then on."""

    now: AwareDatetime | None = None
    advance_seconds: float = Field(default=0, ge=0, le=FARTHEST_SECONDS, allow_inf_nan=False)
    runs: bool | None = None


class NewStart(Frozen):
    """What the account begins with, and when; without a time the clock is left alone."""

    cash: Money | None = Field(default=None, ge=0)
    holdings: Mapping[Symbol, Quantity] = Field(default_factory=dict)
    at: AwareDatetime | None = None


def get_clock(world: World, question: Question) -> Answer:
    """Return what the clock shows, and whether it runs."""
    del question
    return _clock(world, world.clock.now())


def set_clock(world: World, question: Question) -> Answer:
    """Wind the clock."""
    change = _read(ClockChange, question.body)
    return _clock(world, world.clock.wind(to=change.now, seconds=change.advance_seconds, runs=change.runs))


def reset(world: World, question: Question) -> Answer:
    """Begin anew."""
    start = _read(NewStart, question.body)
    cash = world.rules.starting_cash if start.cash is None else start.cash
    world.reset(cash, start.holdings, start.at)
    return state(world, question)


def get_rules(world: World, question: Question) -> Answer:
    """Return the rules."""
    del question
    return Answer(world.rules.model_dump(mode="json"))


def set_rules(world: World, question: Question) -> Answer:
    """Change some fields of the rules; the others stay."""
    given = question.fields()
    rules = _read(SimulationRules, json.dumps(given, default=str))
    world.change_rules(**{name: getattr(rules, name) for name in given})
    return get_rules(world, question)


def get_requests(world: World, question: Question) -> Answer:
    """Return the requests that were asked, oldest first."""
    del question
    return Answer([entry.told() for entry in world.log.entries()])


def forget_requests(world: World, question: Question) -> Answer:
    """Forget all requests."""
    del question
    world.log.clear()
    return Answer(None, EMPTY)


def state(world: World, question: Question) -> Answer:
    """Return the account as its books have it, without looking at the market: nothing fills meanwhile."""
    del question
    with world.venue.book() as book:
        cash, holdings, orders, fills = book.cash(), book.holdings(), book.orders(), book.fill_reports()
    return Answer(
        {
            "now": world.clock.now().isoformat(),
            "runs": world.clock.runs,
            "account": world.rules.account,
            "cash": number_text(cash),
            "positions": {held.symbol: number_text(held.quantity) for held in holdings},
            "orders": {order.client_order_id: order.status for order in orders},
            "fills": len(fills),
            "requests": len(world.log.entries()),
        }
    )


def _clock(world: World, now: datetime) -> Answer:
    return Answer({"now": now.isoformat(), "runs": world.clock.runs})


def _read(model: type[Model], content: bytes | str) -> Model:
    try:
        return model.model_validate_json(content or b"{}")
    except ValidationError as error:
        raise bad_body(error) from error
