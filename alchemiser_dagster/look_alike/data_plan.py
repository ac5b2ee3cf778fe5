"""Which data a customer's plan allows, and which symbols are asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from alchemiser_dagster.look_alike.errors import BAD_REQUEST, FORBIDDEN, AnswerError
from alchemiser_dagster.look_alike.question import Question
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.values import Symbol

SIP, IEX = "sip", "iex"
FEEDS = (SIP, IEX, "delayed_sip", "otc", "boats", "overnight")
RECENT = timedelta(minutes=15)
SYMBOL: TypeAdapter[Symbol] = TypeAdapter(Symbol)


def symbols_of(question: Question) -> tuple[Symbol, ...]:
    """Return the symbols that the query names; raise the answer 400 where it names none, or no symbol."""
    symbols = question.symbols()
    if not symbols:
        raise AnswerError(BAD_REQUEST, None, "symbols is required")
    return tuple(checked_symbol(symbol) for symbol in symbols)


def checked_symbol(symbol: str) -> Symbol:
    """Return a symbol that is written like one."""
    try:
        return SYMBOL.validate_python(symbol)
    except ValidationError as error:
        raise AnswerError(BAD_REQUEST, None, f"invalid symbol: {symbol}") from error


def require_recent_data(world: World, question: Question) -> None:
    """Raise the answer 403 where the plan doesn't allow what is asked of this moment."""
    if _feed(world, question) == SIP and world.terms.free_plan:
        raise _not_permitted()


def allowed_end(world: World, question: Question, asked: datetime | None) -> datetime:
    """Return the instant at which a range ends: by default now, on the free plan a quarter of an hour ago."""
    now = world.clock.now()
    if _feed(world, question) != SIP or not world.terms.free_plan:
        return now if asked is None else asked
    if asked is not None and asked > now - RECENT:
        raise _not_permitted()
    return now - RECENT if asked is None else asked


def _feed(world: World, question: Question) -> str:
    feed = question.text("feed").lower() or (IEX if world.terms.free_plan else SIP)
    if feed not in FEEDS:
        raise AnswerError(BAD_REQUEST, None, f"invalid feed: {feed}")
    return feed


def _not_permitted() -> AnswerError:
    return AnswerError(FORBIDDEN, None, "subscription does not permit querying recent SIP data")
