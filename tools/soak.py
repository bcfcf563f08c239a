"""Hours of a real show, and whether anything grows: memory, descriptors, threads, segments, late pictures.

    python tools/soak.py --hours 2 --out soak [--music FILE] [--scene NAME …]
    python tools/soak.py --virtual 24 --out soak

A show of real processes plays the recording over and over without a window. Every few seconds somebody changes the
scene by OSC, with a transition; pages come and go, one stays and one never reads; a receiver of OSC counts datagrams
and the longest silence; and a shader is saved anew under the show, one time in five with a mistake in it. Every 10 s
each process is looked at. What counts is what grows after `--warm-up`: the slope of each process's own memory (Theil
and Sen: the median of all slopes between two samples, so that one jump is none), below 1 MB an hour; descriptors,
threads and segments of the last quarter no more than those of the first behind the warm-up. `soak.csv` has every
sample, `soak.png` is the figure, and the exit code is 1 if something grows or ends. A show under half an hour behind
its warm-up has no slope: it is told, not judged.

--virtual: the same senses on the virtual clock, as fast as the machine can: what a hop costs in each hour of the show,
and the memory that is taken then.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import itertools
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp
import numpy as np
from benchmarks import figures
from benchmarks.virtual_clock import played_minutes
from numpy.typing import NDArray
from watching.from_outside import Lights
from watching.processes import Taken, family, taken
from watching.show import RunningShow

from engine.foundation import assets

_SAMPLE: Final = 10.0  # seconds between two looks
_CHANGE: Final = 7.0  # seconds between two changes of scene
_SAVE: Final = 23.0  # seconds between two savings of the shader
_VISIT: Final = 31.0  # seconds for which a page stays
_JUDGED: Final = 0.5  # hours behind the warm-up from which a slope says something
_MOST: Final = 1.0  # megabytes an hour
_SIZE: Final = (320, 180)
_SCENES: Final = ("ink", "strings", "lanterns", "drum", "loom")
_TRANSITIONS: Final = ("fade", "mist", "bleed")
_SHADER: Final = """/*{"DESCRIPTION": "Saved anew under the show.", "INPUTS": [
  {"NAME": "glow", "TYPE": "float", "DEFAULT": 0.5, "MIN": 0.0, "MAX": 1.0}]}*/
void main() { gl_FragColor = vec4(vec3(glow * TINT), 1.0)BROKEN; }
"""
_TOML: Final = 'shader = "saved.fs"\n[bind.glow]\nsignal = "sound.level"\nfrom = [-60, 0]\n'

Samples = list[tuple[float, dict[str, Taken]]]


class Show(RunningShow):
    """The show under test, and all who have to do with it."""

    def __init__(self, folder: Path, music: str, scenes: list[str], seed: int) -> None:
        self._chance = random.Random(seed)
        self._shader = folder / "saved.fs"
        self._save(good=True)
        (folder / "saved.toml").write_text(_TOML)
        self._scenes = [*scenes, str(folder / "saved.toml")]
        self.lights = Lights(keeps=False)
        width, height = _SIZE
        settings = f"scenes = {self._scenes!r}\n[stage]\nsize = [{width}, {height}]\nfps = 30\n"
        settings += '[change]\ntransition = "mist"\nseconds = 2\n'
        command = ["preview", music, "--headless", "--loop", "--osc", f"127.0.0.1:{self.lights.port}"]
        super().__init__(folder, command, settings)
        self.lights.__enter__()
        self.changes = self.saved = self.visits = 0

    def _save(self, *, good: bool) -> None:
        text = _SHADER.replace("TINT", f"{self._chance.uniform(0.2, 1.0):.6f}").replace("BROKEN", "" if good else " +")
        part = self._shader.with_suffix(".part")
        part.write_text(text)
        part.replace(self._shader)

    async def change(self) -> None:
        """Another scene, every now and then."""
        while True:
            await asyncio.sleep(_CHANGE)
            self.order("/monochord/scene/select", "s", self._chance.choice(self._scenes))
            self.changes += 1

    async def save(self) -> None:
        """The shader anew, one time in five broken."""
        while True:
            await asyncio.sleep(_SAVE)
            self._save(good=self._chance.random() > 0.2)
            self.saved += 1

    async def visit(self) -> None:
        """Pages that come and go."""
        while True:
            with suppress(aiohttp.ClientError, OSError):
                async with aiohttp.ClientSession() as session, session.ws_connect(self.address) as line:
                    self.visits += 1
                    end = time.monotonic() + _VISIT
                    while time.monotonic() < end:
                        await line.receive(_VISIT)
            await asyncio.sleep(1.0)

    async def never_read(self) -> None:
        """A page that is told everything and takes nothing, and comes again when it is thrown out."""
        while True:
            with suppress(aiohttp.ClientError, OSError):
                async with aiohttp.ClientSession() as session, session.ws_connect(self.address) as line:
                    await asyncio.sleep(10 * _VISIT)
                    await line.close()
            await asyncio.sleep(1.0)

    def close(self) -> int:
        code = super().close()
        self.lights.__exit__()
        return code


async def soak(show: Show, hours: float, out: Path) -> Samples:
    """Look at every process until the time is over or the show is."""
    tasks = [asyncio.ensure_future(one()) for one in _guests(show)]
    begun = time.monotonic()
    samples: Samples = []
    try:
        with (out / "soak.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["seconds", "process", *Taken.__slots__])
            while (now := time.monotonic() - begun) < 3600 * hours and show.process.poll() is None:
                looked = {role: one for role, pid in family(show.process.pid) if (one := taken(pid)) is not None}
                samples.append((now, looked))
                for role, one in looked.items():
                    table.writerow([round(now, 1), role, *(round(getattr(one, name), 3) for name in Taken.__slots__)])
                file.flush()
                if len(samples) % 30 == 1:
                    print(_line(now, looked, show), flush=True)
                for task in tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(_SAMPLE)
    finally:
        for task in tasks:
            task.cancel()
    return samples


def _guests(show: Show) -> tuple[Callable[[], Coroutine[Any, Any, None]], ...]:
    return show.change, show.save, show.stay, show.visit, show.never_read


def _line(now: float, looked: dict[str, Taken], show: Show) -> str:
    memory = "  ".join(f"{role} {one.own:.1f} MB {one.descriptors} fd" for role, one in sorted(looked.items()))
    ears, stage = show.facts.get("ears", {}), show.facts.get("stage", {})
    more = (
        f"silence {show.lights.longest_ever:.2f} s  overflows {ears.get('overflows')}  restarts {stage.get('restarts')}"
    )
    return f"{now / 60:6.1f} min  {memory}  {show.changes} changes  {more}"


def slope(seconds: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """The median of the slopes between all pairs, an hour (H. Theil, 1950; P. K. Sen, JASA 63, 1968)."""
    few = np.unique(np.linspace(0, len(seconds) - 1, 600).astype(int))
    x, y = seconds[few], values[few]
    first, second = np.triu_indices(len(x), 1)
    return float(3600 * np.median((y[second] - y[first]) / (x[second] - x[first])))


def grown(samples: Samples) -> dict[str, float]:
    """By process, megabytes an hour."""
    seconds = np.array([at for at, _ in samples])
    roles = sorted(set.intersection(*(set(looked) for _, looked in samples)))
    return {role: slope(seconds, np.array([looked[role].own for _, looked in samples])) for role in roles}


def judged(samples: Samples, warm_up: float) -> list[tuple[str, bool]]:
    """A line for each process, and whether it is well. `warm_up`: seconds that do not count."""
    kept = [(at, looked) for at, looked in samples if at >= warm_up]
    if len(kept) < 8:
        return [("too short to be judged", True)]
    judging = kept[-1][0] - kept[0][0] >= 3600 * _JUDGED
    quarter = len(kept) // 4
    found = []
    for role, grows in grown(kept).items():
        well, parts = grows < _MOST or not judging, [f"{grows:+.2f} MB/h"]
        for name in ("descriptors", "threads", "segments"):
            counts = [getattr(looked[role], name) for _, looked in kept]
            before, after = max(counts[:quarter]), max(counts[-quarter:])
            well = well and after <= before
            parts.append(f"{name} {before} → {after}")
        found.append((f"{role:12} {'  '.join(parts)}" + ("" if judging else "  (too short to be judged)"), well))
    return found


def draw(samples: Samples, warm_up: float, path: Path) -> None:
    """Own memory of every process over the hours."""
    from matplotlib.figure import Figure

    figure = Figure((9, 4.5), layout="constrained")
    axes = figure.subplots()
    for role in sorted({role for _, looked in samples for role in looked}):
        seen = [(at / 3600, looked[role].own) for at, looked in samples if role in looked]
        axes.plot(*zip(*seen, strict=True), label=role)
    axes.axvline(warm_up / 3600, color="0.7", linestyle=":")
    axes.set(xlabel="hours", ylabel="own memory, MB", ylim=(0, None))
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110)


def virtual(hours: int, music: str, kept: Path | None) -> None:
    """What a hop costs in each hour of a show on the virtual clock, and the memory taken then: told and kept hourly."""
    onsets, minutes = 0.0, played_minutes(music)
    found: dict[str, list[float]] = {"µs a hop": [], "MB": []}
    print("hour   µs a hop: median and worst of the minutes   onsets   resident MB", flush=True)
    for hour in range(1, hours + 1):
        costs, before = [], onsets
        for cost, count in itertools.islice(minutes, 60):
            costs.append(cost)
            onsets = count
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found["µs a hop"].append(float(np.median(costs)))
        found["MB"].append(resident)
        figures.keep(found, kept)
        print(
            f"{hour:4d} {np.median(costs):10.1f} {max(costs):10.1f} {onsets - before:8.0f} {resident:12.1f}", flush=True
        )
    minutes.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--virtual", type=int, help="hours on the virtual clock instead")
    parser.add_argument("--warm-up", type=float, default=20.0, help="minutes that do not count")
    parser.add_argument("--music", default=str(assets.RECORDING))
    parser.add_argument("--scene", action="append", default=[])
    parser.add_argument("--seed", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("soak"))
    figures.ask(parser)
    said = parser.parse_args()
    if said.virtual:
        virtual(said.virtual, said.music, said.json)
        return 0
    said.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        show = Show(Path(folder), said.music, said.scene or list(_SCENES), said.seed)
        try:
            samples = asyncio.run(soak(show, said.hours, said.out))
            ended = show.process.poll()
        finally:
            show.close()
        (said.out / "said.txt").write_text(show.said)
    draw(samples, 60 * said.warm_up, said.out / "soak.png")
    found = judged(samples, 60 * said.warm_up)
    found.append((f"the show {'went on to the end' if ended is None else f'ended by itself ({ended})'}", ended is None))
    found.append(
        (
            f"longest silence to the lights {show.lights.longest_ever:.2f} s, {show.lights.datagrams} datagrams",
            show.lights.longest_ever < 2.0,
        )
    )
    for text, well in found:
        print(f"{'ok  ' if well else 'FAIL'}  {text}")
    kept = [(at, looked) for at, looked in samples if at >= 60 * said.warm_up]
    told = {"hours": said.hours, "silence": show.lights.longest_ever, "MB an hour": grown(kept) if kept else {}}
    figures.keep(told | {"changes": show.changes, "savings": show.saved, "pages": show.visits}, said.json)
    print(f"{show.changes} changes, {show.saved} savings, {show.visits} pages; {json.dumps(show.facts.get('stage'))}")
    return 0 if all(well for _, well in found) else 1


if __name__ == "__main__":
    sys.exit(main())
