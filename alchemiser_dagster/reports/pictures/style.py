"""One look for all pictures: sizes, colours, and how a painter becomes PNG or SVG.

Matplotlib is imported when the first picture is drawn, as it costs half a second. Only its object-oriented
interface is used. What a person set for matplotlib on the machine has no say, and the same figures give the
same bytes: nothing of the time, of the machine or of a random number is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import BytesIO, StringIO
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Painter = Callable[["Figure"], None]
"""Draws on an empty figure."""

SHARPNESS = 2
POINTS_PER_INCH = 72
PIXELS_PER_INCH = 100
SMALL, NORMAL, LARGE = 7.0, 8.0, 9.0
"""Sizes of text in points; a point is 1.4 pixels."""

INK, MUTED, GRID, SURFACE = "#1b1f24", "#5c6570", "#d9dee3", "#ffffff"
BEFORE, TARGET, AFTER = "#9aa3ad", "#e69f00", "#0072b2"
GAIN, LOSS, ACCENT = "#009e73", "#d55e00", "#cc79a7"
SERIES = (AFTER, TARGET, GAIN, LOSS, ACCENT, "#56b4e9")
"""Colours that people with any kind of colour vision tell apart (Okabe and Ito, 2008)."""

VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    SURFACE: "surface",
    BEFORE: "before",
    TARGET: "target",
    AFTER: "after",
    GAIN: "gain",
    LOSS: "loss",
    ACCENT: "accent",
    SERIES[5]: "sixth",
}
"""The name of the CSS variable by which a page may give each colour another value, for a dark page say."""

ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Size:
    """Width and height of a picture in CSS pixels; a PNG has twice as many each way."""

    width: int
    height: int

    @property
    def inches(self) -> tuple[float, float]:
        """The same for matplotlib."""
        return self.width / PIXELS_PER_INCH, self.height / PIXELS_PER_INCH


METADATA = Size(480, 260)
"""Beside an asset's other metadata, which is kept for good: as small as it can be read."""
MAIL = Size(480, 420)
"""In a message, which is read on a phone as well."""
PAGE = Size(400, 280)
"""On a page: two side by side, or one on a phone, where its text is still readable."""


def as_png(painter: Painter, size: Size) -> bytes:
    """Return the picture as PNG, on white, sharp on a screen with two pixels for one."""
    file = BytesIO()
    with _figure(size) as figure:
        painter(figure)
        figure.savefig(
            file,
            format="png",
            dpi=PIXELS_PER_INCH * SHARPNESS,
            facecolor=SURFACE,
            metadata={"Software": None},
        )
    return file.getvalue()


def as_svg(painter: Painter, size: Size, name: str, label: str) -> str:
    """Return the picture as an `svg` element that can stand in a page, without a background.

    `name` tells its ids from those of other pictures of the page; `label` says what it shows to those who
    can't see it. Colours are CSS variables such as `--chart-ink`; a page that sets none gets the colours of
    the PNG. Text is text, in the page's font.
    """
    file = StringIO()
    with _figure(size) as figure:
        painter(figure)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    return _for_page(file.getvalue(), name, label)


def plain_axes(axes: Axes) -> None:
    """Give axes the look of the house: no frame, small text, faint lines behind the data."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.tick_params(length=0, labelsize=SMALL, colors=MUTED)
    axes.set_axisbelow(True)
    axes.grid(color=GRID, linewidth=0.6)


def title(axes: Axes, text: str) -> None:
    """Write what the axes show above them, at their left edge."""
    axes.set_title(text, loc="left", fontsize=LARGE, color=INK, fontweight="bold", pad=8)


def legend(axes: Axes) -> None:
    """Name the colours above the axes, at their right edge; nothing where nothing is named."""
    names = axes.get_legend_handles_labels()[1]
    if names:
        axes.legend(
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=len(names),
            frameon=False,
            fontsize=SMALL,
            labelcolor=MUTED,
            borderaxespad=0.3,
            handlelength=1.2,
            columnspacing=1.2,
        )


@contextmanager
def _figure(size: Size) -> Iterator[Figure]:
    """Yield an empty figure under settings of our own; those of the process are back afterwards."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ours = {
        **{name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")},
        "svg.fonttype": "none",
        "svg.hashsalt": "alchemiser",
        "font.size": NORMAL,
        "text.color": INK,
        "axes.labelcolor": MUTED,
        "text.parse_math": False,  # a dollar sign is a dollar sign
    }
    with ONE_AT_A_TIME, mpl.rc_context(ours):
        figure = Figure(figsize=size.inches, dpi=PIXELS_PER_INCH, layout="constrained")
        FigureCanvasAgg(figure)
        yield figure


def _for_page(document: str, name: str, label: str) -> str:
    """Return the element alone, as wide as its place, with ids of its own and no style for the page."""
    element = document[document.index("<svg") :].strip()
    element = re.sub(r"<(style|metadata)\b.*?</\1>", "", element, flags=re.DOTALL)
    element = re.sub(r"<[^>]*>", lambda tag: _tag_for_page(tag[0], name), element)
    box = re.search(r'viewBox="[^"]*"', element)
    start = f'<svg {box[0] if box else ""} role="img" aria-label="{escape(label)}" stroke-linejoin="round">'
    return re.sub(r"^<svg[^>]*>", lambda _: start, element)


def _tag_for_page(tag: str, name: str) -> str:
    tag = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', tag)
    tag = re.sub(r"url\(#", f"url(#{name}-", tag)
    tag = re.sub(r'xlink:href="#', f'href="#{name}-', tag)
    tag = re.sub(r" font-family: [^;\"]*;", "", tag)
    for colour, variable in VARIABLES.items():
        tag = tag.replace(colour, f"var(--chart-{variable}, {colour})")
    return tag
