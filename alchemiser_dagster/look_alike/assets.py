"""`/v2/assets`: what may be done with symbols."""

from __future__ import annotations

from alchemiser_dagster.look_alike.errors import missing
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.wire_format import ASSET_CLASS, Fields, asset_json
from alchemiser_dagster.look_alike.wire_values import asset_id
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.market import AssetInfo
from alchemiser_dagster.records.values import Symbol


def list_assets(world: World, question: Question) -> Answer:
    """Return all assets that somebody has named or asked about; all are active American shares."""
    status = question.choice("status", "active", ("active", "inactive"))
    if status == "inactive" or question.text("asset_class", ASSET_CLASS) != ASSET_CLASS:
        return Answer([])
    held = {position.symbol for position in world.venue.positions()}
    with world.venue.book() as book:
        ordered = {order.symbol for order in book.orders()}
    named = sorted({*world.symbols, *held, *ordered})
    return Answer([_told(world, symbol) for symbol in named])


def get_asset(world: World, question: Question) -> Answer:
    """Return one asset, named by its symbol or its id."""
    named = question.place["symbol"]
    by_id = {asset_id(symbol): symbol for symbol in world.symbols}
    symbols = world.known((by_id.get(named.lower(), named.upper()),))
    if not symbols:
        raise missing(f"asset not found for {named}")
    return Answer(_told(world, symbols[0]))


def _told(world: World, symbol: Symbol) -> Fields:
    rules = world.rules
    return asset_json(
        AssetInfo(
            symbol=symbol, tradable=rules.is_tradable(symbol), fractionable=rules.is_fractionable(symbol)
        )
    )
