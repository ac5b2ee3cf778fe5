"""The `alchemiser` command."""

from alchemiser_dagster.cli.main import main

__all__ = ["main"]
