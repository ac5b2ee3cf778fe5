"""Say a thing once, to everybody, and never break what it is said about.

1. The notice is kept under its key; a key that is there already ends here (R-19). A failure is counted in
   the same transaction, which says whether services hear of it (R-43); who does is owed the notice.
2. Each sink's delivery is claimed, so that one process makes it, and made: to console and file at once, to
   all services side by side. A service that takes its time is not waited for; it goes on by itself.
3. A delivery that fails is logged and owed; `retry_unsent` makes it later, to that sink alone (R-42).
4. Where the ledger itself fails, the notice is delivered all the same: reporting fails open (R-32).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.notify.at_once import at_once
from alchemiser_dagster.notify.compose_incident import compose_recovered, with_count
from alchemiser_dagster.notify.incidents import IncidentBook
from alchemiser_dagster.notify.notice import Notice, NoticeLevel
from alchemiser_dagster.notify.outbox import Outbox, Owed, keep, owe
from alchemiser_dagster.notify.sanitise import sanitise
from alchemiser_dagster.notify.sinks import LEVELS, Sink, takes
from alchemiser_dagster.notify.terms import NotifierTerms
from alchemiser_dagster.notify.trouble import RUN_SCOPE, Incident, Trouble
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
    terms
        For whom, and how long anything may take.
    """

    def __init__(
        self, database: Database, sinks: Sequence[Sink], clock: Clock, terms: NotifierTerms | None = None
    ) -> None:
        self._database, self._outbox = database, Outbox(database)
        self._sinks = tuple(sinks)
        self._clock = clock
        self._terms = terms or NotifierTerms()
        self._halts, self._account = HaltBook(database), self._terms.account
        self._incidents = IncidentBook(self._account or "", self._terms.quiet)
        self._log = logger_named(__name__)

    def send(self, notice: Notice, trouble: Trouble | None = None) -> bool:
        """Send the notice to every sink that takes its level; return False where its key was sent before.

        Never raises. `trouble` is the failure that the notice tells of: where services were told of the same
        one within the quiet time, they are spared, and console and file are told alone (R-43).
        """
        clean = self._cleaned(notice)
        try:
            kept = self._register(clean, trouble)
        except (ConfigurationError, StorageError) as error:
            self._log.error("notice not kept", notice_key=notice.key, error=str(error))
            self._deliver_unrecorded(clean)
            return True
        if kept is not None:
            self._deliver_owed(kept)
        return kept is not None

    def recovered(self, success: Notice, scope: str = RUN_SCOPE) -> bool:
        """Say once that the failures are over that the success speaks against; return whether any were.

        Never raises. Who was told of such a failure is told of its end.
        """
        try:
            kept = self._register_recovery(success, scope)
        except (ConfigurationError, StorageError) as error:
            self._log.error("recovery not told", notice_key=success.key, error=str(error))
            return False
        if kept is not None:
            self._deliver_owed(kept)
        return kept is not None

    def incidents(self) -> tuple[Incident, ...]:
        """Return the failures that are not over, oldest first."""
        with self._database.reading() as connection:
            return self._incidents.going_on(connection)

    def unsent(self) -> tuple[Notice, ...]:
        """Return the notices that some sink does not have, oldest first."""
        return self._outbox.unsent()

    def owed(self) -> tuple[Owed, ...]:
        """Return every delivery that was not made, oldest first."""
        return self._outbox.owed()

    def has_given_up(self, owed: Owed) -> bool:
        """Return whether the delivery is too old to be tried again by itself."""
        return self._clock.now() - owed.owed_since >= self._terms.give_up

    def is_at_it(self) -> bool:
        """Return whether somebody is making a delivery for the first time."""
        return any(owed.is_first_try(self._clock.now()) for owed in self.owed())

    def newest(self) -> Notice | None:
        """Return the notice that was kept last, or None where there is none."""
        return self._outbox.newest()

    def troubles(self, most: int) -> tuple[Notice, ...]:
        """Return the notices of the last runs that did not end well, newest first."""
        return self._outbox.troubles(most)

    def failures(self, notice: Notice) -> dict[str, str]:
        """Return why each sink that lacks the notice does, by the sink's name."""
        return self._outbox.failures(notice)

    def retry_unsent(self, *, at_will: bool = False) -> tuple[Notice, ...]:
        """Make the deliveries that are due and return the notices that are still unsent.

        A sink that fails is left alone for the rest. `at_will`: also what is not due, and what was given up.
        """
        sinks = {sink.name: sink for sink in self._sinks}
        for notice in self._outbox.unsent():
            due = [owed for owed in self._outbox.owed_of(notice) if at_will or self._is_due(owed)]
            self._deliver(notice, [sinks[owed.sink] for owed in due if owed.sink in sinks])
            for name in self._outbox.failures(notice).keys() & {owed.sink for owed in due}:
                sinks.pop(name, None)
        return self._outbox.unsent()

    def try_out(self, notice: Notice) -> dict[str, str | None]:
        """Deliver to every sink, whatever its level, and keep nothing; return why each failed, or None."""
        clean = self._cleaned(notice)
        return {sink.name: self._attempt(sink, clean) for sink in self._sinks}

    def forget_unsent(self) -> int:
        """Owe nobody any more what was tried and failed; return how many deliveries that were."""
        count = self._outbox.forget()
        for notice in self._outbox.unsent():
            self._outbox.settle(notice, self._sink_names, self._clock.now())
        return count

    @property
    def _sink_names(self) -> tuple[str, ...]:
        return tuple(sink.name for sink in self._sinks)

    def _is_due(self, owed: Owed) -> bool:
        is_time = owed.due_at is None or owed.due_at <= self._clock.now()
        return is_time and not self.has_given_up(owed)

    def _register(self, notice: Notice, trouble: Trouble | None) -> Notice | None:
        """Keep the notice and owe it to whom it may concern; return None where it is there already."""
        with self._database.transaction() as connection:
            if not keep(connection, notice):
                return None
            told, is_told = notice, True
            if trouble is not None and self._account is not None:
                sighting = self._incidents.seen(connection, trouble, notice, self._clock.now())
                told, is_told = with_count(notice, sighting.incident), sighting.is_told
            sinks = [sink for sink in self._takers(notice.level) if is_told or not sink.is_paging]
            owe(connection, told, [sink.name for sink in sinks])
        return told

    def _register_recovery(self, success: Notice, scope: str) -> Notice | None:
        with self._database.transaction() as connection:
            over = self._incidents.closed(connection, scope, self._clock.now())
            if not over:
                return None
            notice = self._cleaned(compose_recovered(over, success))
            keep(connection, notice)
            gravest = max((incident.level for incident in over), key=LEVELS.index)
            owe(connection, notice, [sink.name for sink in self._takers(gravest)])
        return notice

    def _takers(self, level: NoticeLevel) -> tuple[Sink, ...]:
        return tuple(sink for sink in self._sinks if takes(sink, level))

    def _cleaned(self, notice: Notice) -> Notice:
        title, body = (sanitise(text, self._terms.secrets) for text in (notice.title, notice.body))
        said = "\n".join(part for part in (body, self._halt_line()) if part)
        return notice.model_copy(update={"title": title, "body": said})

    def _halt_line(self) -> str:
        if self._account is None:
            return ""
        try:
            held = halt_in_words(self._halts.in_force(self._account))
            return f"{HALT_FACT}: {sanitise(held, self._terms.secrets)}"
        except (ConfigurationError, StorageError) as error:
            self._log.error("halt not known", error=str(error))
            return f"{HALT_FACT}: {NOT_KNOWN}"

    def _deliver_owed(self, notice: Notice) -> None:
        try:
            owed = self._outbox.failures(notice)
        except (ConfigurationError, StorageError) as error:
            self._log.error("notice left unsent", notice_key=notice.key, error=str(error))
            return
        self._deliver(notice, [sink for sink in self._sinks if sink.name in owed])

    def _deliver(self, notice: Notice, sinks: Iterable[Sink]) -> None:
        """Make the deliveries that nobody else is making, and wait only so long for services."""
        chosen = tuple(sinks)
        for sink in chosen:
            if not sink.is_paging:
                self._make(sink, notice)
        services = [partial(self._make, sink, notice) for sink in chosen if sink.is_paging]
        at_once(services, self._clock, self._terms.wait_seconds)
        self._settle(notice)

    def _make(self, sink: Sink, notice: Notice) -> None:
        try:
            if self._outbox.claim(notice, sink.name, self._clock.now()):
                self._deliver_claimed(sink, notice)
        except (ConfigurationError, StorageError) as error:
            self._log.error("notice left unsent", notice_key=notice.key, error=str(error))

    def _deliver_claimed(self, sink: Sink, notice: Notice) -> None:
        reason = self._attempt(sink, notice)
        if reason is None:
            self._outbox.delivered(notice, sink.name)
            self._settle(notice)
        else:
            self._outbox.failed(notice, sink.name, reason, self._clock.now())

    def _settle(self, notice: Notice) -> None:
        try:
            self._outbox.settle(notice, self._sink_names, self._clock.now())
        except (ConfigurationError, StorageError) as error:
            self._log.error("notice not settled", notice_key=notice.key, error=str(error))

    def _deliver_unrecorded(self, notice: Notice) -> None:
        takers = self._takers(notice.level)
        for sink in takers:
            if not sink.is_paging:
                self._attempt(sink, notice)
        services = [partial(self._attempt_only, sink, notice) for sink in takers if sink.is_paging]
        at_once(services, self._clock, self._terms.wait_seconds)

    def _attempt_only(self, sink: Sink, notice: Notice) -> None:
        self._attempt(sink, notice)

    def _attempt(self, sink: Sink, notice: Notice) -> str | None:
        """Deliver to one sink and return why it failed, or None."""
        try:
            sink.deliver(notice)
        except Exception as error:  # noqa: BLE001 - the named boundary of R-16: no sink may break trading
            reason = sanitise(f"{type(error).__name__}: {error}", self._terms.secrets)
            self._log.error("notice not delivered", notice_key=notice.key, sink=sink.name, error=reason)
            return reason
        self._log.info("notice delivered", notice_key=notice.key, sink=sink.name)
        return None
