"""A story as one self-contained zip file: the same story is the same bytes.

What a person would have to keep secret is masked in every file before it is packed: keys, passwords, and in
live mode the account's number. `alchemiser replay` computes the decision again from the file alone.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic_core import to_jsonable_python
from rich.console import Console

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.ledger.journal_entries import KeptEntry, entries_of
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.reports.explanation_markdown import explanation_markdown
from alchemiser_dagster.settings.secrets import mask
from alchemiser_dagster.story.as_json import story_json
from alchemiser_dagster.story.bar_files import bars_file
from alchemiser_dagster.story.books import StoryBooks
from alchemiser_dagster.story.drawing import print_story
from alchemiser_dagster.story.lineage import Lineage, lineage_of
from alchemiser_dagster.story.manifest import (
    BARS,
    MANIFEST,
    RECORDS,
    SETTINGS,
    STRATEGIES,
    BundledFile,
    BundledSettings,
    BundledStrategy,
    DecisionIds,
    Manifest,
    sha256_of,
)
from alchemiser_dagster.story.story import Story
from alchemiser_dagster.story.strategy_texts import StrategyTexts
from alchemiser_dagster.symphony.symphony import notation_of, parse

NO_TIME = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16
WIDTH = 100


@dataclass(frozen=True)
class BundleSources:
    """What a bundle takes besides the ledger.

    Parameters
    ----------
    present_texts
        The strategies' files of today by strategy, for decisions from before their texts were kept.
    secrets
        What is masked, longest first.
    """

    books: StoryBooks
    present_texts: Mapping[str, str]
    secrets: Sequence[str]


def bundle_of(story: Story, sources: BundleSources) -> bytes:
    """Return the zip file of a story.

    Raises
    ------
    StorageError
        If the journal lacks a record that another one names.
    """
    lineage = lineage_of(story, sources.books.journal)
    return _zipped(_Bundle(story, sources, lineage).files())


@dataclass(frozen=True)
class _Bundle:
    story: Story
    sources: BundleSources
    lineage: Lineage

    def files(self) -> dict[str, bytes]:
        """Return every file by its name, the manifest first."""
        files = {
            name: mask(text, self.sources.secrets).encode()
            for name, text in sorted(dict(self._texts()).items())
        }
        files |= self._bars[0]
        hashes = [BundledFile(name=name, sha256=sha256_of(files[name])) for name in sorted(files)]
        manifest = mask(self._manifest(hashes).model_dump_json(indent=2), self.sources.secrets)
        return {MANIFEST: manifest.encode(), **{name: files[name] for name in sorted(files)}}

    def _texts(self) -> Iterator[tuple[str, str]]:
        story = self.story
        yield "story.json", story_json(story)
        yield "timeline.txt", _timeline_text(story)
        yield RECORDS, _lines(entry.model_dump() for entry in self._entries)
        yield SETTINGS, self._settings.model_dump_json(indent=2)
        for name, text in self._strategy_texts.items():
            yield f"{STRATEGIES}/{name}.txt", text
        yield from self._explanations()
        if self.lineage.plan is not None:
            yield "plan.json", self.lineage.plan.model_dump_json(indent=2)
        yield "orders.jsonl", _lines(story.orders)
        yield "fills.jsonl", _lines(fill for order in story.orders for fill in order.fills)
        yield "calls.jsonl", _lines(story.calls)
        yield "notices.jsonl", _lines(story.notices)
        yield from self._report()

    @cached_property
    def _entries(self) -> tuple[KeptEntry, ...]:
        records = (*self.lineage.records, *self.story.records)
        return entries_of(self.sources.books.database, {found.envelope.record_id for found in records})

    @cached_property
    def _settings(self) -> BundledSettings:
        plan, target = self.lineage.plan, self.lineage.target
        shares = {share.strategy: share.share for share in target.strategies} if target else {}
        return BundledSettings(
            mode=self.story.mode,
            rules=plan.rules if plan else None,
            strategies=tuple(
                BundledStrategy(
                    name=signal.strategy,
                    file=f"{STRATEGIES}/{signal.strategy}.txt",
                    share=shares.get(signal.strategy),
                    digest=signal.symphony_digest,
                )
                for signal in self.lineage.signals
            ),
        )

    @cached_property
    def _strategy_texts(self) -> dict[str, str]:
        texts = {signal.strategy: self._text_of(signal) for signal in self.lineage.signals}
        return {name: text for name, text in texts.items() if text is not None}

    def _text_of(self, signal: StrategySignal) -> str | None:
        """Return the text as it was, else that of today where it means the same."""
        kept = StrategyTexts(self.sources.books.data_dir).find(signal.text_digest)
        if kept is not None:
            return kept
        present = self.sources.present_texts.get(signal.strategy)
        if present is None:
            return None
        notation = notation_of(Path(signal.strategy), present)
        is_same = parse(present, notation, signal.strategy).digest == signal.symphony_digest
        return present if is_same else None

    def _explanations(self) -> Iterator[tuple[str, str]]:
        for signal in self.lineage.signals:
            if signal.explanation is not None:
                place = f"explanation/{signal.strategy}"
                yield f"{place}.json", signal.explanation.model_dump_json(indent=2)
                yield f"{place}.md", explanation_markdown(signal.explanation) + "\n"

    @cached_property
    def _bars(self) -> tuple[dict[str, bytes], tuple[str, ...]]:
        """The files of bars, and why some could not be made."""
        files: dict[str, bytes] = {}
        lacking = []
        for number, data in enumerate(self.lineage.data, start=1):
            try:
                files[f"{BARS}/{number}.parquet"] = self._bars_of(data)
            except StorageError as error:
                lacking.append(f"bars {number}: {error.what}")
        return files, tuple(lacking)

    def _bars_of(self, data: MarketData) -> bytes:
        table = self.sources.books.open_bars()
        return bars_file(table.bars(data.symbols, data.first_session, data.last_session, data.table_version))

    def _report(self) -> Iterator[tuple[str, str]]:
        from alchemiser_dagster.reports.daily.file import report_path

        file = report_path(self.sources.books.data_dir, self.story.session, self.story.correlation_id)
        if file.is_file():
            yield "report.html", file.read_text(encoding="utf-8")

    def _manifest(self, hashes: Sequence[BundledFile]) -> Manifest:
        lineage, story = self.lineage, self.story
        made = (*lineage.signals, *story.records)
        texts = self._strategy_texts
        lost = (found.strategy for found in lineage.signals if found.strategy not in texts)
        return Manifest(
            correlation_id=story.correlation_id,
            session=story.session,
            mode=story.mode,
            code_version=made[0].envelope.code_version if made else "",
            is_masked=self.sources.books.account in self.sources.secrets,
            decision=DecisionIds(
                data=tuple(found.envelope.record_id for found in lineage.data),
                signals=tuple(found.envelope.record_id for found in lineage.signals),
                target=_id_of(lineage.target),
                snapshot=_id_of(lineage.snapshot),
                comparison=_id_of(lineage.comparison),
                plan=_id_of(lineage.plan),
            ),
            lacking=(*(f"strategy {name}: its text was not kept" for name in lost), *self._bars[1]),
            files=tuple(hashes),
        )


def _id_of(record: Record | None) -> str | None:
    return record.envelope.record_id if record else None


def _timeline_text(story: Story) -> str:
    drawn = io.StringIO()
    console = Console(file=drawn, width=WIDTH, color_system=None, highlight=False)
    print_story(console, story, with_calls=True)
    return "\n".join(line.rstrip() for line in drawn.getvalue().splitlines()) + "\n"


def _lines(parts: Iterable[object]) -> str:
    return "".join(f"{json.dumps(to_jsonable_python(part))}\n" for part in parts)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, READABLE, 3
            bundle.writestr(entry, content, compresslevel=9)
    return packed.getvalue()
