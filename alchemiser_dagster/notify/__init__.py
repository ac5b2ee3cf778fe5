"""What is said about a run, to whom, and that it is said once."""

from __future__ import annotations

from alchemiser_dagster.notify.compose import (
    Failure,
    Skip,
    TradingReasons,
    TradingRecords,
    compose_failure,
    compose_skip,
    compose_trading,
    failed_symbols,
)
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, notice_key
from alchemiser_dagster.notify.notifier import Notifier
from alchemiser_dagster.notify.sanitise import sanitise
from alchemiser_dagster.notify.sinks import ConsoleSink, FileSink, Sink, sinks_from

__all__ = [
    "ConsoleSink",
    "Failure",
    "FileSink",
    "Notice",
    "NoticeLevel",
    "Notifier",
    "Sink",
    "Skip",
    "TradingReasons",
    "TradingRecords",
    "compose_failure",
    "compose_skip",
    "compose_trading",
    "failed_symbols",
    "notice_key",
    "sanitise",
    "sinks_from",
]
