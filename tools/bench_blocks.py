"""Latency by the driver's blocks and by what the stage draws: sound → OSC and sound → picture, with the floor.

    python tools/bench_blocks.py --out latency.png        # --clicks N, --block N …, --json FILE

A JACK dummy server with periods of 64, 128, 256 and 512 samples; the stage draws nothing at all, a scene that costs
nothing, and one that keeps every core busy where there is no graphics card. What is timed is what
tools/bench_latency.py times, some 4.5 clicks a second. The floor is a bare callback of the same block, of a hop where
the block is smaller (a hop is described when it is whole), that only measures and sends. The figure has a panel for
each pair; what is later than its edge is counted there.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from benchmarks import figures
from watching.bare_callback import bare_callback
from watching.clicks import CLIENT, JackClicks, jack_server

from engine import latency
from engine.cli.terminal import progress
from engine.foundation.whole_file import whole_file
from engine.frame import HOP
from engine.settings import settings

BLOCKS: Final = (64, 128, 256, 512)
_STAGES: Final = {"nothing": "", "a simple scene": "fallback", "a heavy scene": "mountains"}
_APART: Final = 10_400  # samples between clicks
_SIZE: Final = (640, 360)
_FPS: Final = 60.0
_EDGE: Final = 60.0  # ms that a panel shows
_INK, _PAPER, _RED, _BLUE, _GREY = "#2B2A28", "#F1E9DA", "#A63A2B", "#2F5D8A", "#B9AF9C"


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """What was measured at one block, while the stage drew one thing; milliseconds, one a click."""

    block: int
    stage: str
    floor: Sequence[float]
    found: latency.Latency


def measured(block: int, count: int) -> list[Cell]:
    """Every stage at this block, and the floor before them."""
    cells = []
    with jack_server(f"blocks{os.getpid()}", block), JackClicks(_APART) as clicks:
        floor = bare_callback(clicks, count, max(block, HOP))
        for stage, scene in _STAGES.items():
            show = settings(
                headless=True,
                scene=scene or None,
                sound__device=f"{CLIENT}, JACK",
                stage__size=_SIZE,
                stage__fps=_FPS,
            )
            with progress(f"blocks of {block}, the stage draws {stage}: {count} clicks") as tell:
                found = latency.measure(show, clicks, count, tell, drawn=bool(scene))
            cells.append(Cell(block, stage, floor, found))
    return cells


def told(cells: Sequence[Cell]) -> dict[str, Any]:
    """Percentiles by `block: stage: what`, as the table's readers want them."""
    found: dict[str, Any] = {}
    for cell in cells:
        found[f"{cell.block}: floor"] = figures.spread(cell.floor)
        for what, spread in latency.as_json(cell.found).items():
            found[f"{cell.block}: {cell.stage}: {what.removeprefix('sound → ')}"] = spread
    return found


def report(cells: Sequence[Cell]) -> str:
    """A line for each pair, p50 / p95 / p99."""
    lines = [f"{'block':>5}  {'the stage draws':16} {'floor':>20} {'sound.level':>20} {'onsets':>20} {'picture':>22}"]
    for cell in cells:
        spreads = [cell.floor, cell.found.level, cell.found.onset, cell.found.picture]
        lines.append(f"{cell.block:5}  {cell.stage:16} " + " ".join(f"{_shown(each):>20}" for each in spreads).rstrip())
    return "\n".join(lines)


def _shown(values: Any) -> str:
    return " / ".join(f"{value:.2f}" for value in np.percentile(values, (50, 95, 99))) if len(values) else "–"


def draw(cells: Sequence[Cell], path: Path) -> None:
    """A panel for each pair of block and stage."""
    from matplotlib.figure import Figure

    across, down = len(_STAGES), len(cells) // len(_STAGES)
    figure = Figure((4.4 * across, 2.4 * down), layout="constrained", facecolor=_PAPER)
    panels = figure.subplots(down, across, squeeze=False, sharex=True).ravel()
    edges = np.linspace(0, _EDGE, 121)
    for panel, cell in zip(panels, cells, strict=True):
        panel.set_facecolor(_PAPER)
        kinds = (
            ("floor", cell.floor, _GREY, True),
            ("level by OSC", cell.found.level, _RED, False),
            ("picture", cell.found.picture, _BLUE, False),
        )
        for name, values, color, filled in kinds:
            if not len(values):
                continue
            counts, _ = np.histogram(values, edges)
            label = f"{name}  {_shown(values)}"
            if beyond := len(values) - int(counts.sum()):
                label += f"  (+{beyond} later)"
            panel.stairs(counts / len(values), edges, color=color, fill=filled, label=label)
        panel.set_title(f"blocks of {cell.block}, {cell.stage}", fontsize=9, color=_INK)
        panel.legend(frameon=False, fontsize=7, title="ms at p50 / p95 / p99", title_fontsize=7, loc="upper right")
        panel.spines[["top", "right"]].set_visible(False)
        panel.set_yticks([])
    for panel in panels[-across:]:
        panel.set_xlabel("ms from a click's first sample", fontsize=8)
    with whole_file(path) as part:
        figure.savefig(part, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=300)
    parser.add_argument("--block", type=int, nargs="+", default=list(BLOCKS))
    parser.add_argument("--out", type=Path, help="the figure, a .png")
    figures.ask(parser)
    said = parser.parse_args()
    cells = [cell for block in said.block for cell in measured(block, said.clicks)]
    print(report(cells))
    if said.out is not None:
        draw(cells, said.out)
    figures.keep(told(cells), said.json)


if __name__ == "__main__":
    main()
