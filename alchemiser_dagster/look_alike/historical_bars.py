"""`/v2/stocks/bars`: daily bars of many symbols, page by page.

The market has no splits and no dividends of its own: every `adjustment` gives the same bars.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby, islice

from alchemiser_dagster.look_alike.data_plan import allowed_end, checked_symbol, symbols_of
from alchemiser_dagster.look_alike.errors import BAD_REQUEST, AnswerError
from alchemiser_dagster.look_alike.instants import instant_of
from alchemiser_dagster.look_alike.market_format import bar_json
from alchemiser_dagster.look_alike.question import Answer, Json, Question
from alchemiser_dagster.look_alike.sealed_bars import DayBar, day_bars
from alchemiser_dagster.look_alike.wire_format import Fields
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.sessions import NEW_YORK

DAILY = frozenset({"1day", "1d", "day"})
ADJUSTMENTS = frozenset({"raw", "split", "dividend", "spin-off", "all"})
USUAL_LIMIT, MOST_ROWS = 1_000, 10_000
SEPARATOR = "|"


def bars(world: World, question: Question) -> Answer:
    """Return bars by symbol; one without a bar in the range is absent."""
    page = _page(world, question, symbols_of(question))
    found: Mapping[str, Json] = {
        symbol: list(map(bar_json, rows)) for symbol, rows in groupby(page.rows, key=lambda row: row.symbol)
    }
    return Answer({"bars": found, "next_page_token": page.token, **_currency(question)})


def bars_of_one(world: World, question: Question) -> Answer:
    """Return the bars of one symbol."""
    symbol = checked_symbol(question.place["symbol"].upper())
    page = _page(world, question, (symbol,))
    rows = list(map(bar_json, page.rows))
    return Answer({"bars": rows, "symbol": symbol, "next_page_token": page.token, **_currency(question)})


@dataclass(frozen=True)
class _Page:
    rows: Sequence[DayBar]
    token: str | None


@dataclass(frozen=True)
class _Wish:
    """Which rows are asked for: `behind` is the symbol and day of the last row of the page before."""

    symbols: Sequence[Symbol]
    first: datetime
    last: datetime
    limit: int
    is_falling: bool
    behind: tuple[Symbol, date] | None

    def has(self, bar: DayBar) -> bool:
        return self.first <= _begins(bar.session) <= self.last and not self._was_told(bar)

    def _was_told(self, bar: DayBar) -> bool:
        if self.behind is None or bar.symbol != self.behind[0]:
            return False
        return bar.session >= self.behind[1] if self.is_falling else bar.session <= self.behind[1]


def _page(world: World, question: Question, symbols: Sequence[Symbol]) -> _Page:
    wish = _wish(world, question, symbols)
    rows = list(islice(_rows(world, wish), wish.limit + 1))
    is_last = len(rows) <= wish.limit
    return _Page(rows[: wish.limit], None if is_last else _token(rows[wish.limit - 1]))


def _wish(world: World, question: Question, symbols: Sequence[Symbol]) -> _Wish:
    _require_known_kind(question)
    behind = _place_of(question.text("page_token"))
    today = world.clock.now().astimezone(NEW_YORK).date()
    return _Wish(
        symbols=sorted(symbol for symbol in symbols if behind is None or symbol >= behind[0]),
        first=instant_of(question, "start") or _begins(today),
        last=allowed_end(world, question, instant_of(question, "end", ends=True)),
        limit=question.number("limit", USUAL_LIMIT, 1, MOST_ROWS),
        is_falling=question.choice("sort", "asc", ("asc", "desc")) == "desc",
        behind=behind,
    )


def _rows(world: World, wish: _Wish) -> Iterator[DayBar]:
    """Yield the rows, asking the market for about a page of them at a time."""
    first, last = (at.astimezone(NEW_YORK).date() for at in (wish.first, wish.last))
    sessions = max(1, (last - first).days * 5 // 7)
    at_once = wish.limit // sessions + 1
    for start in range(0, len(wish.symbols), at_once):
        batch = wish.symbols[start : start + at_once]
        sealed = list(day_bars(world.market.daily_bars(batch, first, last)))
        found = sorted([*sealed, *_running(world, batch, sealed)], key=lambda bar: bar.session)
        ordered = found[::-1] if wish.is_falling else found
        world.note(bar.symbol for bar in found)
        yield from filter(wish.has, sorted(ordered, key=lambda bar: bar.symbol))


def _running(world: World, symbols: Sequence[Symbol], sealed: Sequence[DayBar]) -> Iterator[DayBar]:
    known = {(bar.symbol, bar.session) for bar in sealed}
    for bar in world.bars.latest(symbols).values():
        if (bar.symbol, bar.session) not in known:
            yield bar


def _require_known_kind(question: Question) -> None:
    timeframe = question.text("timeframe")
    if timeframe.lower() not in DAILY:
        raise AnswerError(BAD_REQUEST, None, f"invalid timeframe: {timeframe}. the look-alike has 1Day")
    adjustments = set(question.text("adjustment", "raw").lower().split(","))
    if not adjustments <= ADJUSTMENTS:
        raise AnswerError(BAD_REQUEST, None, f"invalid adjustment: {question.text('adjustment')}")


def _begins(session: date) -> datetime:
    return datetime.combine(session, time(), NEW_YORK)


def _token(row: DayBar) -> str:
    return urlsafe_b64encode(SEPARATOR.join((row.symbol, "D", row.session.isoformat())).encode()).decode()


def _place_of(token: str) -> tuple[Symbol, date] | None:
    if not token:
        return None
    try:
        symbol, _, session = urlsafe_b64decode(token.encode()).decode().split(SEPARATOR)
        return symbol, date.fromisoformat(session)
    except ValueError as error:
        raise AnswerError(BAD_REQUEST, None, "invalid page_token") from error


def _currency(question: Question) -> Fields:
    currency = question.text("currency")
    return {"currency": currency} if currency else {}
