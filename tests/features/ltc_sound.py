"""Time code as sound, written slowly and plainly from the standard's table of bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.frame import RATE
from engine.timing.timecode import Label, Pace

SYNC = [0, 0, *[1] * 12, 0, 1]


def bits(label: Label, pace: Pace, user: int = 0) -> list[int]:
    """The 80 bits of a label, in the order in which they are recorded; `user` fills the user's 32."""
    found = [0] * 64
    places = [(label.pictures, 0, 8), (label.seconds, 16, 24), (label.minutes, 32, 40), (label.hours, 48, 56)]
    for number, units, tens in places:
        for k in range(4):
            found[units + k] = number % 10 >> k & 1
            if tens + k < 64 and number // 10 >> k & 1:
                found[tens + k] = 1
    found[10] = int(pace.drop)
    for group in range(8):
        for k in range(4):
            found[4 + 8 * group + k] = user >> (4 * group + k) & 1
    return [*found, *SYNC]


def sound(
    first: Label,
    labels: int,
    pace: Pace,
    *,
    speed: float = 1.0,
    level: float = 0.5,
    noise: float = 0.0,
    user: int = 0,
    rate: int = RATE,
    backwards: bool = False,
) -> NDArray[np.float32]:
    """(n,) samples of so many labels from `first` on, each sample the mean of the wave over its own time."""
    start = first.count(pace)
    stream = [bit for n in range(labels) for bit in bits(Label.at(start + n, pace), pace, user)]
    if backwards:
        stream.reverse()
    length = rate / (80 * float(pace.rate) * speed)
    edges = []
    for n, bit in enumerate(stream):
        edges.append(n * length)
        if bit:
            edges.append((n + 0.5) * length)
    edges.append(len(stream) * length)
    # What has passed of the wave by any time, exactly: its differences are the means of samples.
    signs = np.where(np.arange(len(edges) - 1) % 2 == 0, 1.0, -1.0)
    passed = np.concatenate([[0.0], np.cumsum(signs * np.diff(edges))])
    grid = np.arange(int(edges[-1]) + 1)
    wave = np.diff(np.interp(grid, edges, passed))
    chance = np.random.default_rng(7)
    return (level * wave + noise * chance.normal(size=len(wave))).astype(np.float32)
