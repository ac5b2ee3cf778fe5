"""What happens in the gate's world, as data: plans, kills, races, changed limits, broken quotes, mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from support.gate_stage import asks_for

from alchemiser_dagster.execution.intents import intent_for
from alchemiser_dagster.execution.sizing import Wish
from alchemiser_dagster.ledger.order_rows import OrderIntent
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import OrderRequest
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.settings.choices import Requote

SYMBOLS = ("AAA", "BBB", "CCC", "DDD")


class Twist(StrEnum):
    """What is wrong with the quotes of a run."""

    NOTHING = "nothing"
    HIGH = "5 % too high"
    LOW = "5 % too low"
    BETWEEN_TICKS = "between two ticks"
    ONE_SIDED = "one-sided"


class Mistake(StrEnum):
    """What is wrong with the orders that a run intends."""

    NOTHING = "nothing"
    DOUBLE = "twice as many"
    OTHER_SIDE = "the other side"
    OTHER_SYMBOL = "another symbol"
    BETWEEN_TICKS = "between two ticks"
    FAR = "20 % higher"
    HUGE = "a thousand times as many"


@dataclass(frozen=True)
class Wanted:
    """A line of a plan: how much, as a multiple of the account's value or of what is held."""

    symbol: str
    side: Side
    size: Decimal
    drift: Decimal = Decimal(1)


@dataclass(frozen=True)
class Trade:
    """A plan is executed, perhaps killed at one of the things it does, and perhaps resumed."""

    wanted: tuple[Wanted, ...]
    dies_at: int | None = None
    is_resumed: bool = True
    twist: Twist = Twist.NOTHING
    mistake: Mistake = Mistake.NOTHING
    halts_after: int | None = None
    requote: Requote = Requote.CANCEL


@dataclass(frozen=True)
class Race:
    """Two runs of two plans at once, on two machines: neither knows of the other but through the ledger.

    `is_bare` leaves the guards of the plans out, so that those of the orders stand alone.
    """

    first: tuple[Wanted, ...]
    second: tuple[Wanted, ...]
    seed: int
    mistake: Mistake = Mistake.NOTHING
    is_bare: bool = False


@dataclass(frozen=True)
class Limits:
    """A person changes limits between two runs."""

    changed: tuple[tuple[str, Decimal | int | tuple[str, ...]], ...]


@dataclass(frozen=True)
class Level:
    """A person halts or resumes."""

    level: HaltLevel


@dataclass(frozen=True)
class Move:
    """The price of a symbol becomes another."""

    symbol: str
    factor: Decimal


@dataclass(frozen=True)
class Lock:
    """A break is found, or all are cleared where no symbol is named."""

    symbol: str | None


@dataclass(frozen=True)
class Stranger:
    """Somebody else places an order that does not fill."""

    symbol: str
    side: Side


Step = Trade | Race | Limits | Level | Move | Lock | Stranger


def mistaken(mistake: Mistake) -> Callable[[RebalancePlan, Wish, Decimal], OrderIntent]:
    """Return how a run intends orders that makes the mistake."""

    def intended(plan: RebalancePlan, wish: Wish, quantity: Decimal) -> OrderIntent:
        right = intent_for(plan, wish, quantity)
        return asks_for(**_wrong(right.request, mistake))(right)

    return intended


def _wrong(right: OrderRequest, mistake: Mistake) -> Mapping[str, object]:
    limit = right.limit_price or Decimal(0)
    match mistake:
        case Mistake.OTHER_SIDE:
            return {"side": Side.SELL if right.side is Side.BUY else Side.BUY}
        case Mistake.DOUBLE | Mistake.HUGE:
            return {"quantity": right.quantity * (2 if mistake is Mistake.DOUBLE else 1_000)}
        case Mistake.OTHER_SYMBOL:
            return {"symbol": "EEE"}
        case Mistake.BETWEEN_TICKS:
            return {"limit_price": limit + Decimal("0.003")}
        case Mistake.FAR:
            return {"limit_price": round(limit * Decimal("1.2"), 2)}
        case Mistake.NOTHING:
            return {}


def twisted(quote: Quote, twist: Twist) -> Quote:
    """Return the quote as a broken source tells it."""
    match twist:
        case Twist.HIGH | Twist.LOW:
            factor = Decimal("1.05") if twist is Twist.HIGH else Decimal("0.95")
            sides = {"bid": quote.bid * factor, "ask": quote.ask * factor}
        case Twist.BETWEEN_TICKS:
            sides = {"bid": quote.bid + Decimal("0.0031"), "ask": quote.ask + Decimal("0.0077")}
        case Twist.ONE_SIDED:
            sides = {"bid": Decimal(0)}
        case Twist.NOTHING:
            return quote
    return quote.model_copy(update=sides)
