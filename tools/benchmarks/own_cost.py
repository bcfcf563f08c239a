"""What the engine itself costs a picture, beside a bare moderngl loop."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.loops import TINY, Bare, Ours, write_scene
from benchmarks.memory import resident
from engine.stage import gpu
from engine.stage.scene import Scene, load_scene

_TURN: Final = 100  # pictures


def timed(draw: Callable[[float], None], ctx: gpu.Context, pictures: int, start: int) -> list[float]:
    """Seconds that each picture took."""
    found = []
    for number in range(start, start + pictures):
        begun = time.perf_counter()
        draw(number / 60)
        gpu.wait(ctx)
        found.append(time.perf_counter() - begun)
    return found


def own_cost(scene: Scene, pictures: int) -> dict[str, float]:
    """Microseconds a picture, medians: ours, bare, the difference, and what of it the flash limiter takes."""
    ctx = gpu.headless()
    free = Ours(ctx, scene, TINY, limit_flashes=False)
    loops = {"ours": Ours(ctx, scene, TINY).draw, "bare": Bare(ctx, scene, TINY).draw, "unlimited": free.draw}
    taken: dict[str, list[float]] = {name: [] for name in loops}
    for draw in loops.values():
        timed(draw, ctx, _TURN, 0)
    for turn in range(pictures // _TURN):
        for name in sorted(loops, reverse=bool(turn % 2)):
            taken[name] += timed(loops[name], ctx, _TURN, turn * _TURN)
    found = {name: 1e6 * float(np.median(times)) for name, times in taken.items()}
    ctx.release()
    return {**found, "own": found["ours"] - found["bare"], "limiter": found["ours"] - found["unlimited"]}


def growth(scene: Scene, pictures: int) -> dict[str, float]:
    """KiB that memory grew over so many pictures: the process, and what Python holds."""
    ctx = gpu.headless()
    ours = Ours(ctx, scene, TINY)

    def grown(measure: Callable[[], int]) -> int:
        for number in range(3000 + pictures):
            if number == 3000:
                gc.collect()
                before = measure()
            ours.draw(number / 60)
            gpu.wait(ctx)
        gc.collect()
        return measure() - before

    process = grown(resident)
    tracemalloc.start()
    python = grown(lambda: tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    ctx.release()
    return {"process": process / 1024, "python": python / 1024}


def report_own(folder: Path, pictures: int, long_run: int) -> dict[str, Any]:
    """Print and return what a picture costs."""
    scenes = [write_scene(folder, "five bindings"), write_scene(folder, "+ wave and spectrum", heard=True)]
    scenes += [load_scene(name) for name in ("ink", "mountains", "strings")]
    print(f"own cost a picture, µs, medians of {pictures} pictures at {TINY[0]}×{TINY[1]}")
    print(f"  {'scene':22}{'ours':>8}{'bare':>8}{'own':>8}   (≤ 300){'limiter':>9}")
    found: dict[str, Any] = {}
    for scene in scenes:
        found[scene.name] = cost = own_cost(scene, pictures)
        print(f"  {scene.name:22}{cost['ours']:8.0f}{cost['bare']:8.0f}{cost['own']:8.0f}{cost['limiter']:19.0f}")
    found["growth"] = grown = growth(scenes[1], long_run)
    print(f"  grown over {long_run} pictures: process {grown['process']:.0f} KiB, Python {grown['python']:.1f} KiB")
    return found
