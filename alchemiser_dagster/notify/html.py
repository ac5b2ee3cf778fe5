"""A notice as a page that mail clients show: simple tables, styles in place, in light and in dark.

Every text is escaped. Text and background keep the reader's own colours, so that dark mode needs no style of
its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from alchemiser_dagster.notify.notice import FactGroup, Notice, NoticeLevel
from alchemiser_dagster.notify.wording import moment

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

TEMPLATE = "notice.html"
LEAD = "in short"
ACCENTS = {NoticeLevel.INFO: "#1a7f4b", NoticeLevel.WARNING: "#b36b00", NoticeLevel.ERROR: "#d1242f"}
CELL = "padding:5px 0;border-top:1px solid rgba(128,128,128,0.35);overflow-wrap:anywhere;white-space:pre-line"
SPECIAL = re.compile(r"`(?P<typed>[^`\n]+)`|(?P<link>https?://[^\s`\"'<>]+[^\s`\"'<>.,;:)])")


def to_html(notice: Notice, picture: str | None = None) -> str:
    """Return the notice as one page without scripts, and without anything that is loaded from elsewhere.

    Parameters
    ----------
    picture
        Address of the notice's picture, such as "cid:day.png" or a data URI; None says that it is attached,
        where there is one.
    """
    groups = notice.groups
    return _template().render(
        title=notice.title,
        level=notice.level.value.upper(),
        accent=ACCENTS[notice.level],
        cell=CELL,
        lead=notice.facts.get(LEAD),
        groups=[without_lead for group in groups if (without_lead := _without_lead(group)).facts],
        picture=picture if notice.picture else None,
        is_attached=notice.picture is not None,
        told_at=f"Told {moment(notice.created_at)}",
        parts=_parts,
    )


def _without_lead(group: FactGroup) -> FactGroup:
    return replace(group, facts={name: text for name, text in group.facts.items() if name != LEAD})


def _parts(text: str) -> Iterator[str | Markup]:
    """Yield a text's parts: what is to be typed as code, addresses as links, the rest as it is."""
    from markupsafe import Markup

    end = 0
    for found in SPECIAL.finditer(text):
        yield text[end : found.start()]
        end = found.end()
        if found["typed"]:
            yield Markup("<code>{}</code>").format(found["typed"])
        else:
            yield Markup('<a href="{0}">{0}</a>').format(found["link"])
    yield text[end:]


@lru_cache(maxsize=1)
def _template() -> Template:
    return _environment().get_template(TEMPLATE)


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("alchemiser_dagster.notify", "templates")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
