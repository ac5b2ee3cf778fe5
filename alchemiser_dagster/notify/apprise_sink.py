"""Notices to every service that Apprise knows, one sink per URL.

Mail gets HTML, to which Apprise adds the same as text; every other service gets text, cut to what it takes.
The day's picture goes along where the service takes attachments.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import get_ident
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from alchemiser_dagster.errors import NotificationError
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.notify.notice import Notice, NoticeLevel
from alchemiser_dagster.settings.secrets import mask, notification_secrets

if TYPE_CHECKING:
    from apprise import NotifyBase

APPRISE_LOGGER = "apprise"
PICTURE_FILE = "day.png"


class AppriseSink:
    """Sends notices to one service, by its Apprise URL.

    Parameters
    ----------
    level
        The least level that is sent.
    name
        What the service is called; by default its kind and a part of its URL's hash.
    seconds
        How long the service may take to answer, each time it is waited for (R-24).
    """

    is_paging = True

    def __init__(
        self,
        url: SecretStr,
        level: NoticeLevel = NoticeLevel.INFO,
        name: str | None = None,
        seconds: float = 5,
    ) -> None:
        self._url = url
        self._seconds = seconds
        self.level = level
        scheme = urlsplit(url.get_secret_value()).scheme[:16]
        self.name = name or f"{scheme}-{self.address}"

    @property
    def address(self) -> str:
        """What tells the service's URL apart from others, without holding any of it."""
        return derived_id(self._url.get_secret_value(), length=8)

    def deliver(self, notice: Notice) -> None:
        """Send the notice; raise `NotificationError`, with what Apprise said, where it is not taken."""
        with _held_back_lines() as lines:
            problem = self._send(notice)
        if problem is None:
            return
        secrets = sorted(notification_secrets(self._url.get_secret_value()), key=len, reverse=True)
        said = mask("; ".join(line.rstrip(".") for line in lines), secrets)
        raise NotificationError(
            f"{problem}: {said}" if said else problem,
            where=f"notify.urls or notify.channels ({self.name})",
            remedy="See https://appriseit.com/services for how a service's URL is written, and try it with "
            "`alchemiser notify test`",
        )

    def _send(self, notice: Notice) -> str | None:
        """Send the notice and return what went wrong, or None."""
        from apprise import Apprise, AppriseAsset, OverflowMode

        # Without a time limit of its own Apprise works in this thread; the sockets' limits bound it.
        asset = AppriseAsset(app_id="alchemiser", service_timeout=0, async_mode=False)
        service = Apprise.instantiate(self._url.get_secret_value(), asset=asset)
        if service is None:
            return "it is no URL that Apprise understands"
        service.socket_connect_timeout = min(service.socket_connect_timeout, self._seconds)
        service.socket_read_timeout = min(service.socket_read_timeout, self._seconds)
        if service.overflow_mode is OverflowMode.UPSTREAM:
            service.overflow_mode = OverflowMode.TRUNCATE
        return None if _is_taken(service, notice) else "the service did not take the notice"


def _is_taken(service: NotifyBase, notice: Notice) -> bool:
    """Send by the service; where a picture may be what it does not take, once more without it."""
    page = _page(service, notice)
    if not service.attachment_support or notice.picture is None:
        return _is_sent(service, notice, page)
    if _is_sent(service, notice, page, notice.picture):
        return True
    return page is None and _is_sent(service, notice, page)


def _is_sent(service: NotifyBase, notice: Notice, page: str | None, picture: bytes | None = None) -> bool:
    from apprise import Apprise, NotifyFormat, NotifyType

    kinds = {
        NoticeLevel.INFO: NotifyType.INFO,
        NoticeLevel.WARNING: NotifyType.WARNING,
        NoticeLevel.ERROR: NotifyType.FAILURE,
    }
    sender = Apprise()
    sender.add(service)
    with _picture_file(picture) as file:
        result = sender.notify(
            title=notice.title,
            body=page or notice.body,
            body_format=NotifyFormat.TEXT if page is None else NotifyFormat.HTML,
            notify_type=kinds[notice.level],
            attach=None if file is None else str(file),
        )
    return bool(result)


def _page(service: NotifyBase, notice: Notice) -> str | None:
    """Return the notice as HTML where the service shows pages as they are, as mail does; None elsewhere."""
    from apprise import NotifyFormat

    if service.resolve_format() is not NotifyFormat.HTML or service.title_maxlen <= 0:
        return None
    from alchemiser_dagster.notify.html import to_html

    page = to_html(notice, _address_of_picture(service))
    return page if len(page) <= service.body_maxlen else None


def _address_of_picture(service: NotifyBase) -> str | None:
    """Have a picture shown inside the page where that can be, and return its address there."""
    from apprise.plugins.email import NotifyEmail

    if not isinstance(service, NotifyEmail):
        return None
    service.inline = True
    return f"cid:{PICTURE_FILE}"


@contextmanager
def _picture_file(picture: bytes | None) -> Iterator[Path | None]:
    """Yield a file that holds the picture and is gone afterwards; None where there is no picture."""
    if picture is None:
        yield None
        return
    with TemporaryDirectory(prefix="alchemiser-") as folder:
        file = Path(folder) / PICTURE_FILE
        file.write_bytes(picture)
        yield file


class _HoldBack(logging.Filter):
    """Lets no line through: Apprise logs a URL that it can't read, tokens and all (R-17)."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._thread = get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING and record.thread == self._thread:
            self.lines.append(record.getMessage())
        return False


@contextmanager
def _held_back_lines() -> Iterator[list[str]]:
    """Yield the warnings of this thread; another service's lines may hold another one's tokens."""
    held = _HoldBack()
    logger = logging.getLogger(APPRISE_LOGGER)
    logger.addFilter(held)
    try:
        yield held.lines
    finally:
        logger.removeFilter(held)
