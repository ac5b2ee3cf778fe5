"""Follow an order, a fill or a symbol back to where it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pandas as pd
from pydantic_core import to_jsonable_python

from alchemiser_dagster.errors import DataError, StorageError
from alchemiser_dagster.ledger.named_orders import orders_named
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.story.books import StoryBooks
from alchemiser_dagster.story.decision_path import standing_of, symbols_on
from alchemiser_dagster.story.finding import LAST, find_story
from alchemiser_dagster.story.gather import gather_story
from alchemiser_dagster.story.lineage import Lineage, lineage_of, lineage_of_plan
from alchemiser_dagster.story.story import Story, StoryCall, StoryOrder
from alchemiser_dagster.story.why import Why, WhyBar, WhyStrategy
from alchemiser_dagster.story.why_not import Subject, verdict_on

MOST_NAMED = 5


def why(books: StoryBooks, word: str, session: date | None = None) -> Why:
    """Return the chain of an order, of the order of a fill, or of a symbol in a session.

    Parameters
    ----------
    word
        A client order id or the broker's, the beginning of one, the id of a fill, or a symbol.
    session
        For a symbol: which session; by default that of the last trading run.

    Raises
    ------
    DataError
        If the word fits several orders, or neither an order nor a symbol of the session.
    """
    named = orders_named(books.database, books.account, word)
    if len(named) > 1:
        fitting = ", ".join(order.client_order_id for order in named[:MOST_NAMED])
        raise DataError(f"several orders fit {word}: {fitting}", where="orders", remedy="Give more of the id")
    return _why_order(books, named[0]) if named else _why_symbol(books, word.upper(), session)


def _why_order(books: StoryBooks, order: LedgerOrder) -> Why:
    execution = books.executions.find(order.plan_id)
    if execution is None:
        raise DataError(f"the plan {order.plan_id} of the order was never begun", where="executions")
    plan = books.journal.record_of(RebalancePlan, execution.plan_record_id)
    story = gather_story(books, order.correlation_id)
    own = tuple(found for found in story.orders if found.order.client_order_id == order.client_order_id)
    return _chain(books, Subject(order.symbol, story, lineage_of_plan(plan, books.journal), own))


def _why_symbol(books: StoryBooks, symbol: str, session: date | None) -> Why:
    story = gather_story(books, find_story(books, session.isoformat() if session else LAST).correlation_id)
    lineage = lineage_of(story, books.journal)
    known = _known_symbols(lineage)
    if known and symbol not in known:
        raise DataError(
            f"{symbol} is neither an order nor a symbol of session {story.session}; "
            f"its symbols are {', '.join(sorted(known))}",
            where=f"story {story.correlation_id}",
            remedy="Give another session with --session, or more of an order's id",
        )
    own = tuple(found for found in story.orders if found.order.symbol == symbol)
    return _chain(books, Subject(symbol, story, lineage, own))


def _known_symbols(lineage: Lineage) -> set[str]:
    read = {symbol for data in lineage.data for symbol in data.symbols}
    lines = lineage.comparison.lines if lineage.comparison else ()
    return read | {line.symbol for line in lines}


def _chain(books: StoryBooks, subject: Subject) -> Why:
    lineage, story = subject.lineage, subject.story
    lines = lineage.target.lines if lineage.target else ()
    return Why(
        symbol=subject.symbol,
        session=lineage.plan.session if lineage.plan else _session_of(story),
        correlation_id=story.correlation_id,
        plan_id=lineage.plan.plan_id if lineage.plan else None,
        verdict=verdict_on(subject),
        orders=subject.orders,
        line=subject.line,
        comparison=subject.comparison,
        target_weight=next((line.weight for line in lines if line.symbol == subject.symbol), Decimal(0)),
        strategies=tuple(_strategies(books, subject)),
        calls=tuple(call for call in story.calls if _names_one_of(call, subject.orders)),
    )


def _session_of(story: Story) -> date:
    if story.session is None:
        raise DataError("no session is known of it", where=f"story {story.correlation_id}")
    return story.session


def _names_one_of(call: StoryCall, orders: tuple[StoryOrder, ...]) -> bool:
    """Return whether the request is about one of the orders; a list of many is about none."""
    ids = {
        name
        for found in orders
        for name in (found.order.client_order_id, found.order.broker_order_id)
        if name is not None
    }
    asked = f"{call.call.call} {json.dumps(to_jsonable_python(call.call.request))}"
    return any(name in asked for name in ids)


def _strategies(books: StoryBooks, subject: Subject) -> Iterator[WhyStrategy]:
    """Yield what each strategy that wants the symbol or looks at it has to do with it, wanting ones first."""
    parts = [_strategy(books, subject, signal) for signal in subject.lineage.signals]
    concerned = [part for part in parts if part.contribution or part.standing]
    yield from sorted(concerned, key=lambda part: -part.contribution)


def _strategy(books: StoryBooks, subject: Subject, signal: StrategySignal) -> WhyStrategy:
    target, symbol = subject.lineage.target, subject.symbol
    shares = {share.strategy: share.share for share in target.strategies} if target else {}
    wanted = {part.symbol: part.weight for part in signal.decision.in_force}
    data = subject.lineage.data_of(signal)
    explanation = signal.explanation
    return WhyStrategy(
        strategy=signal.strategy,
        signal_id=signal.envelope.record_id,
        share=shares.get(signal.strategy, Decimal(0)),
        weight=wanted.get(symbol, 0.0),
        contribution=_contribution(subject, signal.strategy),
        trades_today=signal.trades_today,
        standing=standing_of(explanation, symbol) if explanation else "",
        explanation=explanation,
        bars=tuple(_bars(books, data, symbols_on(explanation))) if explanation else (),
    )


def _contribution(subject: Subject, strategy: str) -> Decimal:
    lines = subject.lineage.target.lines if subject.lineage.target else ()
    parts = (part for line in lines if line.symbol == subject.symbol for part in line.contributions)
    return next((part.weight for part in parts if part.strategy == strategy), Decimal(0))


def _bars(books: StoryBooks, data: MarketData, symbols: tuple[str, ...]) -> Iterator[WhyBar]:
    """Yield the last sealed close of each symbol, and the price that stood for the session's own."""
    provisional = {found.symbol: found for found in data.provisional_prices}
    sealed = _sealed(books, data, symbols)
    for symbol in symbols:
        if symbol in sealed:
            source, close = sealed[symbol]
            yield WhyBar(symbol, data.last_session, close, source, data.table_version, is_provisional=False)
        if symbol in provisional:
            price, version = provisional[symbol].price, data.table_version
            yield WhyBar(symbol, data.session, price, data.bar_source, version, is_provisional=True)


def _sealed(books: StoryBooks, data: MarketData, symbols: tuple[str, ...]) -> dict[str, tuple[str, float]]:
    """Return source and close of the last sealed session; nothing where the version can't be read."""
    day = data.last_session
    try:
        bars: pd.DataFrame = books.open_bars().bars(symbols, day, day, data.table_version)
    except StorageError:
        return {}
    rows = zip(bars["symbol"], bars["source"], bars["close"], strict=True)
    return {str(symbol): (str(source), float(close)) for symbol, source, close in rows}
