"""The faults of requests: what stands between a client and the look-alike's application.

1. Requests that were accepted late and are due now are done first (`held_requests`).
2. The plan says which fault fires on the request, if any (`active_faults`).
3. Without one the request passes untouched; with one it is read whole and answered as the fault says.
4. Whatever the request made due, such as the clock wound on, is done.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alchemiser_dagster.look_alike.active_faults import ActiveFaults
from alchemiser_dagster.look_alike.exchange import Change, Exchange, KeptAnswer
from alchemiser_dagster.look_alike.fault_plan import (
    AnyRequestFault,
    Delay,
    Drop,
    HalfBody,
    LateAcceptance,
    LateAnswer,
    NullFields,
    Reset,
    Silence,
    Status,
    UnknownStatus,
    When,
)
from alchemiser_dagster.look_alike.held_requests import HeldRequests

CONTROL = "/sim/"
ORDERS = "/v2/orders"
GATEWAY_TIMEOUT = Status(status=HTTPStatus.GATEWAY_TIMEOUT, is_json=False)


class FaultMiddleware:
    """An application whose requests go wrong as a plan says.

    Parameters
    ----------
    app
        The application; served by a server that uses `CuttableProtocol`.
    faults
        The plan in force.
    now
        The look-alike's own time.
    """

    def __init__(self, app: ASGIApp, faults: ActiveFaults, now: Callable[[], datetime]) -> None:
        self._app = counting_orders(app, faults)
        self._faults = faults
        self._held = HeldRequests(self._app, now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """KeptAnswer one request, or not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._held.do_due()
        if scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
        else:
            await self._traded(scope, receive, send)
        await self._held.do_due()

    async def _traded(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._held.count_request()
        fault = self._faults.of_request(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._fire_until_the_end(fault, await Exchange.begin(scope, receive, send))

    async def _fire_until_the_end(self, fault: AnyRequestFault, exchange: Exchange) -> None:
        """Fire; where the server ends meanwhile, its client sees the connection close."""
        try:
            await self._fire(fault, exchange)
        except asyncio.CancelledError:
            exchange.line.close()
            await asyncio.sleep(0)  # the server learns that the line is closed, and asks for no answer

    async def _fire(self, fault: AnyRequestFault, exchange: Exchange) -> None:
        match fault:
            case LateAcceptance():
                self._held.hold(exchange, fault)
                await _leave(fault.answer, exchange)
            case Delay():
                await self._delay(fault, exchange)
            case Silence() | Drop() | Reset() | Status():
                if fault.when is When.AFTER:
                    await exchange.ask(self._app)
                await _mishap(fault, exchange)
            case HalfBody():
                await exchange.answer_half(await exchange.ask(self._app))
            case UnknownStatus() | NullFields():
                answer = await exchange.ask(self._app)
                await exchange.answer(answer.changed(_change_of(fault)))

    async def _delay(self, fault: Delay, exchange: Exchange) -> None:
        if fault.when is When.BEFORE:
            await asyncio.sleep(fault.seconds)
        answer = await exchange.ask(self._app)
        if fault.when is When.AFTER:
            await asyncio.sleep(fault.seconds)
        await exchange.answer(answer)


def counting_orders(app: ASGIApp, faults: ActiveFaults) -> ASGIApp:
    """Return the application that tells the faults of each order that it accepts, before the client knows."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < HTTPStatus.BAD_REQUEST:
                faults.order_accepted()
            await send(message)

        is_order = scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", ORDERS)
        await app(scope, receive, telling if is_order else send)

    return counted


async def _leave(answer: LateAnswer, exchange: Exchange) -> None:
    """Leave the client without its answer."""
    match answer:
        case LateAnswer.SILENCE:
            await exchange.until_gone()
        case LateAnswer.DROP:
            await exchange.close()
        case LateAnswer.RESET:
            await exchange.reset()
        case LateAnswer.GATEWAY_TIMEOUT:
            await exchange.answer(_refusal(GATEWAY_TIMEOUT))


async def _mishap(fault: Silence | Drop | Reset | Status, exchange: Exchange) -> None:
    match fault:
        case Silence():
            await exchange.until_gone()
        case Drop():
            await exchange.close()
        case Reset():
            await exchange.reset()
        case Status():
            await exchange.answer(_refusal(fault))


def _refusal(fault: Status) -> KeptAnswer:
    phrase = fault.message or HTTPStatus(fault.status).phrase.lower()
    code = fault.status * 100_000 + 10_000 if fault.code is None else fault.code
    body = json.dumps({"code": code, "message": phrase}) if fault.is_json else f"<html>{phrase}</html>"
    kind = b"application/json" if fault.is_json else b"text/html"
    more = ((name.encode("latin-1"), value.encode("latin-1")) for name, value in fault.headers.items())
    return KeptAnswer(fault.status, ((b"content-type", kind), *more), b"").with_body(body.encode())


def _change_of(fault: UnknownStatus | NullFields) -> Change:
    names = ("status",) if isinstance(fault, UnknownStatus) else fault.fields
    put = fault.word if isinstance(fault, UnknownStatus) else None
    return lambda name, value: put if name in names else value
