"""One ready-made plan for each fault that a broker's client has to survive, to iterate over.

`REQUEST_FAULTS` go with every `RequestKind`; `MARKET_FAULTS` and `STREAM_FAULTS` stand for themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from alchemiser_dagster.broker.simulated.behaviour import PendingFill, QuoteFault, SymbolBehaviour
from alchemiser_dagster.look_alike.fault_plan import (
    AccountBlocked,
    AnyFault,
    AnyMarketFault,
    AnyRequestFault,
    AnyStreamFault,
    BuyingPowerShrinks,
    Delay,
    Drop,
    EventLate,
    EventMissing,
    EventTwice,
    FaultPlan,
    HalfBody,
    LateAcceptance,
    LateAnswer,
    Method,
    NullFields,
    RequestFault,
    Reset,
    Silence,
    SlowBroker,
    Status,
    StreamDisconnect,
    SymbolMisbehaves,
    UnknownStatus,
    When,
)


class Place(NamedTuple):
    """Which requests a fault matches."""

    method: Method
    path: str


class RequestKind(Enum):
    """Every kind of request that the system sends; `null` are the fields that matter in its answer."""

    SUBMIT = Place("POST", "/v2/orders")
    REPLACE = Place("PATCH", "/v2/orders/*")
    CANCEL = Place("DELETE", "/v2/orders/*")
    GET_ORDER = Place("GET", "/v2/orders:by_client_order_id")
    LIST_ORDERS = Place("GET", "/v2/orders")
    POSITIONS = Place("GET", "/v2/positions")
    ACCOUNT = Place("GET", "/v2/account")
    CLOCK = Place("GET", "/v2/clock")
    ASSETS = Place("GET", "/v2/assets*")
    SNAPSHOTS = Place("GET", "/v2/stocks/snapshots")
    ACTIVITIES = Place("GET", "/v2/account/activities/FILL")

    @property
    def is_write(self) -> bool:
        """Whether the request changes an order."""
        return self.value.method != "GET"


NULL_FIELDS = {
    RequestKind.SUBMIT: ("status", "filled_qty", "qty"),
    RequestKind.REPLACE: ("status", "filled_qty", "qty"),
    RequestKind.GET_ORDER: ("status", "filled_qty"),
    RequestKind.LIST_ORDERS: ("status", "filled_qty"),
    RequestKind.POSITIONS: ("qty", "market_value"),
    RequestKind.ACCOUNT: ("cash", "buying_power"),
    RequestKind.CLOCK: ("is_open",),
    RequestKind.ASSETS: ("tradable",),
    RequestKind.SNAPSHOTS: ("latestQuote",),
    RequestKind.ACTIVITIES: ("qty", "order_id"),
    RequestKind.CANCEL: ("status",),
}
BEYOND_PATIENCE_SECONDS = 0.6


def _at(kind: RequestKind, fault: RequestFault) -> RequestFault:
    return fault.model_copy(update={"method": kind.value.method, "path": kind.value.path})


REQUEST_FAULTS: Mapping[str, Callable[[RequestKind], AnyRequestFault]] = {
    "delay before acceptance": lambda _kind: Delay(seconds=BEYOND_PATIENCE_SECONDS),
    "delay after acceptance": lambda _kind: Delay(seconds=BEYOND_PATIENCE_SECONDS, when=When.AFTER),
    "silence before acceptance": lambda _kind: Silence(),
    "silence after acceptance": lambda _kind: Silence(when=When.AFTER),
    "drop before acceptance": lambda _kind: Drop(),
    "drop after acceptance": lambda _kind: Drop(when=When.AFTER),
    "reset before acceptance": lambda _kind: Reset(),
    "reset after acceptance": lambda _kind: Reset(when=When.AFTER),
    "429": lambda _kind: Status(status=429, headers={"Retry-After": "1"}),
    "500 before acceptance": lambda _kind: Status(status=500),
    "500 after acceptance": lambda _kind: Status(status=500, when=When.AFTER),
    "502 before acceptance": lambda _kind: Status(status=502, is_json=False),
    "502 after acceptance": lambda _kind: Status(status=502, is_json=False, when=When.AFTER),
    "503 before acceptance": lambda _kind: Status(status=503),
    "504 before acceptance": lambda _kind: Status(status=504, is_json=False),
    "504 after acceptance": lambda _kind: Status(status=504, is_json=False, when=When.AFTER),
    "redirect": lambda _kind: Status(status=307, headers={"Location": "/v2/elsewhere"}),
    "half a body": lambda _kind: HalfBody(),
    "unknown status": lambda _kind: UnknownStatus(),
    "null fields": lambda kind: NullFields(fields=NULL_FIELDS[kind]),
    "late acceptance, silence": lambda _kind: LateAcceptance(after_requests=2),
    "late acceptance, 504": lambda _kind: LateAcceptance(after_requests=2, answer=LateAnswer.GATEWAY_TIMEOUT),
    "late acceptance by the clock": lambda _kind: LateAcceptance(
        after_seconds=Decimal(5), answer=LateAnswer.DROP
    ),
}


def request_plan(name: str, kind: RequestKind, *, nth: int = 1, times: int | None = 1) -> FaultPlan:
    """Return the plan of a named fault at a kind of request."""
    fault = _at(kind, REQUEST_FAULTS[name](kind))
    return _plan(fault.model_copy(update={"nth": nth, "times": times}))


def matrix() -> Iterator[tuple[str, RequestKind]]:
    """Return every pair of a request fault and a kind of request."""
    return ((name, kind) for kind in RequestKind for name in REQUEST_FAULTS)


def market_plans(symbol: str, after_orders: int = 0) -> dict[str, FaultPlan]:
    """Return a plan for each fault of the account and the market, at one symbol where it is about symbols."""
    return {
        name: _plan(*(fault.model_copy(update={"after_orders": after_orders}) for fault in faults))
        for name, faults in _market_faults(symbol).items()
    }


def _market_faults(symbol: str) -> dict[str, tuple[AnyMarketFault, ...]]:
    def behaves(**fields: object) -> SymbolMisbehaves:
        return SymbolMisbehaves(symbols=(symbol,), behaviour=SymbolBehaviour.model_validate(fields))

    slow = SlowBroker(cancel_seconds=Decimal(5), replace_seconds=Decimal(5))
    partial = {"shares_per_look": Decimal(1)}
    return {
        "account blocked": (AccountBlocked(),),
        "trading blocked": (AccountBlocked(flag="trading_blocked"),),
        "trade suspended": (AccountBlocked(flag="trade_suspended_by_user"),),
        "buying power shrinks": (BuyingPowerShrinks(withheld=Decimal(90_000)),),
        "halted": (behaves(halted=True),),
        "rejected after acceptance": (behaves(rejects=True),),
        "partial fill, then cancel": (behaves(**partial, cancels_after_fill=True),),
        "fill during cancel": (slow, behaves(fills_while_pending=PendingFill.ALL)),
        "half a fill during cancel": (slow, behaves(fills_while_pending=PendingFill.HALF)),
        "slow broker": (slow,),
        **{f"quote {fault.value}": (behaves(quote_fault=fault),) for fault in QuoteFault},
    }


STREAM_FAULTS: Mapping[str, AnyStreamFault] = {
    "duplicated event": EventTwice(event="fill"),
    "reordered events": EventLate(event="new"),
    "missing event": EventMissing(event="fill"),
    "disconnect": StreamDisconnect(event="new"),
}


def _plan(*faults: RequestFault | AnyFault) -> FaultPlan:
    return FaultPlan.model_validate({"faults": faults})
