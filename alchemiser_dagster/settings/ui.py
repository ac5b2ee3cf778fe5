"""What is shown of a day, and where the pages of Dagster are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alchemiser_dagster.settings.section import Section
from alchemiser_dagster.settings.sections import WebAddress


class UiSettings(Section):
    """What is shown of a day, and what links in reports and notices lead to."""

    url: Annotated[str, WebAddress] = Field(
        default="http://127.0.0.1:3000",
        description="Address of Dagster's pages as your browser reaches them; reports and notices link to "
        "it. Default: http://127.0.0.1:3000",
    )
    daily_report: bool = Field(
        default=True,
        description="Whether each day's report is written and its pictures are drawn for the UI; "
        "`alchemiser report` writes one at any time. Default: true",
    )
