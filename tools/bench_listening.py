"""What the learned ear costs: on the listening thread, and in its own lane.

    python tools/bench_listening.py                      # the shipped map; --space NAME for another, --json FILE

In the slow lane, each alone on one thread, the best of some turns: µs a column (resampling included), ms a patch (the
network), ms a place (the map), and what a second of sound costs in all.

On the listening thread, µs a hop by that thread's own clock, the median: hop after hop, since this is about the work;
then each hop when it would come on stage, which takes as long as the sound, and finds caches cold (the processors are
kept awake, as a show keeps them). The same of the fast senses without the ear, and of nothing at all, to compare with;
and how long a hop took in all, with whatever it had to wait for, 99 of 100. The sound is the built-in recording.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import closing

import numpy as np
from benchmarks import figures

from engine.audio.source import open_source
from engine.features.ensemble import Ensemble
from engine.foundation import assets
from engine.foundation.awake import Awake
from engine.frame import HOP, RATE, Block
from engine.listening.ear import Ear, familiar
from engine.listening.mel import BANDS, COLUMN, MEL_RATE, PATCH, MelStream
from engine.perception import Perception

PATCHES_A_SECOND = 25


def recording(seconds: float) -> list[Block]:
    """Hops of the built-in recording."""
    sound = open_source(assets.RECORDING).read(round(seconds * RATE))
    return [Block(k, sound[k * HOP : (k + 1) * HOP]) for k in range(len(sound) // HOP)]


def hop_after_hop(step: Callable[[Block], object], blocks: list[Block]) -> np.ndarray:
    """µs that this thread worked for every hop, and that passed, (2, hops); all given at once."""
    return _timed(step, blocks, lambda _: None)


def on_the_clock(step: Callable[[Block], object], blocks: list[Block]) -> np.ndarray:
    """The same, each given when it would have been heard."""
    begun = time.monotonic()
    with closing(Awake()):
        return _timed(step, blocks, lambda block: time.sleep(max(begun + block.time - time.monotonic(), 0.0)))


def _timed(step: Callable[[Block], object], blocks: list[Block], wait: Callable[[Block], None]) -> np.ndarray:
    found = []
    for block in blocks:
        wait(block)
        begun, start = time.perf_counter(), time.thread_time()
        step(block)
        worked, passed = time.thread_time() - start, time.perf_counter() - begun
        found.append((worked * 1e6, passed * 1e6))
    return np.array(found[len(found) // 10 :]).T


def best(work: Callable[[], object], turns: int, each: int) -> float:
    """Seconds that one of `each` takes, in the best turn."""
    found = []
    for _ in range(turns):
        start = time.perf_counter()
        for _ in range(each):
            work()
        found.append((time.perf_counter() - start) / each)
    return min(found)


def listening_thread(blocks: list[Block], space: str | None) -> dict[str, float]:
    """µs a hop."""
    channels = blocks[0].samples.shape[1]
    numbers = list(range(1, channels + 1))
    found = {}
    ear = Ear(channels, *familiar(space), live=True)
    try:
        found["ear, hop after hop"] = _middle(hop_after_hop(lambda block: ear.step(block.samples, True), blocks))
        found["ear, on the clock"] = _middle(on_the_clock(lambda block: ear.step(block.samples, True), blocks))
    finally:
        ear.close()
    found["nothing, on the clock"] = _middle(on_the_clock(lambda _: None, blocks))
    senses = Ensemble(numbers)
    found["senses, hop after hop"] = _middle(hop_after_hop(senses.step, blocks))
    clocked = on_the_clock(senses.step, blocks)
    found["senses, on the clock"] = _middle(clocked)
    with Perception(numbers, space=space, live=True) as perception:
        both = on_the_clock(perception.step, blocks)
    found["senses and ear, on the clock"] = _middle(both)
    found["senses, 99 of 100 took"] = float(np.quantile(clocked[1], 0.99))
    found["senses and ear, 99 of 100 took"] = float(np.quantile(both[1], 0.99))
    return found


def _middle(costs: np.ndarray) -> float:
    return float(np.median(costs[0]))


def slow_lane(blocks: list[Block], space: str | None, turns: int) -> dict[str, float]:
    """What one of each costs."""
    network, known = familiar(space)
    sound = np.concatenate([block.samples.mean(axis=1) for block in blocks])[: 8 * RATE]
    piece = 4 * COLUMN * RATE // MEL_RATE
    stream = MelStream()

    def columns() -> None:
        for start in range(0, len(sound), piece):
            stream.feed(sound[start : start + piece])

    patch = np.random.default_rng(0).normal(-2, 1, (1, PATCH, BANDS)).astype(np.float32)
    (described,) = network.embed(patch)
    column = best(columns, turns, 1) / (len(sound) * MEL_RATE / RATE / COLUMN)
    embed = best(lambda: network.embed(patch), turns, 50)
    place = best(lambda: known.place(described), turns, 200)
    return {
        "column, µs": column * 1e6,
        "patch, ms": embed * 1e3,
        "place, ms": place * 1e3,
        "a second of sound, ms": (100 * column + PATCHES_A_SECOND * (embed + place)) * 1e3,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", help="a map by name or path")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the sound")
    parser.add_argument("--turns", type=int, default=5)
    figures.ask(parser)
    arguments = parser.parse_args()
    blocks = recording(arguments.seconds)
    slow = slow_lane(blocks, arguments.space, arguments.turns)
    for name, value in slow.items():
        print(f"{name:32} {value:8.3f}")
    thread = listening_thread(blocks, arguments.space)
    for name, value in thread.items():
        print(f"{name:32} {value:8.1f} µs")
    figures.keep({"slow lane": slow, "listening thread, µs a hop": thread}, arguments.json)


if __name__ == "__main__":
    main()
