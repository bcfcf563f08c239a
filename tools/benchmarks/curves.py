"""What costs how much as there is more of it: one function a curve, for tools/bench_growth.py.

Work is counted in the time of the thread that does it (of all threads where a driver draws in threads of its own), so
that what else a machine does stays out.
"""

from __future__ import annotations

import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.fitting import fitting
from benchmarks.loops import TINY, Bare, Ours, write_scene
from benchmarks.memory import megabytes_since, resident
from benchmarks.receivers import Sink, rows
from benchmarks.virtual_clock import played_minutes
from engine.features.ensemble import Ensemble
from engine.foundation import assets
from engine.frame import HOP, SIGNALS, Block
from engine.lights.destination import Destination
from engine.lights.osc import Lights
from engine.musician import Musician
from engine.stage import gpu
from engine.stage.scene import Scene, load_scene
from engine.stage.targets import Size

Curve = dict[str, Any]
"""`what` it is, `of` what there is more, `at` how many, `ours` in `unit`, `floor` and what it `is`, `memory` in MB."""

_LAST: Final = 5  # minutes of which the median is told
_WARM: Final = 50


def curve(what: str, of: str, unit: str, at: Sequence[Any], floor: str = "") -> Curve:
    """One with nothing measured yet."""
    begun: Curve = {"what": what, "of": of, "unit": unit, "at": list(at), "ours": [], "memory": []}
    return {**begun, "floor": [], "floor is": floor} if floor else begun


def worked(
    step: Callable[[int], object], count: int, clock: Callable[[], float] = time.thread_time, each: int = 10
) -> float:
    """µs that one step takes, the median of batches, after some that do not count."""
    for number in range(_WARM):
        step(number)
    found = []
    for start in range(0, count, each):
        begun = clock()
        for number in range(start, start + each):
            step(number)
        found.append((clock() - begun) / each)
    return 1e6 * statistics.median(found)


def _twice_first(counts: Sequence[Any]) -> list[Any]:
    """The first once more before all: what it takes to begin is not its own."""
    return [counts[0], *counts]


def _warmed(found: Curve) -> Curve:
    """Without that."""
    return found | {name: found[name][1:] for name in ("ours", "floor", "memory") if found.get(name)}


def length(minutes: Sequence[int]) -> Curve:
    """A show on the virtual clock, all senses and the ear: a hop's cost in its last minutes."""
    found = curve("a hop late in a long show", "minutes", "µs a hop", minutes)
    played = played_minutes(str(assets.RECORDING))
    costs: list[float] = []
    before = 0
    for minute in range(1, max(minutes) + 1):
        costs.append(next(played)[0])
        before = before or resident()
        if minute in minutes:
            found["ours"].append(statistics.median(costs[-_LAST:]))
            found["memory"].append(megabytes_since(before))
    played.close()
    return found


def _scene(folder: Path, name: str, head: dict[str, Any], code: str, bound: Sequence[str]) -> Scene:
    (folder / f"{name}.fs").write_text(f"/*{json.dumps(head)}*/\n{code}")
    lines = [f'shader = "{name}.fs"', "[bind]"]
    signals = [signal for signal in SIGNALS.values() if signal.size == 1]
    for number, item in enumerate(bound):
        lines.append(f'{item} = {{ signal = "{signals[number % len(signals)].name}", to = [0.0, 1.0], attack = 0.1 }}')
    (folder / f"{name}.toml").write_text("\n".join(lines) + "\n")
    return load_scene(folder / f"{name}.toml")


def _drawn(found: Curve, scene: Scene, size: Size, pictures: int, clock: Callable[[], float]) -> None:
    """Add a point: the whole of our picture, and the same programs drawn by moderngl alone."""
    ctx = gpu.headless()
    before = resident()
    for kind, loop in (("ours", Ours(ctx, scene, size)), ("floor", Bare(ctx, scene, size))):

        def picture(number: int, loop: Any = loop) -> None:
            loop.draw(number / 60)
            gpu.wait(ctx)

        found[kind].append(worked(picture, pictures, clock))
        if kind == "ours":
            found["memory"].append(megabytes_since(before))
    ctx.release()


def bindings(counts: Sequence[int], pictures: int) -> Curve:
    """A shader with so many inputs, each of them bound."""
    found = curve(
        "a picture of 64×36, every input bound to a signal", "bindings", "µs a picture", counts, "bare moderngl"
    )
    with tempfile.TemporaryDirectory() as name:
        for count in _twice_first(counts):
            inputs = [f"i{number}" for number in range(count)]
            head = {"INPUTS": [{"NAME": one, "TYPE": "float"} for one in inputs]}
            code = f"void main() {{ gl_FragColor = vec4(vec3(({' + '.join(inputs)}) / {count}.0), 1.0); }}"
            _drawn(found, _scene(Path(name), f"bound{count}", head, code, inputs), TINY, pictures, time.thread_time)
    return _warmed(found)


def passes(counts: Sequence[int], pictures: int) -> Curve:
    """A shader of so many passes, of which all but the last are kept in buffers."""
    found = curve("a picture of 64×36, all passes at its size", "passes", "µs a picture", counts, "bare moderngl")
    with tempfile.TemporaryDirectory() as name:
        for count in _twice_first(counts):
            head = {"INPUTS": [], "PASSES": [*({"TARGET": f"p{number}"} for number in range(count - 1)), {}]}
            before = " + 0.5 * IMG_NORM_PIXEL(p0, isf_FragNormCoord)" if count > 1 else ""
            code = f"void main() {{ gl_FragColor = vec4(0.5 + 0.2 * sin(TIME + float(PASSINDEX))){before}; }}"
            _drawn(found, _scene(Path(name), f"passes{count}", head, code, ()), TINY, pictures, time.thread_time)
    return _warmed(found)


def size(sizes: Sequence[Size], pictures: int) -> Curve:
    """A simple shader at these sizes, with five bindings; the driver's threads counted too."""
    at = [f"{width}×{height}" for width, height in sizes]
    found = curve(
        "a picture of a simple shader, the driver's work in it", "pixels", "µs a picture", at, "bare moderngl"
    )
    with tempfile.TemporaryDirectory() as name:
        scene = write_scene(Path(name), "simple")
        for one in _twice_first(sizes):
            _drawn(found, scene, one, pictures, time.process_time)
    return _warmed(found)


def destinations(counts: Sequence[int], frames: int) -> Curve:
    """A frame of every signal to so many receivers; the floor sends the same datagrams made beforehand."""
    found = curve("a frame of every signal by OSC", "receivers", "µs a frame", counts, "bare sockets")
    moving = rows(100)
    for count in _twice_first(counts):
        before = resident()
        sinks = [Sink() for _ in range(count)]
        lights = Lights([Destination("127.0.0.1", sink.port) for sink in sinks])
        lights.send(moving[0])
        packets = sinks[0].taken()

        def drained(send: Callable[[int], object], sinks: list[Sink] = sinks) -> float:
            spent = []
            for number in range(frames):
                begun = time.thread_time()
                send(number)
                spent.append(time.thread_time() - begun)
                for sink in sinks:
                    sink.drain()
            return 1e6 * statistics.median(spent)

        def bare(_: int, sinks: list[Sink] = sinks, packets: list[bytes] = packets) -> None:
            for packet in packets:
                for sink in sinks:
                    sinks[0].socket.sendto(packet, ("127.0.0.1", sink.port))

        def ours(number: int, lights: Lights = lights) -> None:
            lights.send(moving[number % len(moving)])

        found["ours"].append(drained(ours))
        found["floor"].append(drained(bare))
        found["memory"].append(megabytes_since(before))
        lights.close()
        for sink in sinks:
            sink.socket.close()
    return _warmed(found)


def _heard(found: Curve, count: int, senses: Ensemble, channels: int) -> None:
    rng = np.random.default_rng(0)
    sound = rng.normal(0, 0.1, (200, HOP, channels)).astype(np.float32)
    found["ours"].append(worked(lambda number: senses.step(Block(number, sound[number % len(sound)])), 10 * count))


def channels(counts: Sequence[int], hops: int) -> Curve:
    """One who plays on so many channels: their mix is heard."""
    found = curve("a hop of all fast senses, the mix of all channels", "channels", "µs a hop", counts)
    for count in _twice_first(counts):
        before = resident()
        _heard(found, hops // 10, Ensemble(range(1, count + 1)), count)
        found["memory"].append(megabytes_since(before))
    return _warmed(found)


def musicians(counts: Sequence[int], hops: int) -> Curve:
    """So many who play, each on a channel of their own, and the mix of them all."""
    found = curve("a hop of all fast senses, of everybody and of the mix", "musicians", "µs a hop", counts)
    for count in _twice_first(counts):
        before = resident()
        players = [Musician(f"player{number}", (number,)) for number in range(1, count + 1)]
        _heard(found, hops // 10, Ensemble(range(1, count + 1), players), count)
        found["memory"].append(megabytes_since(before))
    return _warmed(found)


def corpus(folder: Path, most: int) -> Curve:
    """Fitting a map; beside it what n log n would make of the first."""
    table = fitting(folder, most)
    at = [int(count) for count in table]
    found = curve("fitting a map, seconds of one thread", "sounds", "s", at, "n log n from the first on")
    found["ours"] = [row["all"] for row in table.values()]
    found["memory"] = [row["memory"] - next(iter(table.values()))["memory"] for row in table.values()]
    unit = found["ours"][0] / (at[0] * math.log2(at[0]))
    found["floor"] = [unit * count * math.log2(count) for count in at]
    return found
