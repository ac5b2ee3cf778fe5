"""What the documents say is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest

from alchemiser_dagster.cli.main import alchemiser
from alchemiser_dagster.definitions import definitions_for
from alchemiser_dagster.look_alike.fault_file import read_fault_plan
from alchemiser_dagster.settings import Settings, load_settings
from alchemiser_dagster.settings.loading import FILE_NAME
from alchemiser_dagster.symphony import parse

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:make|alchemiser) [^`\n]+)`")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
NODE = re.compile(r'^\s*(\w+)\["([^"]+)"\]$', re.MULTILINE)
CHAIN = re.compile(r"^\s*(\w+(?: --> \w+)+)$", re.MULTILINE)
RULE = re.compile(r"\bR-\d+\b")
DEFINED_RULE = re.compile(r"^- \*\*(R-\d+)\*\*", re.MULTILINE)
SCORE_OF_CONDITION = """{"step": "root", "name": "x", "children": [{"step": "if", "children": [
  {"step": "if-child", "condition": {}}, {"step": "if-child", "is-else-condition?": true}]}]}"""
KEYS = {
    "ALCHEMISER_ALPACA__KEY_ID": "PKTESTTESTTESTTEST01",
    "ALCHEMISER_ALPACA__SECRET_KEY": "s3cr3t-of-alpaca",
}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(path.read_text()) if found == language]


def every_block(language: str) -> Iterator[object]:
    for path in DOCUMENTS:
        for number, text in enumerate(blocks(path, language), start=1):
            yield pytest.param(text, id=f"{named(path)}-{number}")


def commands() -> Iterator[object]:
    for path in DOCUMENTS:
        lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
        for line in dict.fromkeys([*lines, *INLINE.findall(path.read_text())]):
            words = shlex.split(line, comments=True)
            if words and Path(words[0]).name in {"make", "alchemiser"}:
                yield pytest.param([Path(words[0]).name, *words[1:]], id=f"{named(path)}: {line[:50]}")


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = alchemiser
    while isinstance(command, click.Group):
        is_whole = not words or words[0].startswith("-")
        if is_whole and command.invoke_without_command:
            break
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no command {words[0]}"
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_relative_link_leads_to_a_file(path: Path) -> None:
    links = [link for link in LINK.findall(path.read_text()) if "://" not in link]
    missing = [link for link in links if not (path.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("words", list(commands()))
def test_every_command_is_one_that_can_be_typed(words: list[str]) -> None:
    if words[0] == "make":
        assert set(words[1:]) <= set(TARGET.findall((ROOT / "Makefile").read_text()))
        return
    command, rest = command_of(words[1:])
    command.make_context("alchemiser", rest, resilient_parsing=False)


@pytest.mark.parametrize("text", list(every_block("toml")))
def test_every_toml_block_loads_as_settings(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    for file in re.findall(r'^file = "([^"]+)"$', text, re.MULTILINE):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    assert load_settings(tmp_path, environment=KEYS).strategies


@pytest.mark.parametrize("text", list(every_block("clojure")))
def test_every_symphony_block_can_be_read(text: str) -> None:
    if "(defsymphony" in text:
        assert parse(text).symbols


@pytest.mark.parametrize("text", list(every_block("json")))
def test_every_score_and_every_fault_plan_can_be_read(text: str) -> None:
    if text.startswith('{"faults"'):
        assert read_fault_plan(text.encode(), "documentation").faults
        return
    if '"condition-type"' in text:
        text = SCORE_OF_CONDITION.replace("{}", text)
    assert parse(text, "json").symbols


def test_the_picture_of_the_graph_is_the_graph() -> None:
    (picture,) = blocks(ROOT / "README.md", "mermaid")
    names = dict(NODE.findall(picture))
    chains = [chain.split(" --> ") for chain in CHAIN.findall(picture)]
    drawn = {(names[before], names[after]) for chain in chains for before, after in pairwise(chain)}
    specs = definitions_for(Settings()).resolve_all_asset_specs()
    real = {
        (dep.asset_key.to_user_string(), spec.key.to_user_string()) for spec in specs for dep in spec.deps
    }
    assert drawn == real


def test_every_rule_that_is_cited_is_a_requirement() -> None:
    defined = DEFINED_RULE.findall((ROOT / "docs" / "requirements.md").read_text())
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "alchemiser_dagster").rglob("*.py"), *DOCUMENTS]
    cited = {rule for file in files for rule in RULE.findall(file.read_text())}
    assert cited <= set(defined)
    assert defined == sorted(set(defined))


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_no_document_names_an_absolute_path(path: Path) -> None:
    assert not re.findall(r"(?<![\w.:/])/(?:home|root|tmp|usr|work|var)/", path.read_text())
