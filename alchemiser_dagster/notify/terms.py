"""What a notifier keeps to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from alchemiser_dagster.settings.tree import Settings


@dataclass(frozen=True)
class NotifierTerms:
    """For whom notices are, and how long anything about them may take.

    Parameters
    ----------
    account
        Each notice says what holds this account back, and its failures are counted; None: neither.
    secrets
        Texts that are masked in every notice before it is kept or sent, longest first (R-17).
    quiet
        How long services are told of the same failure once.
    wait_seconds
        How long a run waits for its notices to be sent.
    give_up
        When an unsent notice is no longer tried.
    """

    account: str | None = None
    secrets: tuple[str, ...] = ()
    quiet: timedelta = timedelta(hours=4)
    wait_seconds: float = 5
    give_up: timedelta = timedelta(days=1)


def notifier_terms(settings: Settings) -> NotifierTerms:
    """Return the terms that the settings name."""
    chosen = settings.notify
    return NotifierTerms(
        account=settings.account,
        secrets=settings.secrets,
        quiet=timedelta(minutes=chosen.quiet_minutes),
        wait_seconds=chosen.wait_seconds,
        give_up=timedelta(hours=chosen.give_up_hours),
    )
