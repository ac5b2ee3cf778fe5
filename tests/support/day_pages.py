"""Days whose reports are looked at: their facts as the ledger tells of them, and a page taken apart."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from support.days import WITH_REPORT, Day

from alchemiser_dagster.day_report import day_books
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.gather import gather_day

VOID = frozenset({"meta", "br", "img", "hr", "link", "input"})
WITHOUT_HISTORY = """
[market_data]
history_start = 2024-11-01

[[strategies]]
file = "two_funds.clj"
weight = 1.0
"""
NEEDS_HISTORY = """(defsymphony "Trend" {:rebalance-frequency :daily}
  (if (> (current-price "SPY") (moving-average-price "SPY" {:window 200}))
    [(asset "SPY" nil)] [(asset "TLT" nil)]))"""


def facts_of(day: Day, correlation_id: str = "correlation") -> DayFacts:
    """Return what is known of the day's runs."""
    return gather_day(day_books(day.desk), correlation_id)


def traded(folder: Path) -> Day:
    """Return a day that traded and was compared with the broker."""
    day = Day.in_folder(folder, WITH_REPORT)
    assert day.run().success
    assert day.run("reconciliation_job").success
    return day


def failed(folder: Path) -> Day:
    """Return a day that failed, for its strategy lacked history."""
    day = Day.in_folder(folder, WITHOUT_HISTORY, NEEDS_HISTORY)
    assert not day.run().success
    return day


class Page(HTMLParser):
    """A page whose elements are all closed where they should be; its text, links and whatever it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.text = ""
        self.links: list[str] = []
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, self._open

    @property
    def styles(self) -> str:
        """What its style element says."""
        return "".join(re.findall(r"<style>(.*?)</style>", self.html, re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.links += [value or "" for name, value in attrs if (tag, name) == ("a", "href")]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open, tag
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.text += data
