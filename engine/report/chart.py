"""The one door to matplotlib: a figure of panels one above the other, as PNG, as SVG, and as SVG inside a page.

Colours have roles. In a file they are those of paper; inside a page each becomes the page's own variable, so that the
same drawing is right on a dark ground and on a light one. The same numbers give the same bytes.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from engine.errors import MissingDriver

INK: Final = "#23272b"
QUIET: Final = "#696d70"
LINE: Final = "#d6d2c8"
GROUND: Final = "#fffdf9"
OWN: Final = "#1b7a61"
WARM: Final = "#a56c11"
HOT: Final = "#c13f2b"
MARK: Final = "#31688b"
_ROLES: Final = {
    INK: "ink",
    QUIET: "quiet",
    LINE: "line",
    GROUND: "panel",
    OWN: "good",
    WARM: "warm",
    HOT: "hot",
    MARK: "mark",
}
WELL: Final = "#14171a"
"""What pictures lie on, in any light."""
FAMILIES: Final = ("#f0b23e", "#62bef0", "#24ba8c", "#f6ee6e", "#e86c3a", "#e296c8", "#587ee2", "#d6d6d6")
"""Told apart by those who see few colours too, on WELL: after Okabe and Ito, lighter."""
OTHERS: Final = "#686c74"
HEAT: Final = ("#14171a", "#1c3e48", "#5cb8a0", "#ecc46a", "#fffaeb")
"""From nothing to the most; each lighter than the one before."""
PASSING: Final = (("#2f62cf", "#2f9fb5", "#9fd07a", "#fff6b8"), ("#a8323a", "#d9653b", "#f2a65a", "#ffe9c9"))
"""From the begin of a recording to its end: of the first, and of the one it is compared with."""
MOOD_COLOURS: Final = ("#d9772b", "#3c9a6b", "#b8433a", "#5677b8")
"""Of the four moods, in the order of the paper."""

WIDE: Final = 920
"""Pixels across a figure on a desk, and on a telephone."""
NARROW: Final = 372
SQUARE: Final = 460
_SHARP: Final = 108  # dots an inch of a PNG, where 72 are a pixel each
_LETTERS: Final = 12  # pixels that letters are high
_FONTS: Final = ("DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans Arabic", "WenQuanYi Zen Hei")
LEFT: Final = 58
"""Pixels left of the panels, for numbers."""
_RIGHT, _TOP, _BOTTOM, _GAP = 12, 10, 42, 16  # pixels around the panels, and between two of them
_NAME: Final = 18  # pixels that a line of legend takes


Point = tuple[float, float, float]
"""Where a moment is in a figure, and its seconds."""


@dataclass(frozen=True, slots=True)
class Area:
    """What can be touched in a figure: `box` is left, top, width, height as shares of the figure.

    With no `points`, time runs over it from `begin` to `end`; else each is x, y as shares of the box, and seconds.
    """

    box: tuple[float, float, float, float]
    begin: float
    end: float
    sound: int = 0
    points: tuple[Point, ...] = ()

    def table(self) -> dict[str, Any]:
        """As JSON says it."""
        said: dict[str, Any] = {
            "box": [round(side, 5) for side in self.box],
            "begin": self.begin,
            "end": self.end,
            "sound": self.sound,
        }
        return said | ({"points": [list(point) for point in self.points]} if self.points else {})


@dataclass(slots=True)
class Chart:
    """A figure of panels; `axes` are matplotlib's, top panel first."""

    figure: Any
    axes: list[Any]
    areas: list[Area] = field(default_factory=list)

    def touched(
        self, panels: Sequence[int], begin: float, end: float, sound: int = 0, points: Sequence[Point] = ()
    ) -> None:
        """Say that these panels can be touched as one; `points` in the panel's own numbers, and seconds."""
        first, last = (self.axes[panel].get_position() for panel in (panels[0], panels[-1]))
        axes = self.axes[panels[0]]
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        shares = tuple(
            (round(float((x - left) / (right - left)), 4), round(float((high - y) / (high - low)), 4), round(when, 3))
            for x, y, when in points
        )
        box = float(first.x0), float(1 - first.y1), float(first.width), float(first.y1 - last.y0)
        self.areas.append(Area(box, float(begin), float(end), sound, shares))

    def svg(self, salt: str) -> str:
        """As SVG; `salt` keeps its names apart from those of other figures in one page."""
        written = io.StringIO()
        with style(salt):
            self.figure.savefig(
                written,
                format="svg",
                facecolor=GROUND,
                metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
            )
        return re.sub(r"<!--.*?-->\s*", "", written.getvalue(), flags=re.DOTALL)

    def png(self) -> bytes:
        """As PNG, three dots for two pixels."""
        written = io.BytesIO()
        with style("png"):
            self.figure.savefig(written, format="png", dpi=_SHARP, facecolor=GROUND, metadata={"Software": None})
        return written.getvalue()


def chart(heights: Sequence[float], width: int, *, legend: int = 0, square: bool = False, left: int = LEFT) -> Chart:
    """A figure with panels of these heights in pixels, and `legend` lines above them."""
    top = _TOP + legend * _NAME + (6 if legend else 0)
    height = top + sum(heights) + _GAP * (len(heights) - 1) + _BOTTOM
    with style():
        figure = _matplotlib().figure.Figure(figsize=(width / 72, height / 72), dpi=72)
        axes, begin = [], float(top)
        for number, each in enumerate(heights):
            place = (left / width, 1 - (begin + each) / height, (width - left - _RIGHT) / width, each / height)
            own = figure.add_axes(place)
            _plain(own, last=square or number == len(heights) - 1)
            axes.append(own)
            begin += each + _GAP
    return Chart(figure, axes)


def _plain(axes: Any, *, last: bool) -> None:
    axes.set_facecolor("none")
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(LINE)
    axes.tick_params(length=3, color=LINE, labelcolor=QUIET, labelbottom=last)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)


def over_time(axes: Any, seconds: float, *, labelled: bool = True) -> None:
    """Time runs from left to right."""
    ticker = _matplotlib().ticker
    axes.set_xlim(0, seconds)
    long = seconds >= 90
    nice = [1, 2, 3, 6, 10] if long else [1, 2, 2.5, 5, 10]
    locator = ticker.MaxNLocator(nbins=6, steps=nice)
    if long:
        step = next((step for step in (15, 30, 60, 120, 300, 600, 900, 1800) if seconds / step <= 7), 3600)
        locator = ticker.FixedLocator([step * number for number in range(int(seconds / step) + 1)])
        axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda at, _: f"{int(at) // 60}:{int(at) % 60:02d}"))
    axes.xaxis.set_major_locator(locator)
    if long and seconds % step < 0.01 * seconds:
        for label in axes.get_xticklabels()[-1:]:
            label.set_ha("right")  # it would stick out
    if labelled:
        axes.set_xlabel("time, min:s" if long else "time, s")


def said(axes: Any, text: str) -> None:
    """What a panel's numbers are, along its left side."""
    axes.set_ylabel(text)
    width = axes.figure.get_size_inches()[0] * 72 * axes.get_position().width
    axes.yaxis.set_label_coords(-41 / width, 0.5)


def legend(chart_: Chart, handles: Sequence[tuple[Any, str]], columns: int) -> None:
    """What the marks mean, in lines above the panels."""
    if handles:
        marks, names = zip(*handles, strict=True)
        place = chart_.axes[0].get_position()
        high = chart_.figure.get_size_inches()[1] * 72
        chart_.figure.legend(
            marks,
            names,
            loc="upper left",
            bbox_to_anchor=(place.x0, 1 - 2 / high),
            ncols=columns,
            frameon=False,
            borderaxespad=0,
            borderpad=0.2,
            handlelength=1.4,
            columnspacing=1.4,
            labelspacing=0.3,
            labelcolor=INK,
        )


def patch(colour: str) -> Any:
    """A patch of colour, for a legend."""
    return _matplotlib().patches.Patch(color=colour)


def cell(colour: str, left: float, low: float, alpha: float) -> Any:
    """A square of a table, one by one in the panel's numbers, with a little room around it."""
    return _matplotlib().patches.Rectangle(
        (left + 0.02, low + 0.04), 0.96, 0.92, color=colour, alpha=alpha, linewidth=0
    )


def strokes(pieces: Any, tints: Any) -> Any:
    """Thin lines (n, 2, 2), each in a colour of its own."""
    kind = _matplotlib().collections.LineCollection
    return kind(list(pieces), colors=tints, linewidths=1.1, alpha=0.75, rasterized=True)


def colours(stops: Sequence[str]) -> Any:
    """A scale of colours."""
    return _matplotlib().colors.LinearSegmentedColormap.from_list("own", list(stops))


def inside_page(svg: str) -> str:
    """An SVG to be put into a page: as wide as there is room, in the page's own colours and letters."""
    own = svg[svg.index("<svg") :]
    own = re.sub(r'(<svg[^>]*?)\swidth="[^"]*"', r"\1", own, count=1)
    own = re.sub(r'(<svg[^>]*?)\sheight="[^"]*"', r'\1 aria-hidden="true" focusable="false"', own, count=1)
    own = re.sub(r"<metadata>.*?</metadata>\s*", "", own, flags=re.DOTALL)
    own = re.sub(
        r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", own, count=1, flags=re.DOTALL
    )  # it says *: all of the page
    for colour, role in _ROLES.items():
        own = own.replace(colour, f"var(--{role})")
    return re.sub(r"\n\s*", "\n", own).strip()


def need() -> None:
    """MissingDriver where matplotlib is not here."""
    _matplotlib()


@cache
def _matplotlib() -> Any:
    """matplotlib with the parts that are used; it takes a second to import."""
    try:
        import matplotlib
        import matplotlib.cm
        import matplotlib.collections
        import matplotlib.colors
        import matplotlib.figure
        import matplotlib.font_manager
        import matplotlib.patches
        import matplotlib.ticker
    except ImportError as why:
        raise MissingDriver(
            "figures are drawn by matplotlib, which is not here (pip install 'monochord[report]')"
        ) from why
    return matplotlib


@cache
def _families() -> list[str]:
    there = set(_matplotlib().font_manager.get_font_names())
    return [name for name in _FONTS if name in there] or ["sans-serif"]


@contextmanager
def style(salt: str = "") -> Iterator[None]:
    """Letters and lines as we draw them, whatever the user's own matplotlibrc says."""
    library = _matplotlib()
    own = {
        "svg.fonttype": "none",
        "text.parse_math": False,  # a name with two $ in it is a name
        "svg.hashsalt": f"monochord {salt}",
        "font.family": _families(),
        "font.size": _LETTERS,
        "axes.labelsize": _LETTERS,
        "axes.labelcolor": QUIET,
        "text.color": INK,
        "lines.linewidth": 1.4,
        "lines.solid_capstyle": "round",
        "image.interpolation": "none",
    }
    with library.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that no font here has: who reads the page may have them
        library.rcdefaults()
        library.rcParams.update(own)
        yield
