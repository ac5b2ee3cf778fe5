"""Notices to every service that Apprise knows, one sink per URL."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from pydantic import SecretStr

from alchemiser_dagster.errors import NotificationError
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.notify.notice import Notice, NoticeLevel
from alchemiser_dagster.settings.secrets import mask, notification_secrets

APPRISE_LOGGER = "apprise"


class AppriseSink:
    """Sends notices to one service, by its Apprise URL; Apprise gives up on a silent server after 4 s."""

    def __init__(self, url: SecretStr) -> None:
        self._url = url
        scheme = urlsplit(url.get_secret_value()).scheme[:16]
        self.name = f"{scheme}-{derived_id(url.get_secret_value(), length=8)}"

    def deliver(self, notice: Notice) -> None:
        """Send the notice; raise `NotificationError`, with what Apprise said, where it is not taken."""
        with _held_back_lines() as lines:
            problem = _send(self._url.get_secret_value(), notice)
        if problem is None:
            return
        secrets = sorted(notification_secrets(self._url.get_secret_value()), key=len, reverse=True)
        said = mask("; ".join(lines), secrets)
        raise NotificationError(
            f"{problem}: {said}" if said else problem,
            where=f"notify.urls ({self.name})",
            remedy="See https://appriseit.com/services for how a service's URL is written",
        )


def _send(url: str, notice: Notice) -> str | None:
    """Send by a service and return what went wrong, or None."""
    from apprise import Apprise, NotifyType

    kinds = {
        NoticeLevel.INFO: NotifyType.INFO,
        NoticeLevel.WARNING: NotifyType.WARNING,
        NoticeLevel.ERROR: NotifyType.FAILURE,
    }
    service = Apprise()
    if not service.add(url):
        return "it is no URL that Apprise understands"
    if not service.notify(body=notice.body, title=notice.title, notify_type=kinds[notice.level]):
        return "the service did not take the notice"
    return None


class _HoldBack(logging.Filter):
    """Lets no line through: Apprise logs a URL that it can't read, tokens and all (R-17)."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING:
            self.lines.append(record.getMessage())
        return False


@contextmanager
def _held_back_lines() -> Iterator[list[str]]:
    held = _HoldBack()
    logger = logging.getLogger(APPRISE_LOGGER)
    logger.addFilter(held)
    try:
        yield held.lines
    finally:
        logger.removeFilter(held)
