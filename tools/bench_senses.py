"""What the fast senses cost: each alone, all together, beside aubio, essentia and librosa, and antropy's dimensions.

    python tools/bench_senses.py --python AUBIO/bin/python --python ESSENTIA/bin/python      # --json FILE for a record

A peer is asked in the first interpreter that can import it, this one or one given by --python, and left out with a line
if there is none. The sound is half the built-in recording, half made (plucked, noise, silence). All hear the same hops
of 256 at 48 kHz, one after the other; every hop is timed in each turn and its best time counts, since this is about the
work and not about what else a machine does; the mean over the hops is what a core has to give. A peer is held against
all of ours, and against those of ours that it has too: all but what BEYOND and LACKS name.

Then the memory that 1000 hops take and leave, and what starting costs: importing and warming up, with the compiled
kernels still to be made and with them on disk.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks import figures
from peer_senses import measured

from engine.audio.source import open_source
from engine.features.covering import covering_profile
from engine.features.fast import FastSenses
from engine.features.fractal import higuchi
from engine.features.line import katz, petrosian
from engine.foundation import assets
from engine.frame import HOP, RATE, ROW, Block

HERE = Path(__file__).resolve().parent
HOP_US = 1e6 * HOP / RATE
SHARE = 3.0  # % of a core that all senses together may take
# What no peer does; a machine that is not named here counts as the same work.
BEYOND = {
    "BandFilter",
    "BandLevel",
    "FractalDimension",
    "FractalProfile",
    "HeldNote",
    "Key",
    "LineDimensions",
    "Loudness",
    "MusicalForm",
    "Roughness",
    "Silence",
    "Vibrato",
    "WaveletLevels",
}
# What one of them does not do hop by hop.
LACKS = {"aubio": {"Chroma"}, "essentia": {"BeatTracker"}, "librosa": {"BeatTracker"}}


def listening_matter(seconds: float) -> np.ndarray:
    """(n,) float32 at RATE: the recording, then plucked strings, noise that swells, and nothing."""
    half = round(seconds * RATE / 2)
    source = open_source(assets.RECORDING)
    source.seek(4 * RATE)
    recorded = source.read(half).mean(axis=1)
    n = np.arange(half)
    rng = np.random.default_rng(0)
    note = n % (RATE // 4)
    hz = 220 * 2 ** (np.array([0, 4, 7, 12, 3])[n // (RATE // 4) % 5] / 12)
    made = sum(np.sin(2 * np.pi * k * hz * note / RATE) * np.exp(-note * k / RATE * 4) / k for k in range(1, 9)) * 0.3
    made += rng.standard_normal(half) * 0.1 * np.clip(n / half * 3 - 1, 0, 1) ** 2
    made[-half // 8 :] = 0
    return np.concatenate([recorded, made]).astype(np.float32)


class Watched:
    """A machine whose step is timed; everything else is its own."""

    def __init__(self, machine: Any) -> None:
        self._machine = machine
        self.kind = type(machine).__name__
        self.taken = 0.0

    def step(self, *arguments: Any, **named: Any) -> Any:
        begun = time.perf_counter_ns()
        found = self._machine.step(*arguments, **named)
        self.taken += (time.perf_counter_ns() - begun) / 1000
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._machine, name)


def watch(holder: Any, within: str = "") -> dict[str, Watched]:
    """Put a watch on every machine that the holder has, and return them by what it calls them, after `within`."""
    names: dict[str, Watched] = {}
    for attribute in list(vars(holder)):
        machine = getattr(holder, attribute)
        if isinstance(machine, Watched) or not callable(getattr(machine, "step", None)):
            continue
        names[within + attribute.strip("_")] = watched = Watched(machine)
        for other, same in list(vars(holder).items()):  # one machine may go by two names
            if same is machine:
                setattr(holder, other, watched)
    return names


def watch_inside(senses: FastSenses) -> dict[str, Watched]:
    """The same of the machines that those machines have: `pitch.chroma` …"""
    names: dict[str, Watched] = {}
    for attribute, machine in vars(senses).items():
        if callable(getattr(machine, "step", None)):
            names |= watch(machine, attribute.strip("_") + ".")
    return names


def blocks(sound: np.ndarray) -> list[Block]:
    """Mono hops."""
    columns = sound[: len(sound) // HOP * HOP].reshape(-1, HOP, 1)
    return [Block(index, samples) for index, samples in enumerate(columns)]


def taken_by_a_watch() -> float:
    """What a watch adds to the time that it shows, µs."""
    nothing = Watched(type("Nothing", (), {"step": lambda self, hop: None})())
    least = np.inf
    for _ in range(1000):
        nothing.taken = 0.0
        nothing.step(None)
        least = min(least, nothing.taken)
    return float(least)


def costs(hops: Sequence[Block], turns: int) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, str]]:
    """The least time of each hop in µs: all senses, each machine, and the class of each.

    Three sets of senses take turns, without watches, with them, and with those of the machines inside machines, so
    that no watch is timed by another.
    """
    plain, outer, inner = FastSenses(1), FastSenses(1), FastSenses(1)
    watched = [{}, watch(outer), watch_inside(inner)]
    names = dict(sorted((watched[1] | watched[2]).items(), key=lambda item: order(item[0], list(watched[1]))))
    best = {name: np.full(len(hops), np.inf) for name in names}
    every = np.full(len(hops), np.inf)
    watch_takes = taken_by_a_watch()
    for _ in range(turns):
        for senses, machines in zip((plain, outer, inner), watched, strict=True):
            senses.reset()
            for index, block in enumerate(hops):
                for machine in machines.values():
                    machine.taken = 0.0
                begun = time.perf_counter_ns()
                senses.step(block)
                if senses is plain:
                    every[index] = min(every[index], (time.perf_counter_ns() - begun) / 1000)
                for name, machine in machines.items():
                    best[name][index] = min(best[name][index], max(machine.taken - watch_takes, 0.0))
    return every, best, {name: machine.kind for name, machine in names.items()}


def order(name: str, outer: list[str]) -> int:
    """Those inside come after the one that they are in."""
    return 2 * outer.index(name.partition(".")[0]) + ("." in name)


def asked(peer: str, pythons: Sequence[str], sound: Path, turns: int) -> dict[str, np.ndarray] | None:
    """What a peer measures of itself; None if no interpreter can import it."""
    for python in pythons:
        command = [python, str(HERE / "peer_senses.py"), peer, str(sound), str(turns)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode == 0:
            lines = run.stdout.splitlines()
            return {name: np.array(times) for name, times in json.loads(lines[-1]).items()}
        if "ModuleNotFoundError" not in run.stderr:
            raise SystemExit(f"{peer} under {python}: {run.stderr.strip().splitlines()[-1]}")
    return None


def line(name: str, times: np.ndarray, remark: str = "") -> str:
    mean, middle, late = float(np.mean(times)), *np.percentile(times, (50, 99))
    return f"  {name:46}{mean:9.2f}{middle:9.2f}{late:9.2f}{100 * mean / HOP_US:9.3f}  {remark}"


def report_ours(hops: Sequence[Block], turns: int) -> tuple[dict[str, float], dict[str, float]]:
    """Print and return the mean µs a hop of every sense and of all together; and by kind of machine."""
    every, each, kinds = costs(hops, turns)
    print(f"ours{'':44}{'mean':>9}{'p50':>9}{'p99':>9}{'% core':>9}   µs a hop, {len(hops)} hops, {turns} turns")
    by_kind: dict[str, float] = defaultdict(float)
    for name, times in each.items():
        shown = "  " * name.count(".") + name.rpartition(".")[2]
        print(line(f"{shown} ({kinds[name]})", times, "no peer has it" if kinds[name] in BEYOND else ""))
        by_kind[kinds[name]] += float(np.mean(times))
    rest = every - np.sum([times for name, times in each.items() if "." not in name], axis=0)
    print(line("the frame itself, and what joins them", rest))
    print(line("all together", every, f"(≤ {SHARE} %)"))
    everything = float(np.mean(every))
    return {**{name: float(np.mean(times)) for name, times in each.items()}, "all": everything}, {
        **by_kind,
        "all": everything,
    }


def report_peers(sound: np.ndarray, pythons: Sequence[str], turns: int, ours: dict[str, float]) -> dict[str, Any]:
    """Print and return the peers' figures and how many times ours they are."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.npy"
        np.save(path, sound)
        for peer, lacks in LACKS.items():
            parts = asked(peer, pythons, path, turns)
            if parts is None:
                print(f"{peer}: cannot be imported, left out")
                continue
            print(peer)
            for name, times in parts.items():
                print(line(name, times))
            whole = np.sum(list(parts.values()), axis=0)
            mean = float(np.mean(whole))
            same = ours["all"] - sum(ours.get(name, 0.0) for name in BEYOND | lacks)
            print(line("all of it", whole))
            print(f"  {mean / same:.2f} × ours for the same ({same:.1f} µs), {mean / ours['all']:.2f} × all of ours")
            found[peer] = {**{name: float(np.mean(times)) for name, times in parts.items()}, "all": mean, "same": same}
        found["dimensions"] = report_dimensions(sound, asked("antropy", pythons, path, turns), turns)
    return found


def report_dimensions(sound: np.ndarray, theirs: dict[str, np.ndarray] | None, turns: int) -> dict[str, Any]:
    """Print and return what the fractal dimensions cost, as machines call them: `ours`, and `antropy` if it is here."""
    from engine.features.covering import FractalProfile
    from engine.features.fractal import SCALES, FractalDimension, _dimension, step_weights
    from engine.features.line import LineDimensions

    weights = step_weights(2048, SCALES)
    dimension, profile, lines = FractalDimension(), FractalProfile(), LineDimensions()
    senses: dict[str, Callable[[np.ndarray, np.ndarray], object]] = {
        "Higuchi of 1024": lambda hop, heard: dimension.step(heard[-1024:]),
        "Higuchi of 2048": lambda hop, heard: _dimension(heard, weights),
        "Maragos' profile of 1024": lambda hop, heard: profile.step(heard[-1024:]),
        "Katz and Petrosian of 1024": lambda hop, heard: lines.step(heard[-1024:]),
    }
    ours = measured(senses, sound.astype(np.float64), turns)
    print("fractal dimensions, ours" if theirs else "fractal dimensions, ours (antropy: cannot be imported, left out)")
    for name, times in ours.items():
        print(line(name, np.array(times), "(≤ 6 µs)" if name == "Higuchi of 1024" else ""))
    if theirs:
        print("fractal dimensions, antropy")
        for name, times in theirs.items():
            ratio = f"{np.mean(times) / np.mean(ours[name]):.2f} × ours" if name in ours else ""
            print(line(name, times, ratio))
    straight = 0.25 * np.arange(1000)
    print(f"  a straight line: Higuchi 1 + {higuchi(straight) - 1:.1e}, Katz 1 + {katz(straight) - 1:.1e},", end=" ")
    print(f"Petrosian 1 + {petrosian(straight) - 1:.1e}, profile 1 + {np.max(covering_profile(straight)) - 1:.1e}")
    each = {"ours": ours, "antropy": theirs} if theirs else {"ours": ours}
    return {who: {name: float(np.mean(times)) for name, times in costs.items()} for who, costs in each.items()}


def report_memory(hops: Sequence[Block]) -> dict[str, int]:
    """Print and return the bytes that 1000 hops leave, and the most that they hold meanwhile."""
    senses = FastSenses(1)

    def pass_by(count: int) -> Iterator[None]:
        for index in range(count):
            senses.step(hops[index % len(hops)])
            yield

    for _ in pass_by(200):
        pass
    tracemalloc.start()
    for _ in pass_by(100):
        pass
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    for _ in pass_by(1000):
        pass
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    left, most = after - before, peak - before
    print(f"memory: 1000 hops leave {left} bytes, and hold {most} at most; a frame alone is {8 * ROW}")
    return {"left": left, "most": most}


def report_start() -> dict[str, float]:
    """Print and return the seconds of a start: kernels still to be compiled, and compiled ones on disk."""
    code = "from engine.features.fast import warm_up; warm_up()"
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, statement in (("cold", code), ("warm", code), ("numpy and numba alone", "import numpy, numba")):
            begun = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", statement],
                env={**os.environ, "NUMBA_CACHE_DIR": folder},
                cwd=HERE.parent,
                check=True,
            )
            found[name] = time.perf_counter() - begun
    print("start, import and warm-up: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in found.items()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help="an interpreter for a peer")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of the sound")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--ours", action="store_true", help="leave the peers and the start out")
    figures.ask(parser)
    arguments = parser.parse_args()
    sound = listening_matter(arguments.seconds)
    hops = blocks(sound)
    ours, by_kind = report_ours(hops, arguments.turns)
    found: dict[str, Any] = {"ours": ours}
    if not arguments.ours:
        found |= report_peers(sound, [sys.executable, *arguments.python], arguments.turns, by_kind)
    found["memory"] = report_memory(hops)
    if not arguments.ours:
        found["start"] = report_start()
    figures.keep(found, arguments.json)


if __name__ == "__main__":
    main()
