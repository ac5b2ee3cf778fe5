"""A notice as HTML: nothing that is told can break out of it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as some
from notify.notify_builders import notice

from alchemiser_dagster.notify import Notice, NoticeLevel
from alchemiser_dagster.notify.html import to_html
from alchemiser_dagster.notify.notice import groups_in_lines

ALLOWED = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "h1",
        "h2",
        "p",
        "table",
        "tr",
        "td",
        "code",
        "a",
        "img",
    ]
)
HOSTILE = some.lists(
    some.sampled_from(
        [
            "<script>",
            "</td>",
            "</title>",
            '"',
            "'",
            "`",
            "&",
            "<!--",
            "http://x.y/",
            "javascript:",
            "{{ 7 }}",
            "\n",
            "a",
            ": ",
        ]
    )
).map("".join)
TEXTS = some.one_of(HOSTILE, some.text(max_size=60))


class Reader(HTMLParser):
    """What a browser would make of a page: its tags, their attributes, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def told(title: str, facts: dict[str, str]) -> Notice:
    return notice(title=title or "-", body=groups_in_lines({"": facts, "trades": facts}))


@given(TEXTS, some.dictionaries(TEXTS, TEXTS, max_size=3))
def test_no_text_breaks_out_of_the_page(title: str, facts: dict[str, str]) -> None:
    #
    read = Reader(to_html(told(title, facts)))
    assert set(read.tags) <= ALLOWED
    assert read.open == []
    assert all(link.startswith(("http://", "https://")) for link in read.links)
    assert not {name for name in read.attributes if name.startswith("on")}
    if title.strip():
        assert " ".join(title.split()) in " ".join(read.text.split())


def test_a_command_is_code_an_address_is_a_link_and_the_rest_is_text() -> None:
    facts = {"next": "Type `alchemiser status`, see http://127.0.0.1:3000/runs?a=1&b=2.", "error": "a < b"}
    page = to_html(told("Failed", facts))
    assert "<code>alchemiser status</code>" in page
    assert 'href="http://127.0.0.1:3000/runs?a=1&amp;b=2"' in page
    assert "a &lt; b" in page


@pytest.mark.parametrize(
    ("has_picture", "address", "shown", "said"),
    [(True, "cid:day.png", True, False), (True, None, False, True), (False, "cid:day.png", False, False)],
)
def test_the_picture_is_shown_where_its_address_is_known_and_else_said_to_be_attached(
    *, has_picture: bool, address: str | None, shown: bool, said: bool
) -> None:
    with_picture = told("Traded", {}).model_copy(update={"picture": b"PNG" if has_picture else None})
    page = to_html(with_picture, address)
    assert (f'src="{address}"' in page, "picture is attached" in page) == (shown, said)


def test_the_lead_stands_alone_and_every_level_has_its_colour() -> None:
    pages = {
        to_html(told("Traded", {"in short": "All is well."}).model_copy(update={"level": level}))
        for level in NoticeLevel
    }
    assert len(pages) == len(NoticeLevel)
    assert all(page.count("All is well.") == 1 for page in pages)


def test_a_page_is_small_enough_for_every_mail_service() -> None:
    facts = {f"fact number {number}": "x" * 40 for number in range(60)}
    assert len(to_html(notice(body=groups_in_lines({"": facts})))) < 32_768
