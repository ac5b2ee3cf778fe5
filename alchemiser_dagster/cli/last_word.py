"""The final notice of a run that never came to send its own (R-41)."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from datetime import date
from types import TracebackType

from alchemiser_dagster.automation.circumstances import orders_sent
from alchemiser_dagster.cli.log_file import logging_to_file
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import AlchemiserError, ConfigurationError
from alchemiser_dagster.notify.compose_failure import Failure, compose_failure
from alchemiser_dagster.notify.trouble import Trouble

STEP = "start"
UNEXPECTED = "unexpected"


@dataclass(frozen=True)
class LastWord(AbstractContextManager[None]):
    """Tells the person of an error that ends the command, and lets it pass on.

    A run that has sent its final notice is not told of again: the notice's key is the same.
    """

    desk: TradingDesk
    correlation_id: str
    session: date | None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send the notice where the command ends in an error, also one that nobody foresaw."""
        del kind, trace
        if not isinstance(error, Exception):
            return
        desk, is_ours = self.desk, isinstance(error, AlchemiserError)
        failure = Failure(
            correlation_id=self.correlation_id,
            mode=desk.settings.mode,
            session=self.session or vars(desk).get("today"),
            step=STEP,
            message=str(error) if is_ours else f"unexpected {type(error).__name__}",
            code=error.code if isinstance(error, AlchemiserError) else UNEXPECTED,
            orders_sent=orders_sent(desk, self.correlation_id),
        )
        with ExitStack() as stack:
            with suppress(ConfigurationError):
                stack.enter_context(logging_to_file(desk.settings))
            trouble = Trouble(failure.step, failure.code, failure.message)
            desk.notifier.send(compose_failure(failure, desk.wall_clock.now()), trouble)
