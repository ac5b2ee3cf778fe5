"""`alchemiser symphony convert`: a strategy file in the other notation, with the same meaning."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click

from alchemiser_dagster.errors import ConfigurationError, StrategyError
from alchemiser_dagster.symphony import Symphony, parse
from alchemiser_dagster.symphony.score.writer import to_json
from alchemiser_dagster.symphony.symphony import NOTATIONS, Notation, content_of, notation_of
from alchemiser_dagster.symphony.text.writer import to_text

OTHER: dict[Notation, Notation] = {"text": "json", "json": "text"}


@click.command("convert")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "wanted", type=click.Choice(["text", "json"]), help="The other one by default.")
@click.option("--output", type=click.Path(path_type=Path), help="File to write; standard output by default.")
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
def convert(file: Path, wanted: Notation | None, output: Path | None, *, force: bool) -> None:
    """Write a strategy FILE in the text or the JSON notation. Comments and layout are not kept."""
    content = content_of(file)
    written = notation_of(file, content)
    symphony = parse(content, written, str(file))
    notation = wanted or OTHER[written]
    if output:
        _check_output(output, notation, force=force)
    converted = _converted(symphony, notation)
    if output:
        _write(output, converted)
    else:
        click.echo(converted, nl=not converted.endswith("\n"))


def _check_output(output: Path, notation: Notation, *, force: bool) -> None:
    if NOTATIONS.get(output.suffix.lower(), notation) != notation:
        ending = ".json" if notation == "json" else ".clj"
        raise ConfigurationError(
            f"a file with this ending is not read as {notation}",
            where=str(output),
            remedy=f"Choose a name that ends in {ending}, or another --to",
        )
    if output.exists() and not force:
        raise ConfigurationError(
            "the file exists",
            where=str(output),
            remedy="Choose another --output, or overwrite it with --force",
        )


def _converted(symphony: Symphony, notation: Notation) -> str:
    """Return the symphony in a notation; refuse a result that doesn't read as the same symphony."""
    converted = to_json(symphony) if notation == "json" else to_text(symphony)
    again = parse(converted, notation, f"{symphony.name}, converted")
    if (again.digest, again.name) != (symphony.digest, symphony.name):
        raise StrategyError(
            f"the {notation} notation of it reads as another strategy",
            where=symphony.name,
            remedy="Nothing was written; keep the file as it is",
        )
    return converted


def _write(output: Path, text: str) -> None:
    """Write a file in one step: whoever looks sees the old content or the new one."""
    partial = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        partial.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
        partial.replace(output)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise ConfigurationError(
            f"the file can't be written: {error.strerror}",
            where=str(output),
            remedy="Choose another --output",
        ) from error
