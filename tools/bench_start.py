"""How long it takes from the command to the first picture, and to the first frame.

    python tools/bench_start.py                 # --scene NAME, --turns N, --json FILE

A process of its own, as the command would be, that imports the command line and runs a show without a window, with a
tone for sound; it is ended when its first picture was shown. Times are counted from before the process is started, by
the clock that all processes share; a frame is seen up to 50 ms late. One start before these fills the caches of kernels
and shaders. Medians; beside it what Python takes to import numpy and numba and to say so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import figures

_HERE = Path(__file__).resolve()
_FLOOR = "import numpy, numba, json, time; print(json.dumps({'floor': time.monotonic()}))"


def be_the_show(scene: str) -> None:
    """Import what the command imports, run the show, print when its first picture and first frame were, and end."""
    from engine.live.children import Children
    from engine.settings import settings

    found: dict[str, float] = {}

    def watch(conductor: Conductor) -> None:
        if conductor.newest is not None:
            found.setdefault("first frame", time.monotonic())
        if conductor.backdrop and conductor.backdrop.report.pictures:
            shown = conductor.backdrop.shown(0)
            found["first picture"] = float(shown[0, 1]) * 1e-9 if len(shown) else time.monotonic()
            if "first frame" in found:
                conductor.stop()

    show = settings(headless=True, silent=True, scene=scene, source="tone:440", stage__size=(320, 180))
    children = Children(show)
    from engine.conductor import Conductor

    with Conductor(show, lambda _: None, children) as conductor:
        conductor.run(watch)
    print(json.dumps(found), flush=True)


def started(command: list[str]) -> dict[str, float]:
    """Seconds from now to the moments that a process tells."""
    begun = time.monotonic()
    told = subprocess.run(command, capture_output=True, text=True, cwd=_HERE.parent.parent, check=False)
    if told.returncode:
        raise SystemExit(f"the show ended with {told.returncode}: {told.stderr.strip().splitlines()[-1:]}")
    return {name: moment - begun for name, moment in json.loads(told.stdout.splitlines()[-1]).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="mountains")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--be-the-show", action="store_true", help=argparse.SUPPRESS)
    figures.ask(parser)
    said = parser.parse_args()
    if said.be_the_show:
        be_the_show(said.scene)
        return
    show = [sys.executable, str(_HERE), "--be-the-show", "--scene", said.scene]
    started(show)
    turns = [{**started(show), **started([sys.executable, "-c", _FLOOR])} for _ in range(said.turns)]
    medians = {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}
    for name, seconds in medians.items():
        print(f"{name:16} {seconds:6.2f} s   {[round(turn[name], 2) for turn in turns]}")
    figures.keep(medians, said.json)


if __name__ == "__main__":
    main()
