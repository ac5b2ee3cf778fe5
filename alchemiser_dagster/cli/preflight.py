"""What is refused before a run begins: nothing was changed then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from alchemiser_dagster.broker.snapshot import require_tradable
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ConfigurationError, SessionError
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.risk.halting import require_not_halted


@dataclass(frozen=True)
class RunWish:
    """What the person asked for."""

    settings_file: Path | None
    session: date | None
    bars: Path | None
    correlation_id: str
    again: bool = False


def require_runnable(desk: TradingDesk, wish: RunWish) -> None:
    """Refuse what a person can get wrong.

    Raises
    ------
    HaltedError
        If trading is halted.
    ConfigurationError
        If a session is chosen in paper or live mode, or the correlation id belongs to a run that has ended.
    SessionError
        If the session can't be run: no session, in the future, before the history, or behind the account; at
        a real broker also where orders may not be sent now.
    StrategyError
        If a strategy's file can't be read.
    BrokerError
        If a real broker can't be asked, refuses the keys, or the account may not trade.
    """
    require_session_of_choice(desk, wish.session)
    require_not_halted(desk.halt)
    if not desk.is_flattening:
        _ = desk.strategies
    require_open_books(desk)
    _require_unused(desk, wish.correlation_id)
    if desk.settings.mode is not Mode.SIMULATED:
        require_open_market(desk)
        require_tradable(desk.reader.account())


def require_session_of_choice(desk: TradingDesk, session: date | None) -> None:
    """Raise `ConfigurationError` if a session is chosen in paper or live mode."""
    if session is not None and desk.settings.mode is not Mode.SIMULATED:
        raise ConfigurationError(
            "only a simulated day can be run for a session of choice",
            where="--session",
            remedy=f"Leave it out in mode {desk.settings.mode}, or set mode = simulated",
        )


def require_open_market(desk: TradingDesk) -> None:
    """Raise `SessionError` unless orders may be sent at this moment, in the words of the permit itself."""
    desk.permit(desk.today)


def require_open_books(desk: TradingDesk) -> None:
    """Raise `SessionError` unless there is history before today's session, and no trade after it."""
    if desk.today <= desk.history_start:
        raise SessionError(
            f"session {desk.today} has no history before it: bars begin on {desk.history_start}",
            where="market_data.history_start",
            remedy="Set it some years before the session that is run",
        )
    desk.executions.require_none_after(desk.settings.account, desk.today)


def _require_unused(desk: TradingDesk, correlation_id: str) -> None:
    query = RecordQuery(account=desk.settings.account, correlation_id=correlation_id)
    if desk.journal.latest(ExecutionResult, query) is not None:
        raise ConfigurationError(
            f"a run with the id {correlation_id} has ended already",
            where="--correlation-id",
            remedy="Give another id, or leave it out for a new one",
        )
