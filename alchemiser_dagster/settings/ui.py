"""Where the pages of Dagster are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alchemiser_dagster.settings.section import Section
from alchemiser_dagster.settings.sections import WebAddress


class UiSettings(Section):
    """What links in reports and notices lead to."""

    url: Annotated[str, WebAddress] = Field(
        default="http://127.0.0.1:3000",
        description="Address of Dagster's pages as your browser reaches them; reports and notices link to "
        "it. Default: http://127.0.0.1:3000",
    )
