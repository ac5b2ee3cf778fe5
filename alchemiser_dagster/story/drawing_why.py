"""The chain behind an order in the terminal: from what was done down to the bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from alchemiser_dagster.reports.console import print_table
from alchemiser_dagster.reports.explanation_sentence import weight_text
from alchemiser_dagster.reports.explanation_tree import explanation_tree
from alchemiser_dagster.reports.table import Table, money, percent, price, shares
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.story.drawing import STYLES
from alchemiser_dagster.story.order_events import events_of_order
from alchemiser_dagster.story.why import Why, WhyBar, WhyStrategy

INDENT = 2


def print_why(console: Console, found: Why) -> None:
    """Draw the verdict, then plan, target, strategies with their conditions and bars, requests and fills."""
    console.print(Text(f"{found.verdict[:1].upper()}{found.verdict[1:]}", "bold"))
    console.print(Text(f"session {found.session} · story {found.correlation_id}", "dim"))
    for part in (*_orders(found), *_plan(found)):
        console.print(part)
    wanting = [strategy for strategy in found.strategies if strategy.contribution] or found.strategies
    for strategy in found.strategies:
        _print_strategy(console, strategy, in_full=strategy in wanting)
    bars = dict.fromkeys(bar for strategy in wanting for bar in strategy.bars)
    if bars:
        console.print()
        print_table(console, _bars_table(list(bars)))
    for call in _calls(found):
        console.print(call)


def _orders(found: Why) -> Iterator[RenderableType]:
    lines = {found.line.line_id: found.line} if found.line else {}
    for order in found.orders:
        yield Text("\nOrder", "bold")
        for event in events_of_order(order, lines, depth=0):
            when = f"{event.at.astimezone(NEW_YORK):%H:%M:%S} " if event.at else ""
            text = Text.assemble((when, "dim"), (event.text, STYLES[event.tone]))
            yield Padding(text, (0, 0, 0, INDENT * (event.depth + 1)))


def _plan(found: Why) -> Iterator[RenderableType]:
    line, comparison = found.line, found.comparison
    if line is not None and found.plan_id is not None:
        yield Text(f"\nPlan {found.plan_id[:8]}", "bold")
        yield Text(
            f"  {line.side} {shares(line.quantity)} at {price(line.reference_price)} "
            f"({money(line.notional)}): {line.reason}"
        )
    if comparison is not None:
        yield Text("\nTarget", "bold")
        yield Text(
            f"  {percent(found.target_weight)} of what is invested; {percent(comparison.current_weight)} was "
            f"held, {percent(comparison.target_weight)} of the account is wanted"
        )


def _print_strategy(console: Console, strategy: WhyStrategy, *, in_full: bool) -> None:
    said = (
        f"wants {weight_text(strategy.weight)} with a share of {percent(strategy.share)}: "
        f"{percent(strategy.contribution)}"
    )
    standing = f"; {strategy.standing}" if strategy.standing else ""
    rule = "" if strategy.trades_today else "; it does not trade on this session"
    console.print(Text.assemble("\n", (strategy.strategy, "bold"), f" {said}{standing}{rule}"))
    if in_full and strategy.explanation is not None:
        console.print(Padding(explanation_tree(strategy.explanation), (0, 0, 0, INDENT)))


def _bars_table(bars: Sequence[WhyBar]) -> Table:
    rows = tuple(
        (
            bar.symbol,
            str(bar.session),
            f"{bar.close!r}",
            "provisional" if bar.is_provisional else "sealed",
            bar.source,
            str(bar.table_version),
        )
        for bar in bars
    )
    return Table("Bars", ("symbol", "session", "close", "kind", "source", "version"), rows, frozenset({2, 5}))


def _calls(found: Why) -> Iterator[RenderableType]:
    if found.calls:
        yield Text("\nRequests", "bold")
    for one in found.calls:
        call = one.call
        answer = call.error or (str(call.status) if call.status is not None else "answered")
        style = STYLES["bad"] if call.error else ""
        yield Text(f"  {call.call} → {answer}, {call.seconds:.2f} s", style)
        yield Padding(Text(_short(call.model_dump_json(include={"request", "answer"})), "dim"), (0, 0, 0, 4))


def _short(text: str, most: int = 600) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
