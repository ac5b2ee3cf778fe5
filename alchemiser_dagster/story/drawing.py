"""A story in the terminal: the outcome first, then one line an event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from alchemiser_dagster.reports.table import money
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.story.event import Event, Tone
from alchemiser_dagster.story.outcome import outcome_of
from alchemiser_dagster.story.story import Story
from alchemiser_dagster.story.timeline import timeline

STYLES: dict[Tone, str] = {
    "plain": "",
    "strong": "bold",
    "faint": "dim",
    "good": "green",
    "bad": "red",
    "warning": "yellow",
}
TIME_WIDTH = 8
INDENT = 2


def print_story(console: Console, story: Story, *, with_calls: bool = False) -> None:
    """Draw the story as wide as the console is; in a narrow one the lines fold."""
    console.print(Group(*_head(story)))
    console.print()
    for part in _drawn(timeline(story, with_calls=with_calls)):
        console.print(part)


def _head(story: Story) -> Iterator[RenderableType]:
    outcome = outcome_of(story)
    style = "bold green" if outcome.is_good else "bold yellow" if outcome.outcome is None else "bold red"
    session = f"session {story.session:%Y-%m-%d (%A)}" if story.session else "no session is known"
    yield Text(_capital(outcome.in_words), style)
    yield Text(f"{session}, {story.mode.value} · story {story.correlation_id}", "dim")
    result = story.result
    if result is not None and result.orders:
        yield Text(f"sold {money(result.sold)}, bought {money(result.bought)}, {len(result.orders)} orders")
    for run in story.runs:
        if run.link:
            yield Text(run.link, "dim", no_wrap=True, overflow="fold")


def _drawn(events: tuple[Event, ...]) -> Iterator[RenderableType]:
    """Yield a heading for each day, in New York, and below it a grid of times, durations and events."""
    day: date | None = None
    grid = _grid()
    for event in events:
        local = event.at.astimezone(NEW_YORK) if event.at else None
        if local is not None and local.date() != day:
            if grid.row_count:
                yield grid
            day, grid = local.date(), _grid()
            yield Text(f"{day:%Y-%m-%d %A}, New York", "dim")
        text = Text(event.text, STYLES[event.tone], overflow="fold")
        took = "" if event.seconds is None else _seconds(event.seconds)
        grid.add_row(
            f"{local:%H:%M:%S}" if local else "",
            took,
            Padding(text, (0, 0, 0, INDENT * event.depth), expand=False),
        )
    if grid.row_count:
        yield grid


def _grid() -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=TIME_WIDTH, style="dim", no_wrap=True)
    grid.add_column(width=TIME_WIDTH, style="dim", justify="right", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    return grid


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:,.0f} s"  # noqa: PLR2004  two digits before the point


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
