"""`/v2/stocks/…/latest` and snapshots: what symbols trade at now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alchemiser_dagster.look_alike.data_plan import require_recent_data, symbols_of
from alchemiser_dagster.look_alike.errors import AnswerError
from alchemiser_dagster.look_alike.market_format import bar_json, quote_json, trade_json
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.wire_format import Fields
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.values import Symbol

Symbols = tuple[Symbol, ...]
Told = Mapping[Symbol, Fields]


def snapshots(world: World, question: Question) -> Answer:
    """Return trade, quote, today's bar and the one before of each symbol that the market has."""
    symbols = _asked(world, question)
    return Answer(_snapshots(world, symbols))


def snapshot(world: World, question: Question) -> Answer:
    """Return the snapshot of one symbol."""
    require_recent_data(world, question)
    symbol = question.place["symbol"].upper()
    return Answer({"symbol": symbol, **_one(_snapshots(world, (symbol,)), symbol)})


def latest_quotes(world: World, question: Question) -> Answer:
    """Return the latest quote of each symbol that has one."""
    return Answer({"quotes": _quotes(world, _asked(world, question))})


def latest_trades(world: World, question: Question) -> Answer:
    """Return the latest trade of each symbol that has one."""
    return Answer({"trades": _trades(world, _asked(world, question))})


def latest_bars(world: World, question: Question) -> Answer:
    """Return today's bar of each symbol that has one: the look-alike has no bars of minutes."""
    return Answer({"bars": _bars(world, _asked(world, question))})


def latest_quote(world: World, question: Question) -> Answer:
    """Return the latest quote of one symbol."""
    return _single(world, question, "quote", _quotes)


def latest_trade(world: World, question: Question) -> Answer:
    """Return the latest trade of one symbol."""
    return _single(world, question, "trade", _trades)


def latest_bar(world: World, question: Question) -> Answer:
    """Return today's bar of one symbol."""
    return _single(world, question, "bar", _bars)


def _asked(world: World, question: Question) -> Symbols:
    require_recent_data(world, question)
    return symbols_of(question)


def _single(world: World, question: Question, name: str, ask: Callable[[World, Symbols], Told]) -> Answer:
    require_recent_data(world, question)
    symbol = question.place["symbol"].upper()
    return Answer({"symbol": symbol, name: _one(ask(world, (symbol,)), symbol)})


def _one(found: Told, symbol: Symbol) -> Fields:
    if symbol not in found:
        raise AnswerError(404, None, f"no data found for symbol: {symbol}")
    return found[symbol]


def _snapshots(world: World, symbols: Symbols) -> Told:
    trades, quotes, bars = _trades(world, symbols), _quotes(world, symbols), _bars(world, symbols)
    before = world.bars.before(symbols)
    return {
        symbol: {
            "latestTrade": trade,
            "latestQuote": quotes.get(symbol),
            "minuteBar": bars.get(symbol),
            "dailyBar": bars.get(symbol),
            "prevDailyBar": bar_json(before[symbol]) if symbol in before else None,
        }
        for symbol, trade in trades.items()
    }


def _trades(world: World, symbols: Symbols) -> Told:
    found = {price.symbol: trade_json(price) for price in world.prices.latest_prices(symbols)}
    world.note(found)
    return found


def _quotes(world: World, symbols: Symbols) -> Told:
    return {quote.symbol: quote_json(quote) for quote in world.venue.quotes(symbols)}


def _bars(world: World, symbols: Symbols) -> Told:
    return {symbol: bar_json(bar) for symbol, bar in world.bars.latest(symbols).items()}
