"""Another process halts trading while a run of twelve lines is under way at the look-alike: nothing is sent.

After the halt is on disk, no order and no replacement reaches the broker, whichever order it comes behind;
what works is canceled, the result says why, and after a resumption the rest is traded.
"""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from sqlalchemy import func, select
from support.alpaca_bench import ACCOUNT, AlpacaBench, LookAlike, served_here
from support.command import EXECUTABLE, clean_environment
from support.trading import BEFORE_CLOSE, DIRECT, envelope_for, keep_origins, line_at, named, unhurried

from alchemiser_dagster.broker.alpaca.look_alike_clock import LookAlikeClock
from alchemiser_dagster.errors import HaltedError
from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.migrate import migrate
from alchemiser_dagster.ledger.safety_tables import admissions
from alchemiser_dagster.ledger.tables import fills
from alchemiser_dagster.look_alike.terms import Terms
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.halt import HALTED_WORDS, HaltChange, HaltLevel
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Outcome, Side

NAMES = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH", "III", "JJJ", "KKK", "LLL")
MARKET = {name: 40.0 + number for number, name in enumerate(NAMES)}
SOLD, BOUGHT = NAMES[:6], NAMES[6:]
SHARES = Decimal(100)
ORDERS = {"POST", "PATCH"}
EVERY, SAMPLE = range(1, 13), (1, 4, 7, 12)
SETTINGS = """mode = "paper"
database_url = "sqlite:///{ledger}"
"""


@dataclass
class HaltingWire(HTTPAdapter):
    """Passes requests on; right behind the n-th order, and before its answer is read, trading is halted."""

    folder: Path
    behind: int
    is_typed: bool = True
    orders: int = 0
    orders_after: list[str] = field(default_factory=list)
    admitted_then: int | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        is_order = request.method in ORDERS and "/v2/orders" in str(request.url)
        if is_order and self.admitted_then is not None:
            self.orders_after.append(str(request.body))
        answer = super().send(request, *args, **kwargs)
        if is_order:
            self.orders += 1
            if self.orders == self.behind:
                self.halt()
        return answer

    def halt(self) -> None:
        if self.is_typed:
            type_command(self.folder, "halt")
        else:
            put(self.folder, HaltLevel.HALT)
        self.admitted_then = admitted(self.folder)


def type_command(folder: Path, command: str) -> None:
    """Type the installed command in a process of its own."""
    words = [str(EXECUTABLE), command, "--reason", "enough", "--by", "anna"]
    done = subprocess.run(  # noqa: S603 - the command under test
        words, cwd=folder, env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def put(folder: Path, level: HaltLevel) -> None:
    """Write a level, as the command does, without waiting for a process to start."""
    database = Database(f"sqlite:///{folder / 'ledger.db'}")
    envelope = named(f"put-{level.value}").model_copy(update={"account": ACCOUNT})
    HaltBook(database).change(
        HaltChange(
            envelope=envelope,
            session=BEFORE_CLOSE.date(),
            level=level,
            by="anna",
            reason="enough",
            is_tripped=False,
        )
    )
    database.close()


def admitted(folder: Path) -> int:
    """Return how many orders the gate has let through."""
    database = Database(f"sqlite:///{folder / 'ledger.db'}")
    with database.reading() as connection:
        count = int(connection.execute(select(func.count()).select_from(admissions)).scalar_one())
    database.close()
    return count


@pytest.fixture
def look_alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LookAlike]:
    with served_here(tmp_path_factory.mktemp("look-alike"), MARKET) as served:
        served.reset(holdings={name: str(SHARES) for name in SOLD})
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ledger = tmp_path / "ledger.db"
    (tmp_path / "alchemiser.toml").write_text(SETTINGS.format(ledger=ledger))
    database = unhurried(Database(f"sqlite:///{ledger}"))
    migrate(database)
    keep_origins(database)
    database.close()
    return tmp_path


def twelve() -> tuple[PlanLine, ...]:
    sells = (line_at(MARKET[name], name, Side.SELL, SHARES) for name in SOLD)
    buys = (line_at(MARKET[name], name, Side.BUY, SHARES / 2) for name in BOUGHT)
    return (*sells, *buys)


def run(bench: AlpacaBench, *lines: PlanLine, sequence: int = 1) -> ExecutionResult:
    plan = bench.plan(*lines, sequence=sequence)
    envelope = envelope_for(f"result-{sequence}").model_copy(update={"account": ACCOUNT})
    return execute_plan(plan, bench.environment, bench.permit(), envelope)


def left_of(look_alike: LookAlike) -> tuple[PlanLine, ...]:
    """Return the lines that bring the account from where it is to where the twelve lines lead."""
    held = look_alike.held()
    goal = dict.fromkeys(BOUGHT, SHARES / 2)
    lines = []
    for name in NAMES:
        missing = goal.get(name, Decimal(0)) - held.get(name, Decimal(0))
        if missing:
            side = Side.BUY if missing > 0 else Side.SELL
            lines.append(line_at(MARKET[name], name, side, abs(missing)))
    return tuple(lines)


def assert_books_agree(bench: AlpacaBench, look_alike: LookAlike) -> None:
    """Hold that our fills are the broker's, to the share and the price (R-37)."""
    with bench.database.reading() as connection:
        ours = connection.execute(select(fills.c.symbol, fills.c.side, fills.c.quantity, fills.c.price))
        own = sorted((str(a), str(b), Decimal(c), Decimal(d)) for a, b, c, d in ours)
    theirs = sorted(
        (str(fill["symbol"]), str(fill["side"]), Decimal(fill["qty"]), Decimal(fill["price"]))
        for fill in look_alike.fills()
    )
    assert own == theirs


def working(look_alike: LookAlike) -> list[str]:
    closed = {"filled", "canceled", "rejected", "expired", "replaced"}
    return [str(order["symbol"]) for order in look_alike.orders() if order["status"] not in closed]


def assert_says_why(result: ExecutionResult) -> None:
    """Hold that each line that was stopped says why: the halt, or the sells before it that it stopped."""
    if result.outcome is not Outcome.TRADED:
        assert any(skip.reason.startswith(HALTED_WORDS) for skip in result.skips), result.skips
    stopped = [skip for skip in result.skips if not skip.reason.startswith(HALTED_WORDS)]
    assert all(skip.side is Side.BUY and skip.reason.startswith("sells worth") for skip in stopped), stopped


def assert_stopped(wire: HaltingWire, result: ExecutionResult, folder: Path) -> None:
    assert wire.admitted_then is not None, "the halt was never typed"
    assert wire.orders_after == []
    assert admitted(folder) == wire.admitted_then
    assert_says_why(result)


@pytest.mark.parametrize("behind", EVERY if os.environ.get("ALCHEMISER_SWEEP") == "all" else SAMPLE)
def test_behind_whichever_order_it_is_typed_nothing_more_is_sent_and_the_rest_is_traded_afterwards(
    look_alike: LookAlike, folder: Path, behind: int
) -> None:
    #
    wire = HaltingWire(folder, behind)
    bench = AlpacaBench(folder, look_alike, DIRECT, wire)
    result = run(bench, *twelve())
    assert_stopped(wire, result, folder)
    assert len(look_alike.accepted()) == wire.orders == behind
    assert result.outcome is (Outcome.TRADED if behind == len(NAMES) else Outcome.PARTIAL)
    assert working(look_alike) == []
    assert_books_agree(bench, look_alike)
    type_command(folder, "resume")
    wire.admitted_then = None
    rest = left_of(look_alike)
    assert len(rest) == len(NAMES) - behind
    if rest:
        after = run(bench, *rest, sequence=2)
        assert after.outcome is Outcome.TRADED
    assert left_of(look_alike) == ()
    assert len(look_alike.accepted()) == len(NAMES)
    assert_books_agree(bench, look_alike)
    bench.close()


WALKING = DIRECT.model_copy(update={"step_seconds": 10.0})


@pytest.mark.parametrize("behind", [1, 3, 6, 9, 14])
def test_what_works_is_canceled_and_no_step_of_a_walk_follows(
    look_alike: LookAlike, folder: Path, behind: int
) -> None:
    #
    look_alike.change_rules(shares_per_look="7")
    wire = HaltingWire(folder, behind, is_typed=False)
    bench = AlpacaBench(folder, look_alike, WALKING, wire)
    result = run(bench, *twelve())
    assert_stopped(wire, result, folder)
    assert working(look_alike) == []
    held = look_alike.held()
    moved = {name: abs(held.get(name, Decimal(0)) - (SHARES if name in SOLD else 0)) for name in NAMES}
    filled = dict.fromkeys(NAMES, Decimal(0))
    for order in result.orders:
        filled[order.symbol] += order.filled_quantity
    assert filled == moved
    assert_books_agree(bench, look_alike)
    bench.close()


REPLACING = ExecutionRules.model_validate({**WALKING.model_dump(), "requote": "replace"}, strict=False)


@pytest.mark.parametrize("behind", [2, 7, 8])
def test_no_replacement_follows(look_alike: LookAlike, folder: Path, behind: int) -> None:
    #
    look_alike.change_rules(meets_at="0.999", behaviours={})
    rules = REPLACING.model_copy(update={"steps": (Decimal("0.5"), Decimal("0.75"), Decimal(1))})
    wire = HaltingWire(folder, behind, is_typed=False)
    bench = AlpacaBench(folder, look_alike, rules, wire)
    result = run(bench, *twelve())
    assert_stopped(wire, result, folder)
    assert working(look_alike) == []
    assert wire.orders == behind
    assert_books_agree(bench, look_alike)
    bench.close()


@pytest.mark.parametrize("behind", [1, 4, 8, 11])
def test_with_several_orders_on_their_way_none_is_let_through_afterwards(
    look_alike: LookAlike, folder: Path, behind: int
) -> None:
    #
    wire = HaltingWire(folder, behind, is_typed=False)
    bench = AlpacaBench(folder, look_alike, DIRECT.model_copy(update={"lanes": 4}), wire)
    result = run(bench, *twelve())
    assert wire.admitted_then is not None
    assert admitted(folder) == wire.admitted_then
    assert len(look_alike.accepted()) == wire.orders <= wire.admitted_then
    assert_says_why(result)
    assert working(look_alike) == []
    assert_books_agree(bench, look_alike)
    bench.close()


@dataclass
class ImpatientPerson:
    """A clock; the first time that somebody waits for the limit of requests on it, trading is halted."""

    clock: LookAlikeClock
    folder: Path
    wire: HaltingWire

    def now(self) -> datetime:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > DIRECT.longest_pause_seconds and self.wire.admitted_then is None:
            self.wire.halt()
        self.clock.sleep(seconds)


@pytest.mark.parametrize("allowed", range(22, 27))
def test_an_order_that_waits_for_the_limit_of_requests_is_not_sent_after_the_halt(
    tmp_path_factory: pytest.TempPathFactory, folder: Path, allowed: int
) -> None:
    #
    terms = Terms(requests_per_minute=math.ceil(allowed / 0.88))
    with served_here(tmp_path_factory.mktemp("slow"), MARKET, terms) as slow:
        slow.reset(holdings={name: str(SHARES) for name in SOLD})
        wire = HaltingWire(folder, behind=0, is_typed=False)
        rules = DIRECT.model_copy(update={"lanes": 1})
        bench = AlpacaBench(
            folder,
            slow,
            rules,
            wire,
            as_clock=lambda address: ImpatientPerson(LookAlikeClock(address), folder, wire),
        )
        result = run(bench, *twelve())
        assert_stopped(wire, result, folder)
        bench.close()


def test_a_halt_that_is_there_before_sends_nothing_at_all(look_alike: LookAlike, folder: Path) -> None:
    #
    type_command(folder, "halt")
    bench = AlpacaBench(folder, look_alike, DIRECT)
    with pytest.raises(HaltedError, match="trading is halted since"):
        run(bench, *twelve())
    assert look_alike.accepted() == []
    bench.close()
