"""Minutes of a show on the virtual clock, played as fast as the machine can."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator

from engine.audio.hops import Hopper
from engine.audio.source import Source, open_source
from engine.frame import HOP, RATE, Block
from engine.perception import Perception


def played_minutes(music: str) -> Generator[tuple[float, float], None, None]:
    """Minutes of a show on the virtual clock: µs of a processor that a hop has cost, and the onsets counted so far."""
    source = open_source(music)
    hopper = Hopper(source.rate, source.channels)
    blocks, hops = _endless(source, hopper), round(60 * RATE / HOP)
    with Perception(hopper.numbers) as senses:
        while True:
            begun = time.process_time()
            for _ in range(hops):
                onsets = senses.step(next(blocks)).rhythm.onsets
            yield 1e6 * (time.process_time() - begun) / hops, onsets


def _endless(source: Source, hopper: Hopper) -> Iterator[Block]:
    """The recording over and over, without a seam."""
    while True:
        source.seek(0)
        while len(sound := source.read(1 << 16)):
            yield from hopper.feed(sound)
