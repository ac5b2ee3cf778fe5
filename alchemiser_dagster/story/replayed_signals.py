"""The signals of a bundle, computed again by the code that runs now from the bars and texts in the bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from alchemiser_dagster.errors import DataError, StrategyError
from alchemiser_dagster.parity.difference import difference_between
from alchemiser_dagster.parity.verdict import Reason
from alchemiser_dagster.parity.verify import changes_since
from alchemiser_dagster.parity.wording import difference_text
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.story.bar_files import read_bars_file
from alchemiser_dagster.story.decision_path import values_on
from alchemiser_dagster.story.lineage import Lineage
from alchemiser_dagster.story.manifest import BARS, BundledSettings
from alchemiser_dagster.story.opening import Bundle
from alchemiser_dagster.symphony import Symphony, parse
from alchemiser_dagster.symphony.symphony import notation_of

if TYPE_CHECKING:
    from alchemiser_dagster.parity.replay import Present, Replay

OTHER_CODE = "the code has another version"
BARS_DIFFER = "bars differ"
UNEXPLAINED = "neither code nor strategy differs: the bars do, or this machine computes differently"


@dataclass(frozen=True)
class SignalVerdict:
    """How a signal differs; empty where it is equal. `note` says what is not as it was, if anything."""

    difference: str
    note: str


@dataclass(frozen=True)
class SignalReplay:
    """The strategies and bars of a bundle, evaluated in a scratch folder."""

    bundle: Bundle
    lineage: Lineage
    settings: BundledSettings
    code_version: str
    scratch: Path

    def verdict(self, signal: StrategySignal) -> SignalVerdict:
        """Return whether the signal comes out again, and where not, what is known of the reason."""
        changes = changes_since(signal, self._symphonies[signal.strategy], self._present)
        note = " and ".join(map(self._in_words, changes))
        replayed = self._replays[signal.envelope.causation_id]
        again = replayed.decision(signal.strategy, signal.session)
        if again is None:
            reads = sorted(set(self._symphonies[signal.strategy].symbols) - set(replayed.closes.columns))
            return SignalVerdict(f"{note or BARS_DIFFER}: it reads {', '.join(reads)}, without bars", note)
        difference = difference_between(signal.decision, again)
        moved = "" if changes else self._first_moved(signal, replayed)
        if difference is None and not moved:
            return SignalVerdict("", note)
        said = difference_text(difference) if difference else "the same decision"
        reason = note or (f"{BARS_DIFFER}: {moved}" if moved else UNEXPLAINED)
        return SignalVerdict(f"{reason}; {said}", note)

    def _in_words(self, change: Reason) -> str:
        if change is Reason.CODE_CHANGED:
            made_by = self.bundle.manifest.code_version
            return f"{OTHER_CODE}: {made_by}, and here runs {self.code_version}"
        return "the strategy file differs" if change is Reason.STRATEGY_CHANGED else change.value

    def _first_moved(self, signal: StrategySignal, replayed: Replay) -> str:
        """Return the first value on the decision's path that is not what it was; nothing where all are."""
        if signal.explanation is None:
            return ""
        again = replayed.evaluations[signal.strategy].explain(signal.session)
        for before, after in zip(values_on(signal.explanation), values_on(again), strict=False):
            if before != after:
                return f"{before[0]} was {before[1]!r}, and is {after[1]!r}"
        return ""

    @cached_property
    def _symphonies(self) -> dict[str, Symphony]:
        return {chosen.name: self._symphony(chosen.file) for chosen in self.settings.strategies}

    def _symphony(self, file: str) -> Symphony:
        text = self.bundle.need(file).decode(errors="replace")
        try:
            return parse(text, notation_of(Path(file), text), file)
        except StrategyError as error:
            raise DataError("the strategy can't be read", where=f"{self.bundle.name}, {file}") from error

    @cached_property
    def _present(self) -> Present:
        from alchemiser_dagster.parity.replay import Present

        return Present(self.code_version, self._symphonies)

    @cached_property
    def _replays(self) -> dict[str, Replay]:
        return dict(self._evaluated())

    def _evaluated(self) -> Iterator[tuple[str, Replay]]:
        """Lay out the bars of each record in a table of their own, and evaluate the strategies on them."""
        from alchemiser_dagster.market_data.bar_table import BarTable
        from alchemiser_dagster.parity.closes import BarArchive
        from alchemiser_dagster.parity.replay import Lost, replay_of

        for number, data in enumerate(self.lineage.data, start=1):
            name = f"{BARS}/{number}.parquet"
            table = BarTable(str(self.scratch / str(number)))
            version = table.write(read_bars_file(self.bundle.need(name), name)).version
            record = data.model_copy(update={"table_version": version})
            replayed = replay_of(record, self._present, BarArchive(table, TradingCalendar()))
            if isinstance(replayed, Lost) or not replayed.has(data.session):
                why = replayed.why if isinstance(replayed, Lost) else f"no bar of session {data.session}"
                raise DataError(
                    f"the bars are not those of the decision: {why}", where=f"{self.bundle.name}, {name}"
                )
            yield data.envelope.record_id, replayed
