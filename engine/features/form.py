"""What takes seconds: phrases and the breath between them, crescendo, density, intensity, and clocks of the music."""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import expect_shape, kernel, place
from engine.frame import HOP, RATE, SILENT_DB, Form

_DT: Final = HOP / RATE  # seconds a hop
_SMOOTH: Final = 1 - exp(-_DT / 0.020)  # of the power, a hop: a low string swings within one

_FALL: Final = 8.0 * _DT  # dB a hop by which the phrase's own peak is forgotten
_DIP: Final = 20.0  # dB below that peak: softer is a pause, even in a ringing room
_PAUSE: Final = 0.25  # seconds of pause that are a breath
_PHRASE: Final = 1.0  # seconds that must have been played before: what is shorter is a note, not a phrase
_STOP: Final = 1.5  # seconds of pause that are a breath whatever was before
_AGAIN: Final = 9.0  # dB by which it must rise out of a pause to begin a phrase

_ENVELOPE: Final = 10.0 * _DT  # dB a hop by which the line through the peaks of the notes may fall
_MEMORY: Final = exp(-_DT / 1.0)  # of the crescendo, a hop: it looks back some 3 s
_KNOWN: Final = 1.0  # seconds into a phrase until a slope is believed

_LATE: Final = 2.0  # seconds over which onsets are counted
_FORGET: Final = exp(-_DT / _LATE)  # of those counted, what a hop leaves

_RANGES: Final = ((-50.0, -15.0), (8.5, 11.5), (0.5, 6.0))  # before anything is known: dBFS, log2 Hz, onsets a second
_LEAST: Final = (12.0, 1.0, 2.0)  # how far apart the ends of these ranges are, at least
_WEIGHTS: Final = (0.5, 0.25, 0.25)  # of loud, bright, busy
_REACH: Final = _DT / 2.0  # of the way to what lies outside of a range, a hop
_SHRINK: Final = (10.0, 300.0)  # seconds played in which a range falls back to what it holds: at first, and at last
_PACE: Final = 1 - exp(-_DT / 0.3)  # of intensity, a hop
_LOUD: Final = 1 - exp(-_DT / 0.3)  # of the level that intensity goes by, a hop

_EVEN: Final = -20.0  # dBFS at which a clock runs as the one on the wall does
_TWICE: Final = 10.0  # dB more at which it runs twice as fast


@kernel("boolean(float64, boolean, float64[::1], float64[::1])")
def _breathe(level: float, heard: bool, values: NDArray[np.float64], track: NDArray[np.float64]) -> bool:
    # values: phrases, breath, …, silence at 5; track: level of late, pause, phrase, peak, softest in this breath, power
    track[5] += _SMOOTH * (10 ** (level / 10) - track[5])
    track[0] = max(10 * np.log10(track[5] + 1e-30), SILENT_DB)
    lately = track[0] if heard else SILENT_DB
    values[5] = 0.0 if heard else values[5] + _DT
    track[3] = max(lately, track[3] - _FALL)
    if values[1] == 1.0:
        track[4] = min(track[4], lately)
        if not heard or lately < track[4] + _AGAIN:
            return False
        values[0] += 1.0
        values[1] = 0.0
        track[1], track[2], track[3] = 0.0, 0.0, lately
        return True
    track[2] += _DT
    track[1] = 0.0 if lately > track[3] - _DIP else track[1] + _DT
    if track[1] >= _STOP or (track[1] >= _PAUSE and track[2] - track[1] >= _PHRASE):
        values[1] = 1.0
        track[4] = lately
    return False


@kernel("void(boolean, float64[::1], float64[::1], float64[::1])")
def _grow(begins: bool, values: NDArray[np.float64], track: NDArray[np.float64], sums: NDArray[np.float64]) -> None:
    # sums: weight, age, age², level, level × age of every hop of this phrase, each hop counting less as it ages; line
    if begins:
        sums[:] = 0.0
        sums[5] = track[0]
    if values[1] == 1.0:
        values[2] = 0.0
        return
    sums[5] = max(track[0], sums[5] - _ENVELOPE)
    sums[2] = _MEMORY * (sums[2] + 2 * _DT * sums[1] + _DT * _DT * sums[0])
    sums[1] = _MEMORY * (sums[1] + _DT * sums[0])
    sums[4] = _MEMORY * (sums[4] + _DT * sums[3])
    sums[0] = _MEMORY * sums[0] + 1.0
    sums[3] = _MEMORY * sums[3] + sums[5]
    spread = sums[0] * sums[2] - sums[1] * sums[1]
    if spread > 0.0:
        slope = (sums[1] * sums[3] - sums[0] * sums[4]) / spread
        values[2] = slope * min(track[2] / _KNOWN, 1.0) ** 2


@kernel("void(float64, float64[::1], float64[::1], float64[::1])")
def _crowd(onsets: float, values: NDArray[np.float64], track: NDArray[np.float64], crowd: NDArray[np.float64]) -> None:
    # crowd: onsets of late, onsets so far
    crowd[0] = crowd[0] * _FORGET + max(onsets - crowd[1], 0.0)
    crowd[1] = onsets
    values[3] = 0.0
    if values[1] == 0.0:
        values[3] = crowd[0] / (_LATE * (1 - np.exp(-max(track[2], 1.0) / _LATE)))


@kernel("void(float64, boolean, float64[::1], float64[::1], float64[:,::1], float64[::1])")
def _compare(
    centroid: float,
    heard: bool,
    values: NDArray[np.float64],
    track: NDArray[np.float64],
    ranges: NDArray[np.float64],
    now: NDArray[np.float64],
) -> None:
    # now: loud, bright, busy, seconds played in all
    wanted = 0.0
    if values[1] == 0.0:
        if heard:
            now[0] += _LOUD * (track[0] - now[0])
            now[1], now[2] = np.log2(max(centroid, 20.0)), values[3]
            now[3] += _DT
        shrink = _DT / min(max(now[3], _SHRINK[0]), _SHRINK[1]) if heard else 0.0
        for k in range(3):
            low, high = ranges[k, 0], ranges[k, 1]
            wide = max(high - low, _LEAST[k])
            wanted += _WEIGHTS[k] * min(max(0.5 + (now[k] - 0.5 * (low + high)) / wide, 0.0), 1.0)
            if heard:
                ranges[k, 0] += (_REACH if now[k] < low else shrink) * (now[k] - low)
                ranges[k, 1] += (_REACH if now[k] > high else shrink) * (now[k] - high)
    values[4] += _PACE * (wanted - values[4])
    if values[1] == 1.0 and values[4] < 1e-3:
        values[4] = 0.0


@kernel("void(float64[::1], float64[::1])")
def _run(levels: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    for k in range(levels.size):
        values[6 + k] += _DT * 2 ** ((levels[k] - _EVEN) / _TWICE)


@kernel(
    "void(float64[::1], float64, float64, boolean, float64[::1], float64[::1], float64[::1], float64[::1],"
    " float64[:,::1], float64[::1])"
)
def _follow(
    levels: NDArray[np.float64],
    centroid: float,
    onsets: float,
    heard: bool,
    values: NDArray[np.float64],
    track: NDArray[np.float64],
    sums: NDArray[np.float64],
    crowd: NDArray[np.float64],
    ranges: NDArray[np.float64],
    now: NDArray[np.float64],
) -> None:
    begins = _breathe(levels[0], heard, values, track)
    _grow(begins, values, track, sums)
    _crowd(onsets, values, track, crowd)
    _compare(centroid, heard, values, track, ranges, now)
    if heard:
        _run(levels, values)


class MusicalForm:
    """Phrases, breath, crescendo, density, intensity, silence, and four clocks: what a listener follows over seconds.

    - phrases, breath: a phrase begins with the first sound after a breath, and ends in a breath: 0.25 s without
      sound, or 20 dB below the phrase's own peak of late, after 1 s of playing at least; 1.5 s are one always.
    - crescendo: the slope of the line through the notes' peaks, in dB/s, by least squares with a memory of 1 s
      (which is its delay); it grows believed within the first second of a phrase.
    - density: onsets a second, with a memory of 2 s, of this phrase.
    - intensity: half loudness, a quarter each brightness and density, each as its place in the range that the
      evening had so far: what lies outside widens the range within 2 s, and it narrows within 5 minutes of playing.
    - silence: seconds since anything was heard.
    - clocks: seconds that run as on the wall at −20 dBFS, twice as fast with every 10 dB more (S. S. Stevens'
      sone: twice as loud), and stand while nothing is heard.

    In a breath crescendo and density are 0 and intensity falls to 0 within 2 s; then nothing moves but the silence.
    `delay` is that of the level of late, by which phrases are told.
    """

    delay: Final = round(0.020 * RATE)

    def __init__(self, into: NDArray[np.float64] | None = None) -> None:
        self.values = place(np.zeros(10), into)
        self._levels = np.zeros(4)
        self._track = np.zeros(6)
        self._sums = np.zeros(6)
        self._crowd = np.zeros(2)
        self._ranges = np.zeros((3, 2))
        self._now = np.zeros(4)
        self.reset()

    def step(
        self, level: float, octaves: NDArray[np.float64], centroid: float, onsets: float, heard: bool
    ) -> NDArray[np.float64]:
        """The ten signals of the group Form (10,), in its order, after the next hop.

        `level` of the instrument and `octaves` low, mid, high (3,) in dBFS, the centroid in Hz, the onsets so far,
        and whether anything is heard in this hop.
        """
        expect_shape("octaves", octaves, (3,))
        self._levels[0] = level
        self._levels[1:] = octaves
        _follow(
            self._levels,
            centroid,
            onsets,
            heard,
            self.values,
            self._track,
            self._sums,
            self._crowd,
            self._ranges,
            self._now,
        )
        return self.values

    def reset(self) -> None:
        """Forget the evening."""
        for array in (self.values, self._levels, self._track, self._sums, self._crowd):
            array[:] = 0
        self.values[1] = Form.breath.initial
        self._track[0] = self._track[3] = self._track[4] = SILENT_DB
        self._ranges[...] = _RANGES
        self._now[:] = *self._ranges.mean(axis=1), 0.0
