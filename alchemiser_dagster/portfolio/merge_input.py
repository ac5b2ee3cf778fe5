"""What must be true of signals and shares before they are merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from alchemiser_dagster.errors import ConfigurationError, NoSignalError, SessionError
from alchemiser_dagster.records.signal import MissingHistoryNote, SignalSet, StrategySignal

SHARE_TOLERANCE: Final = Decimal("1e-6")
_PLACE: Final = "[[strategies]]"


def require_mergeable(signals: SignalSet, shares: Mapping[str, Decimal]) -> None:
    """Raise the error of the taxonomy that says why the signals can't be merged, if they can't."""
    _require_one_share_each(signals, shares)
    _require_whole(shares)
    _require_session(signals)
    _require_defined(signals)


def _require_one_share_each(signals: SignalSet, shares: Mapping[str, Decimal]) -> None:
    signalled = Counter(signal.strategy for signal in signals.signals)
    complaints = (
        ("twice in the signals", [name for name, count in signalled.items() if count > 1]),
        ("without a weight", signalled.keys() - shares.keys()),
        ("without a signal", shares.keys() - signalled.keys()),
    )
    for complaint, names in complaints:
        if names:
            raise ConfigurationError(
                f"strategies {complaint}: {_join(names)}",
                where=_PLACE,
                remedy="Each strategy needs one entry with file and weight, and one signal for the session",
            )


def _require_whole(shares: Mapping[str, Decimal]) -> None:
    negative = [name for name, share in shares.items() if not share.is_finite() or share < 0]
    if negative:
        raise ConfigurationError(
            f"strategies with a weight below 0 or no number: {_join(negative)}",
            where=_PLACE,
            remedy="Give every strategy a weight between 0 and 1",
        )
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) > SHARE_TOLERANCE:
        raise ConfigurationError(
            f"the strategies' weights sum to {total} instead of 1",
            where=_PLACE,
            remedy="Change the weights so that they sum to 1",
        )


def _require_session(signals: SignalSet) -> None:
    for signal in signals.signals:
        if signal.session != signals.session:
            raise SessionError(
                f"the signal is for session {signal.session}, the others are for {signals.session}",
                where=signal.strategy,
                remedy="Materialise strategy_signals again for the session",
            )


def _require_defined(signals: SignalSet) -> None:
    undefined = [signal for signal in signals.signals if not signal.is_defined]
    if undefined:
        raise NoSignalError(
            "; ".join(_describe(signal) for signal in undefined),
            where=f"session {signals.session}",
            remedy="Bring the missing history into the bar table, or take the strategy out of the portfolio",
        )


def _describe(signal: StrategySignal) -> str:
    lacking = ", ".join(_describe_note(note) for note in signal.missing) or "no reason was recorded"
    return f"strategy {signal.strategy} has no signal: {lacking}"


def _describe_note(note: MissingHistoryNote) -> str:
    return f"{note.indicator} of {note.symbol} had {note.bars_had} of {note.bars_needed} bars"


def _join(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
