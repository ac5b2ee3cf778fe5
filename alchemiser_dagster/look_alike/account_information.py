"""`/v2/account`, `/v2/clock`, `/v2/calendar`: the account and when it can trade."""

from __future__ import annotations

from datetime import date, timedelta

from alchemiser_dagster.look_alike.instants import day_of
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.wire_format import Fields, account_json
from alchemiser_dagster.look_alike.wire_values import local_text
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.sessions import NEW_YORK

SESSION_BEGINS, SESSION_ENDS = "0400", "2000"
SETTLED_AFTER = 1


def account(world: World, question: Question) -> Answer:
    """Return money and flags."""
    del question
    reported = world.venue.account()
    with world.venue.book() as book:
        opened_at = book.opened_at() or world.clock.now()
    balance = world.calendar.previous(world.calendar.session_at(world.clock.now()))
    return Answer(account_json(reported, opened_at, balance))


def clock(world: World, question: Question) -> Answer:
    """Return the time and the next open and close, in New York."""
    del question
    market = world.venue.clock()
    latest = world.calendar.session_at(market.now)
    opening = world.calendar.open_of(latest)
    if opening <= market.now:
        opening = world.calendar.open_of(world.calendar.following(latest))
    return Answer(
        {
            "timestamp": local_text(market.now),
            "is_open": market.is_open,
            "next_open": opening.astimezone(NEW_YORK).isoformat(),
            "next_close": market.next_close.astimezone(NEW_YORK).isoformat(),
        }
    )


def calendar(world: World, question: Question) -> Answer:
    """Return the sessions between two days, both included."""
    first, last = question.text("start"), question.text("end")
    sessions = world.calendar.between(
        day_of("start", first) if first else world.calendar.sessions[0],
        day_of("end", last) if last else world.calendar.sessions[-1],
    )
    return Answer([_session(world, session) for session in sessions])


def _session(world: World, session: date) -> Fields:
    opens = world.calendar.open_of(session).astimezone(NEW_YORK)
    closes = world.calendar.close_of(session).astimezone(NEW_YORK)
    return {
        "date": session.isoformat(),
        "open": f"{opens:%H:%M}",
        "close": f"{closes:%H:%M}",
        "session_open": SESSION_BEGINS,
        "session_close": SESSION_ENDS,
        "settlement_date": _settled(world, session).isoformat(),
    }


def _settled(world: World, session: date) -> date:
    """Return the session after; behind the calendar's end the day after."""
    if session == world.calendar.sessions[-1]:
        return session + timedelta(days=SETTLED_AFTER)
    return world.calendar.following(session)
