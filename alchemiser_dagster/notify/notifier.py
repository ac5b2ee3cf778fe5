"""Say a thing once, to everybody, and never break what it is said about.

1. `Outbox.register` keeps the notice under its key; a key that is there already ends here (R-19).
2. Each sink's delivery is claimed, so that one process makes it, and made.
3. A delivery that fails is logged and owed; `retry_unsent` makes it later, to that sink alone (R-42).
4. Where the ledger itself fails, the notice is delivered all the same: reporting fails open (R-32).
"""

from __future__ import annotations

from collections.abc import Sequence

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.notify.outbox import Outbox
from alchemiser_dagster.notify.sanitise import sanitise
from alchemiser_dagster.notify.sinks import Sink
from alchemiser_dagster.records.halt import halt_in_words

HALT_FACT = "halt"
NOT_KNOWN = "not known, for the ledger can't be read"


class Notifier:
    """Sends notices, exactly once per key.

    Parameters
    ----------
    database
        The ledger, migrated.
    sinks
        Who is told, each under its own name.
    secrets
        Texts that are masked in every notice before it is kept or sent, longest first (R-17).
    account
        Each notice ends with what holds this account back; None where none is told of.
    """

    def __init__(
        self,
        database: Database,
        sinks: Sequence[Sink],
        clock: Clock,
        secrets: Sequence[str] = (),
        account: str | None = None,
    ) -> None:
        self._outbox = Outbox(database)
        self._sinks = tuple(sinks)
        self._clock = clock
        self._secrets = tuple(secrets)
        self._halts, self._account = HaltBook(database), account
        self._log = logger_named(__name__)

    def send(self, notice: Notice) -> bool:
        """Send the notice to every sink; return False where its key was sent before. Never raises."""
        clean = self._cleaned(notice)
        try:
            is_new = self._outbox.register(clean, self._sink_names)
        except (ConfigurationError, StorageError) as error:
            self._log.error("notice not kept", notice_key=notice.key, error=str(error))
            self._deliver_unrecorded(clean)
            return True
        if is_new:
            self._deliver_owed(clean)
        return is_new

    def unsent(self) -> tuple[Notice, ...]:
        """Return the notices that some sink does not have, oldest first."""
        return self._outbox.unsent()

    def troubles(self, most: int) -> tuple[Notice, ...]:
        """Return the notices of the last runs that did not end well, newest first."""
        return self._outbox.troubles(most)

    def failures(self, notice: Notice) -> dict[str, str]:
        """Return why each sink that lacks the notice does, by the sink's name."""
        return self._outbox.failures(notice)

    def retry_unsent(self) -> tuple[Notice, ...]:
        """Make the deliveries that are owed and return the notices that are still unsent."""
        for notice in self._outbox.unsent():
            self._deliver_owed(notice)
        return self._outbox.unsent()

    @property
    def _sink_names(self) -> tuple[str, ...]:
        return tuple(sink.name for sink in self._sinks)

    def _cleaned(self, notice: Notice) -> Notice:
        title, body = (sanitise(text, self._secrets) for text in (notice.title, notice.body))
        said = "\n".join(part for part in (body, self._halt_line()) if part)
        return notice.model_copy(update={"title": title, "body": said})

    def _halt_line(self) -> str:
        if self._account is None:
            return ""
        try:
            held = halt_in_words(self._halts.in_force(self._account))
            return f"{HALT_FACT}: {sanitise(held, self._secrets)}"
        except (ConfigurationError, StorageError) as error:
            self._log.error("halt not known", error=str(error))
            return f"{HALT_FACT}: {NOT_KNOWN}"

    def _deliver_owed(self, notice: Notice) -> None:
        try:
            for sink in self._sinks:
                if self._outbox.claim(notice, sink.name, self._clock.now()):
                    self._deliver_claimed(sink, notice)
            self._outbox.settle(notice, self._sink_names, self._clock.now())
        except StorageError as error:
            self._log.error("notice left unsent", notice_key=notice.key, error=str(error))

    def _deliver_claimed(self, sink: Sink, notice: Notice) -> None:
        reason = self._attempt(sink, notice)
        if reason is None:
            self._outbox.delivered(notice, sink.name)
        else:
            self._outbox.failed(notice, sink.name, reason)

    def _deliver_unrecorded(self, notice: Notice) -> None:
        for sink in self._sinks:
            self._attempt(sink, notice)

    def _attempt(self, sink: Sink, notice: Notice) -> str | None:
        """Deliver to one sink and return why it failed, or None."""
        try:
            sink.deliver(notice)
        except Exception as error:  # noqa: BLE001 - the named boundary of R-16: no sink may break trading
            reason = sanitise(f"{type(error).__name__}: {error}", self._secrets)
            self._log.error("notice not delivered", notice_key=notice.key, sink=sink.name, error=reason)
            return reason
        self._log.info("notice delivered", notice_key=notice.key, sink=sink.name)
        return None
