"""How late pictures come while scenes change that the driver has never seen: `python tools/bench_changes.py`.

A stage without a window draws at --fps; every change brings a shader that is new to the driver (each is one of ours
with a constant of its own, and the driver's cache begins empty), by a random transition or none. A picture is late
when it comes more than two refreshes after the one before. Three runs side by side: no change at all (what the machine
does by itself), changes that were tried by the understudy first, as in a show, and changes compiled on stage in pieces
without it. Intervals in milliseconds at p50, p95, p99 and the worst; `on` is how long after it was asked for a scene
was seen.

On a software driver the understudy takes the processor that the stage draws with; a graphics card does not share it so.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from benchmarks import figures

from engine.foundation import assets
from engine.frame_ring import FrameRing
from engine.stage.backdrop import Backdrop
from engine.stage.stage_settings import StageSettings
from engine.stage.transition import transition_names
from engine.timing.cues import Change

_SCENES = ("ink", "mountains", "strings")
_RUNS = ("still", "understudy", "straight")
_PATIENCE = 20.0


def _variant(folder: Path, name: str, number: int) -> Path:
    """One of our shaders as no driver has compiled it before."""
    code = (assets.SHADERS / f"{name}.fs").read_text(encoding="utf-8").replace("void main()", "void before()")
    path = folder / f"{name}{number}.fs"
    path.write_text(f"{code}\nvoid main() {{ before(); gl_FragColor.r += {number + 1}.0e-6; }}\n", encoding="utf-8")
    return path


def _tend(back: Backdrop, seconds: float, until: str | None = None) -> None:
    """Tend the stage for so long, or until a scene is on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and (until is None or back.scene != until):
        for line in back.tend(time.monotonic()):
            print("  said:", line)
        time.sleep(0.01)


def _intervals(back: Backdrop, since: int) -> list[float]:
    return [float(step) * 1e-6 for step in np.diff(back.shown(since)[:, 1])]


def _measure(changes: Sequence[Change], settings: StageSettings, between: float) -> tuple[list[float], list[float]]:
    """Milliseconds between pictures, and from asking to the first picture of each scene."""
    ring = FrameRing()
    back = Backdrop(settings, "strings", ring)
    back.await_ready()
    _tend(back, 2.0)
    steps: list[float] = []
    took: list[float] = []
    for change in changes:
        since, begun = back.report.pictures, time.monotonic()
        if change.scene:
            back.show(change)
            _tend(back, _PATIENCE, change.scene)
            took.append(1000 * (time.monotonic() - begun))
        _tend(back, between)
        steps += _intervals(back, since)
    back.close()
    ring.memory.close()
    return steps, took


def main() -> None:
    """Run the three and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--size", type=int, nargs=2, default=(160, 90))
    parser.add_argument("--fps", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--between", type=float, default=0.6, help="seconds that each scene stays on")
    parser.add_argument("--runs", nargs="+", default=list(_RUNS), choices=_RUNS)
    figures.ask(parser)
    asked = parser.parse_args()
    size = (asked.size[0], asked.size[1])
    late_from = 2000.0 / asked.fps
    found: dict[str, dict[str, float]] = {}
    print(f"{size[0]}x{size[1]} at {asked.fps:g} a second; late: more than {late_from:.1f} ms after the one before")
    for name in asked.runs:
        tried, changing = name != "straight", name != "still"
        with tempfile.TemporaryDirectory() as folder:
            cache = Path(folder) / "cache"
            os.environ["MESA_SHADER_CACHE_DIR"] = os.environ["__GL_SHADER_DISK_CACHE_PATH"] = str(cache)
            chance = random.Random(asked.seed)
            changes = []
            for number in range(asked.changes):
                scene = str(_variant(Path(folder), chance.choice(_SCENES), number)) if changing else ""
                transition = chance.choice(transition_names())
                changes.append(Change(scene, transition, 0.0 if transition == "cut" else 0.4))
            settings = StageSettings(headless=True, size=size, fps=asked.fps, auditions=tried)
            steps, took = _measure(changes, settings, asked.between)
        middle, slow, slowest = np.percentile(steps, (50, 95, 99))
        late = sum(step > late_from for step in steps)
        found[name] = {"changes": len(took), "pictures": len(steps), "late": late, "worst": max(steps)}
        found[name] |= figures.spread(steps)
        if took:
            found[name] |= {"on": float(np.median(took)), "on at most": max(took)}
        on = f"   on {np.median(took):.0f} ms, at most {max(took):.0f}" if took else ""
        print(
            f"{name:12} {len(took):4} changes {len(steps):6} pictures {late:5} late   "
            f"p50 {middle:.1f} p95 {slow:.1f} p99 {slowest:.1f} worst {max(steps):.0f} ms{on}"
        )
    figures.keep(found, asked.json)


if __name__ == "__main__":
    main()
