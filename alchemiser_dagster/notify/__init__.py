"""What is said about a run, to whom, and that it is said once."""

from __future__ import annotations

from alchemiser_dagster.notify.compose_failure import Failure, Skip, compose_failure, compose_skip
from alchemiser_dagster.notify.compose_trading import compose_trading
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, notice_key
from alchemiser_dagster.notify.notifier import Notifier
from alchemiser_dagster.notify.sanitise import sanitise
from alchemiser_dagster.notify.sinks import ConsoleSink, FileSink, Sink, sinks_from
from alchemiser_dagster.notify.trading_records import Circumstances, TradingReasons, TradingRecords
from alchemiser_dagster.notify.verdict import failed_symbols

__all__ = [
    "Circumstances",
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
