"""The command's front door: sub-commands, loaded when they are called, and the outermost error handler.

Exit codes: 0 traded or nothing to do, 1 failed, 2 usage or configuration.
"""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from pathlib import Path

import click

from alchemiser_dagster import __version__
from alchemiser_dagster.errors import AlchemiserError

COMMANDS = {
    "run": "Run a trading day: trade, reconcile, and say what was done.",
    "schedule": "Switch on and off what happens by itself, and show when it comes.",
    "halt": "Stop trading from the next order on.",
    "resume": "End a halt.",
    "flatten": "Have everything sold by the next run.",
    "plan": "Show what would be traded and what it would cost; send nothing.",
    "approve": "Approve a decision that looks strange, or a plan that waits.",
    "recover": "Settle what a run that failed left behind, and say what happened.",
    "reconcile": "Compare books and broker now, and name what differs.",
    "breaks": "List what differs between books and broker; accept it.",
    "limits": "Show every limit, its ceiling and what is used of it; keep its review.",
    "history": "Show past runs and how they went, in tables and numbers.",
    "status": "Show the state of things: what is on, what was done, what is held and owed.",
    "doctor": "Look for what would stop a run.",
    "notify": "Try where notices go; list and send what is owed.",
    "config": "Show the settings in force and where each came from.",
    "signals": "Show what strategies want to hold, session by session.",
    "story": "Tell one run from its launch to its last notice, or pack it into a file.",
    "why": "Follow an order back to the bars it came from, or say why a symbol was not traded.",
    "replay": "Compute a past run's signals and plan again, from a bundle alone.",
    "report": "Write the report of a day again, as a page for the browser.",
    "explain": "Show why a strategy wants what it wants on a session.",
    "symphony": "Read strategy files: check, show, convert and compare them.",
    "verify": "Compute traded decisions again, and say what differs.",
    "journal": "Look at the journal of records.",
    "sim": "Serve a look-alike of Alpaca, to try a client or a day on it.",
}


class LazyGroup(click.Group):
    """Commands that are imported when they are called: a command starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of their story."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and return the command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"alchemiser_dagster.cli.{cmd_name}_command").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="alchemiser")
def alchemiser() -> None:
    """Trade a portfolio of rule-based strategies, once per session, and explain every order."""


def main() -> None:
    """Run the command and exit with its code. This is the outermost handler of R-16."""
    try:
        alchemiser(prog_name="alchemiser")
    except AlchemiserError as error:
        click.secho(f"error: {error}", fg="red", err=True)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001  # the outermost boundary (R-16): nobody else can say it
        click.secho(f"error: unexpected {type(error).__name__} at {_place_of(error)}", fg="red", err=True)
        sys.exit(1)


def _place_of(error: Exception) -> str:
    """Return where the error was raised; its text and stack may hold what nobody should see (R-17)."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "an unknown place"
