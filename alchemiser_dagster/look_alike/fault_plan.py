"""What is to go wrong on the look-alike, as data: a plan that a person writes as JSON and posts or names.

Faults of requests fire on the requests that they match, faults of the market once so many orders were
accepted, faults of the stream on the events that they match, faults of the list of activities on what happens
to the account. A request or an event on which one fault fires
is not seen by the faults that stand behind it in the plan, so a plan reads as a schedule.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from alchemiser_dagster.broker.simulated.behaviour import SymbolBehaviour
from alchemiser_dagster.look_alike.counted import Counted
from alchemiser_dagster.look_alike.listing_faults import AnyListingFault
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Money, Symbol

Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
AccountFlag = Literal["account_blocked", "trading_blocked", "trade_suspended_by_user"]


class When(StrEnum):
    """On which side of the broker's doing the fault lies."""

    BEFORE = "before"
    AFTER = "after"


class LateAnswer(StrEnum):
    """What the client gets of a request that is accepted only later."""

    SILENCE = "silence"
    DROP = "drop"
    RESET = "reset"
    GATEWAY_TIMEOUT = "gateway timeout"


class RequestFault(Counted):
    """A fault of requests.

    Parameters
    ----------
    method
        The requests' method; None: any.
    path
        The requests' path, where `*` stands for anything, a slash too. Control endpoints never match.
    """

    method: Method | None = None
    path: str = Field(default="*", min_length=1)


class Delay(RequestFault):
    """The answer takes real seconds longer; the client may give up meanwhile."""

    kind: Literal["delay"] = "delay"
    seconds: float = Field(gt=0, le=600, allow_inf_nan=False)
    when: When = When.BEFORE


class Silence(RequestFault):
    """No answer ever comes: the connection stays open until the client gives up, for a minute at most."""

    kind: Literal["silence"] = "silence"
    when: When = When.BEFORE


class Drop(RequestFault):
    """The connection is closed without an answer."""

    kind: Literal["drop"] = "drop"
    when: When = When.BEFORE


class Reset(RequestFault):
    """The connection is reset without an answer."""

    kind: Literal["reset"] = "reset"
    when: When = When.BEFORE


class Status(RequestFault):
    """The answer is this HTTP status, whatever the broker did.

    Parameters
    ----------
    code, message
        Alpaca's words in the body; None: those that go with the status.
    is_json
        Whether the body is JSON as Alpaca's own, or a page of a gateway in front of it.
    headers
        More headers, such as `Retry-After`.
    """

    kind: Literal["status"] = "status"
    status: int = Field(ge=300, le=599)
    when: When = When.BEFORE
    code: int | None = None
    message: str | None = None
    is_json: bool = True
    headers: dict[str, str] = Field(default_factory=dict)


class HalfBody(RequestFault):
    """The broker does as asked; half of its answer arrives, then the connection is closed."""

    kind: Literal["half body"] = "half body"


class UnknownStatus(RequestFault):
    """The broker does as asked; every `status` in its answer is a word that nobody knows."""

    kind: Literal["unknown status"] = "unknown status"
    word: str = Field(default="under_consideration", min_length=1)


class NullFields(RequestFault):
    """The broker does as asked; the named fields of its answer are null, at any depth."""

    kind: Literal["null fields"] = "null fields"
    fields: tuple[str, ...] = Field(min_length=1)


class LateAcceptance(RequestFault):
    """The client gives up on the request, and the broker does as asked only later.

    Parameters
    ----------
    after_requests
        How many further requests are answered before.
    after_seconds
        How far the look-alike's clock moves on before.
    answer
        What the client gets.
    """

    kind: Literal["late acceptance"] = "late acceptance"
    after_requests: int | None = Field(default=None, ge=0)
    after_seconds: Decimal | None = Field(default=None, gt=0, allow_inf_nan=False)
    answer: LateAnswer = LateAnswer.SILENCE

    @model_validator(mode="after")
    def _has_one_trigger(self) -> LateAcceptance:
        if (self.after_requests is None) == (self.after_seconds is None):
            raise ValueError("give either after_requests or after_seconds")
        return self


class MarketFault(Frozen):
    """A fault of the account or the market; it stays until the rules are changed back.

    Parameters
    ----------
    after_orders
        How many orders are accepted before it begins, counted from when the plan was set.
    """

    after_orders: int = Field(default=0, ge=0)


class AccountBlocked(MarketFault):
    """One of the account's flags goes up."""

    kind: Literal["account blocked"] = "account blocked"
    flag: AccountFlag = "account_blocked"


class BuyingPowerShrinks(MarketFault):
    """The broker holds buying power back, in dollars."""

    kind: Literal["buying power shrinks"] = "buying power shrinks"
    withheld: Money = Field(gt=0)


class SymbolMisbehaves(MarketFault):
    """Symbols behave in another way: halted, a faulty quote, a fill during a cancellation."""

    kind: Literal["symbol"] = "symbol"
    symbols: tuple[Symbol, ...] = Field(min_length=1)
    behaviour: SymbolBehaviour


class SlowBroker(MarketFault):
    """New orders, cancellations and replacements stay pending, in seconds of the look-alike's clock."""

    kind: Literal["slow broker"] = "slow broker"
    acknowledge_seconds: Decimal = Field(default=Decimal(0), ge=0, allow_inf_nan=False)
    cancel_seconds: Decimal = Field(default=Decimal(0), ge=0, allow_inf_nan=False)
    replace_seconds: Decimal = Field(default=Decimal(0), ge=0, allow_inf_nan=False)


class StreamFault(Counted):
    """A fault of the stream of trade updates.

    Parameters
    ----------
    event
        The events' kind, such as `fill`; None: any.
    """

    event: str | None = Field(default=None, min_length=1)


class EventTwice(StreamFault):
    """An event arrives twice."""

    kind: Literal["event twice"] = "event twice"


class EventLate(StreamFault):
    """An event arrives behind the one that follows it."""

    kind: Literal["event late"] = "event late"


class EventMissing(StreamFault):
    """An event never arrives."""

    kind: Literal["event missing"] = "event missing"


class StreamDisconnect(StreamFault):
    """The stream is reset in the place of an event, which is lost; the client may connect again."""

    kind: Literal["stream disconnect"] = "stream disconnect"


AnyRequestFault = (
    Delay | Silence | Drop | Reset | Status | HalfBody | UnknownStatus | NullFields | LateAcceptance
)
AnyMarketFault = AccountBlocked | BuyingPowerShrinks | SymbolMisbehaves | SlowBroker
AnyStreamFault = EventTwice | EventLate | EventMissing | StreamDisconnect
AnyFault = AnyRequestFault | AnyMarketFault | AnyStreamFault | AnyListingFault


class FaultPlan(Frozen):
    """What is to go wrong, in the order in which it is looked at."""

    faults: tuple[Annotated[AnyFault, Field(discriminator="kind")], ...] = ()
