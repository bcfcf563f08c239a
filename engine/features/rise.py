"""How much the spectrum rises: what flux shows and onsets are found by."""

from __future__ import annotations

from math import exp, log, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.kernel import expect_shape, kernel
from engine.features.spectrum import BIN_HZ, BINS
from engine.frame import HOP, RATE

OCTAVE: Final = 6
"""Bands an octave, above where the bins themselves lie as near together."""
TOP_HZ: Final = 16_000.0
"""Above this nothing is looked at."""
NEAR: Final = 2
"""Hops back: an attack."""
FAR: Final = 6
"""Hops back: a swell."""
_DEPTH: Final = 10**-3.93  # of the loudest of late: bands softer than that count less and less
_FORGET: Final = exp(-HOP / (0.76 * RATE))  # of the loudest, a hop
_QUIET: Final = 1e-8  # −80 dBFS in a band likewise
_ROOM: Final = 1.7  # times the room's own power in a band likewise
_ROOM_PACE: Final = 1 - exp(-HOP / (0.27 * RATE))
_ROOM_BELOW: Final = 6.0  # dB above the floor: softer hops teach what the room's bands hold
_FEW: Final = 0.6  # of the bands, added to those that sound: one band that rises alone is no event
_DECIBELS: Final = 10 / log(10)


def band_places() -> tuple[NDArray[np.float64], int]:
    """Where each bin (BINS,) lies on the axis of the bands, and how many bands there are.

    Up to 380 Hz every bin is a band of its own; above, there are OCTAVE of them an octave up to TOP_HZ. A bin at
    3.25 gives three quarters of its power to band 3 and one quarter to band 4.
    """
    knee = 1 / (2 ** (1 / OCTAVE) - 1)
    bins = np.maximum(np.arange(BINS), 1.0)
    places = np.where(bins < knee, bins - 1, knee - 1 + OCTAVE * np.log2(np.maximum(bins / knee, 1)))
    return places, int(knee - 1 + OCTAVE * log2(TOP_HZ / BIN_HZ / knee)) + 1


@kernel("void(float64[::1], float64[::1], float64[::1])")
def _gather(power: NDArray[np.float64], places: NDArray[np.float64], bands: NDArray[np.float64]) -> None:
    bands[:] = 0.0
    last = bands.size - 1
    for k in range(1, power.size):
        band = int(places[k])
        if band > last:
            break
        share = places[k] - band
        bands[band] += (1.0 - share) * power[k]
        if band < last:
            bands[band + 1] += share * power[k]


@kernel("void(float64[::1], float64, float64[::1], float64[::1], float64[::1])")
def _weigh(
    now: NDArray[np.float64],
    above: float,
    room: NDArray[np.float64],
    loudest: NDArray[np.float64],
    least: NDArray[np.float64],
) -> None:
    total = 0.0
    for power in now:
        total += power
    loudest[0] = max(loudest[0] * _FORGET, total)
    for b in range(now.size):
        if above < _ROOM_BELOW:
            room[b] += _ROOM_PACE * (now[b] - room[b])
        least[b] = _QUIET + _DEPTH * loudest[0] + _ROOM * room[b]


@kernel("void(float64[::1], float64[::1], float64[::1], float64[::1], float64[:,::1], float64[::1])")
def _compare(
    now: NDArray[np.float64],
    near: NDArray[np.float64],
    far: NDArray[np.float64],
    least: NDArray[np.float64],
    logs: NDArray[np.float64],
    rises: NDArray[np.float64],
) -> None:
    count = now.size
    for b in range(count):
        logs[0, b] = np.log(now[b] + least[b])
        logs[1, b] = np.log(near[b] + least[b])
        logs[2, b] = np.log(far[b] + least[b])
    sounding = _FEW * count
    near_rise = far_rise = 0.0
    for b in range(count):
        low, high = max(b - 1, 0), min(b + 1, count - 1)
        # What was in a neighbouring band may have moved here: vibrato is not an onset.
        near_was = max(logs[1, low], logs[1, b], logs[1, high])
        far_was = max(logs[2, low], logs[2, b], logs[2, high])
        weight = now[b] / (now[b] + least[b])
        sounding += weight
        near_rise += weight * max(logs[0, b] - near_was, 0.0)
        far_rise += weight * max(logs[0, b] - far_was, 0.0)
    rises[0] = _DECIBELS * near_rise / sounding
    rises[1] = _DECIBELS * far_rise / sounding


class SpectralRise:
    """The mean rise of the spectrum's bands, in dB, since NEAR and since FAR hops ago.

    The bands are log-spaced and each is held against the loudest of its neighbours then, so that vibrato, which
    only moves, does not count (the idea of S. Böck and G. Widmer, Maximum filter vibrato suppression for onset
    detection, DAFx 2013). What a band holds counts in so far as it stands out above the room and is not 39 dB
    softer than the loudest of late, so the level of the instrument does not matter. The delay is that of the
    spectrum. Large at a stroke, small while a note is held.
    """

    def __init__(self) -> None:
        self._places, bands = band_places()
        self._past = np.zeros((FAR + 1, bands))
        self._room = np.zeros(bands)
        self._loudest = np.zeros(1)
        self._least = np.zeros(bands)
        self._logs = np.zeros((3, bands))
        self._hop = 0
        self.values = np.zeros(2)

    def step(self, power: NDArray[np.float64], above: float) -> NDArray[np.float64]:
        """The two rises (2,) of the next spectrum (BINS,), in a hop that lies `above` the room, in dB."""
        expect_shape("power", power, (BINS,))
        size = FAR + 1
        now = self._past[self._hop % size]
        near, far = self._past[(self._hop - NEAR) % size], self._past[(self._hop - FAR) % size]
        _gather(power, self._places, now)
        _weigh(now, above, self._room, self._loudest, self._least)
        _compare(now, near, far, self._least, self._logs, self.values)
        self._hop += 1
        return self.values

    def reset(self) -> None:
        """Forget everything heard."""
        for array in (self._past, self._room, self._loudest, self.values):
            array[...] = 0
        self._hop = 0
