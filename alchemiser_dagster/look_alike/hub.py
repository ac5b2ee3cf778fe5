"""Who listens to trade updates, and what reaches them: all that happens to the account, faults aside.

1. Somebody listens: from then on the account's picture is kept (`Hub.join`).
2. Before each answer goes out, the account is compared with that picture (`Publishing`): no client learns of
   a change by its answer before the stream was told.
3. Each event passes the fault plan (`ActiveFaults.of_event`) and is put into every listener's queue.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from enum import Enum

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alchemiser_dagster.look_alike.active_faults import ActiveFaults
from alchemiser_dagster.look_alike.fault_plan import EventLate, EventMissing, EventTwice, StreamDisconnect
from alchemiser_dagster.look_alike.trade_updates import Picture, TradeUpdate, updates_between
from alchemiser_dagster.look_alike.wire_format import Fields, order_json
from alchemiser_dagster.look_alike.wire_values import instant_text, number_text, wire_id
from alchemiser_dagster.look_alike.world import World

MOST_WAITING = 1_000
EMPTY = Picture({}, (), {})


class End(Enum):
    """What a listener finds in its queue instead of an event."""

    RESET = "reset"


Waiting = asyncio.Queue[bytes | End]


@dataclass
class Hub:
    """The stream of one world's trade updates; everything happens in the server's one loop."""

    world: World
    faults: ActiveFaults
    listeners: set[Waiting] = field(default_factory=set)
    late: list[bytes] = field(default_factory=list)
    picture: Picture = EMPTY

    def join(self) -> Waiting:
        """Return the queue of a new listener, who hears of what happens from now on."""
        if not self.listeners:
            self.picture = picture_of(self.world)
        waiting = Waiting(MOST_WAITING)
        self.listeners.add(waiting)
        return waiting

    def leave(self, waiting: Waiting) -> None:
        """Forget a listener."""
        self.listeners.discard(waiting)

    def look(self) -> None:
        """Tell the listeners what happened since the last look."""
        if not self.listeners:
            return
        before, self.picture = self.picture, picture_of(self.world)
        for update in updates_between(before, self.picture):
            self._publish(update)

    def _publish(self, update: TradeUpdate) -> None:
        said = json.dumps(update_json(update, self.world)).encode()
        match self.faults.of_event(update.event):
            case EventLate():
                self.late.append(said)
            case EventMissing():
                pass
            case StreamDisconnect():
                self._end()
            case EventTwice():
                self._send(said, said)
            case None:
                self._send(said)

    def _send(self, *said: bytes) -> None:
        late, self.late = self.late, []
        for message in (*said, *late):
            for waiting in tuple(self.listeners):
                self._put(waiting, message)

    def _put(self, waiting: Waiting, message: bytes) -> None:
        if waiting.qsize() < MOST_WAITING - 1:
            waiting.put_nowait(message)
        else:
            waiting.put_nowait(End.RESET)
            self.leave(waiting)

    def _end(self) -> None:
        for waiting in self.listeners:
            waiting.put_nowait(End.RESET)
        self.listeners.clear()


class Publishing:
    """Tells the hub to look before each answer goes out."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self._app = app
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and publish what it changed."""

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._hub.look()
            await send(message)

        await self._app(scope, receive, telling if scope["type"] == "http" else send)


def picture_of(world: World) -> Picture:
    """Return the account as its books have it; the market is not looked at."""
    with world.venue.book() as book:
        return Picture(
            orders={order.broker_order_id: order for order in book.orders()},
            fills=book.fill_reports(),
            holdings={holding.symbol: holding.quantity for holding in book.holdings()},
        )


def update_json(update: TradeUpdate, world: World) -> Fields:
    """Return the message that tells an event."""
    expires_at = world.calendar.close_of(world.calendar.session_at(update.order.submitted_at))
    data: Fields = {
        "event": update.event,
        "execution_id": wire_id(update.execution_id),
        "timestamp": instant_text(update.at),
        "order": order_json(update.order, expires_at),
    }
    if update.fill is not None and update.position is not None:
        data |= {
            "price": number_text(update.fill.fill.price),
            "qty": number_text(update.fill.fill.quantity),
            "position_qty": number_text(update.position),
        }
    return {"stream": "trade_updates", "data": data}
