from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import partial

import matplotlib as mpl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from support.pngs import chunks_of, size_of

from alchemiser_dagster.reports.pictures.style import (
    AFTER,
    INK,
    METADATA,
    PAGE,
    VARIABLES,
    Painter,
    Size,
    as_png,
    as_svg,
    plain_axes,
    title,
)

SMALL = Size(160, 90)


def line_with(figure: Figure, text: str) -> None:
    axes = figure.subplots()
    plain_axes(axes)
    axes.plot([1, 2, 3], [3, 1, 2], color=AFTER)
    title(axes, text)


def saying(text: str) -> Painter:
    return partial(line_with, text=text)


@pytest.mark.parametrize("size", [METADATA, PAGE, SMALL])
def test_a_png_has_two_pixels_for_each_pixel_of_its_size(size: Size) -> None:
    assert size_of(as_png(saying("Equity"), size)) == (size.width * 2, size.height * 2)


def test_a_png_holds_nothing_of_the_machine_or_the_time() -> None:
    assert set(chunks_of(as_png(saying("Equity"), SMALL))) <= {b"IHDR", b"pHYs", b"IDAT", b"IEND"}


def test_the_same_figures_give_the_same_bytes() -> None:
    assert as_png(saying("Equity"), SMALL) == as_png(saying("Equity"), SMALL)
    svg = partial(as_svg, size=SMALL, name="equity", label="Equity")
    assert svg(saying("Equity")) == svg(saying("Equity"))


def test_what_a_person_set_for_matplotlib_has_no_say_and_stays_as_it_was() -> None:
    expected = as_png(saying("Equity"), SMALL), as_svg(saying("Equity"), SMALL, "a", "b")
    own = {"lines.linewidth": 9.0, "font.size": 30.0, "axes.facecolor": "pink", "svg.fonttype": "path"}
    with mpl.rc_context(own):
        assert (as_png(saying("Equity"), SMALL), as_svg(saying("Equity"), SMALL, "a", "b")) == expected
        assert mpl.rcParams["font.size"] == 30.0
        assert mpl.rcParams["svg.fonttype"] == "path"


def test_an_svg_stands_in_a_page_beside_another() -> None:
    one, other = (ET.fromstring(as_svg(saying("Equity"), SMALL, name, "x")) for name in ("one", "two"))  # noqa: S314
    ids = [{part.attrib["id"] for part in whole.iter() if "id" in part.attrib} for whole in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    used = [value for part in one.iter() for value in part.attrib.values() if "#" in value and "url" in value]
    assert used
    assert all(value.removeprefix("url(#").removesuffix(")") in ids[0] for value in used)


def test_an_svg_takes_its_colours_from_the_page_and_brings_no_style_for_it() -> None:
    svg = as_svg(saying("Equity"), SMALL, "equity", "Equity")
    for colour in (INK, AFTER):
        assert f"var(--chart-{VARIABLES[colour]}, {colour})" in svg
        assert svg.count(colour) == svg.count(f", {colour})")
    assert "<style" not in svg
    assert "font-family" not in svg
    assert "http" not in svg


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20))
@example('$x^2$ @settings(max_examples=10, deadline=None) <b> url(#a) id="a" #0072b2')
@settings(max_examples=10, deadline=None)
def test_text_stays_text_whatever_it_says(text: str) -> None:
    whole = ET.fromstring(as_svg(saying(f"a{text}z"), SMALL, "equity", text))  # noqa: S314
    assert whole.attrib["aria-label"] == text
    assert f"a{text}z" in ["".join(part.itertext()) for part in whole.iter() if part.tag == "text"]
