"""What costs how much as work grows: curves, each against the floor where there is one, as tables and one picture.

    python tools/bench_growth.py --out growth.png               # --only NAME …, --quick, --json FILE
    python tools/bench_growth.py --corpus corpus --out growth.png

Length of the show (on the virtual clock), bindings, OSC destinations, pages that are open, channels, musicians, passes
of a scene, the picture's size, and, with --corpus (what tools/space_corpus.py wrote), sounds that a map is fitted to.
tools/benchmarks/curves.py says what is counted. A day on the virtual clock is `tools/soak.py --virtual 24`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import curves, figures
from benchmarks.curves import Curve
from benchmarks.report import curves_told

from engine.foundation.whole_file import whole_file

_ACROSS: Final = 3
_INK, _PAPER, _RED = "#2B2A28", "#F1E9DA", "#A63A2B"
_SIZES: Final = ((320, 180), (640, 360), (1280, 720), (1920, 1080))
_SOUNDS: Final = 30_000  # the more are fitted by tools/bench_fitting.py


def wanted(quick: bool, corpus: Path | None) -> dict[str, Callable[[], Curve]]:
    """Every curve, and how it is measured."""
    few = 100 if quick else 1000
    found: dict[str, Callable[[], Curve]] = {
        "length": partial(curves.length, (1, 2) if quick else (1, 3, 10, 30, 60)),
        "bindings": partial(curves.bindings, (1, 20) if quick else (1, 5, 20, 50, 100, 200), few),
        "destinations": partial(curves.destinations, (1, 4) if quick else (1, 4, 16, 32, 64), few),
        "channels": partial(curves.channels, (1, 4) if quick else (1, 2, 4, 8, 16, 32), 2 * few),
        "musicians": partial(curves.musicians, (1, 2) if quick else (1, 2, 4, 8, 16), 2 * few),
        "passes": partial(curves.passes, (1, 4) if quick else (1, 2, 4, 8, 16), few),
        "size": partial(curves.size, _SIZES[:2] if quick else _SIZES, few // 10),
    }
    if sys.platform == "linux":
        from benchmarks.open_pages import pages

        found["pages"] = partial(pages, (0, 2) if quick else (0, 1, 4, 8, 16, 32), 2.0 if quick else 10.0)
    if corpus is not None:
        found["corpus"] = partial(curves.corpus, corpus, 1000 if quick else _SOUNDS)
    return found


def draw(found: Mapping[str, Curve], path: Path) -> None:
    """A panel each; both axes by factors of ten, but where it stays level."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter

    down = -(-len(found) // _ACROSS)
    figure = Figure((4.2 * _ACROSS, 3.1 * down), layout="constrained", facecolor=_PAPER)
    panels = figure.subplots(down, _ACROSS, squeeze=False).ravel()
    for panel in panels[len(found) :]:
        panel.set_visible(False)
    for panel, one in zip(panels, found.values(), strict=False):
        places = range(len(one["at"]))
        panel.set_facecolor(_PAPER)
        panel.plot(places, one["ours"], color=_RED, marker="o", label="ours")
        if one.get("floor"):
            panel.plot(places, one["floor"], color=_INK, marker=".", linestyle="--", label=one["floor is"])
            panel.legend(frameon=False, fontsize=8)
        every = [*one["ours"], *one.get("floor", ())]
        if min(every) > 0 and max(every) > 8 * min(every):
            panel.set_yscale("log")
            panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            panel.yaxis.set_minor_formatter(NullFormatter())
        else:
            panel.set_ylim(0, 1.25 * max(every))
        panel.set_xticks(places, [str(count) for count in one["at"]], fontsize=8)
        panel.set_title(one["what"], fontsize=9, color=_INK)
        panel.set_xlabel(one["of"], fontsize=8)
        panel.set_ylabel(one["unit"], fontsize=8)
        panel.spines[["top", "right"]].set_visible(False)
    with whole_file(path) as part:
        figure.savefig(part, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="a few points of each")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="the picture")
    figures.ask(parser)
    said = parser.parse_args()
    every = wanted(said.quick, said.corpus)
    for name in said.only or ():
        if name not in every:
            parser.error(f"{name!r} is no curve (one of {', '.join(every)})")
    found: dict[str, Curve] = {}
    for name in said.only or every:
        found[name] = every[name]()
        print(curves_told({name: found[name]}), "\n", flush=True)
    draw(found, said.out)
    figures.keep(found, said.json)


if __name__ == "__main__":
    main()
