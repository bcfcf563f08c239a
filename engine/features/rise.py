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
_PRECISION: Final = 0.2  # brings logarithms of power near 1, where networks like their input


def band_places(
    bins: int = BINS, bin_hz: float = BIN_HZ, octave: int = OCTAVE, top_hz: float = TOP_HZ
) -> tuple[NDArray[np.float64], int]:
    """Where each bin (bins,), `bin_hz` apart, lies on the axis of the bands, and how many bands there are.

    Low down every bin is a band of its own (up to 380 Hz for the spectrum); above, there are `octave` of them an
    octave up to `top_hz`. A bin at 3.25 gives three quarters of its power to band 3 and one quarter to band 4.
    """
    knee = 1 / (2 ** (1 / octave) - 1)
    each = np.maximum(np.arange(bins), 1.0)
    places = np.where(each < knee, each - 1, knee - 1 + octave * np.log2(np.maximum(each / knee, 1)))
    return places, int(knee - 1 + octave * log2(top_hz / bin_hz / knee)) + 1


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


@kernel("void(float64[::1], float64[::1], float64[::1], float64[::1], float64[:,::1], float64[::1], float32[:,::1])")
def _compare(
    now: NDArray[np.float64],
    near: NDArray[np.float64],
    far: NDArray[np.float64],
    least: NDArray[np.float64],
    sums: NDArray[np.float64],
    rises: NDArray[np.float64],
    view: NDArray[np.float32],
) -> None:
    # sums (2, bands): near and far, each with what it needs to count; a logarithm is taken only where something rose
    count = now.size
    for b in range(count):
        sums[0, b] = near[b] + least[b]
        sums[1, b] = far[b] + least[b]
    sounding = _FEW * count
    near_rise = far_rise = 0.0
    for b in range(count):
        low, high = max(b - 1, 0), min(b + 1, count - 1)
        # What was in a neighbouring band may have moved here: vibrato is not an onset.
        near_was = max(sums[0, low], sums[0, b], sums[0, high])
        far_was = max(sums[1, low], sums[1, b], sums[1, high])
        here = now[b] + least[b]
        weight = now[b] / here
        sounding += weight
        rise = weight * np.log(here / near_was) if here > near_was else 0.0
        view[0, b] = _PRECISION * np.log(here / least[b])
        view[1, b] = rise
        near_rise += rise
        if here > far_was:
            far_rise += weight * np.log(here / far_was)
    rises[0] = _DECIBELS * near_rise / sounding
    rises[1] = _DECIBELS * far_rise / sounding


class SpectralRise:
    """The mean rise of the spectrum's bands, in dB, since `near` and since `far` hops ago.

    The bands are log-spaced and each is held against the loudest of its neighbours then, so that vibrato, which
    only moves, does not count (the idea of S. Böck and G. Widmer, Maximum filter vibrato suppression for onset
    detection, DAFx 2013). What a band holds counts in so far as it stands out above the room and is not 39 dB
    softer than the loudest of late, so the level of the instrument does not matter. The delay is that of the
    spectrum. Large at a stroke, small while a note is held.

    `view` (2, bands) float32 is the same, band by band, for a network to look at: how far each stands out, in
    units of 22 dB, and how much it has risen since `near` hops ago, in nepers of power.
    """

    def __init__(
        self, places: NDArray[np.float64] | None = None, bands: int = 0, near: int = NEAR, far: int = FAR
    ) -> None:
        """By default for a `Spectrum`; `places` and `bands` are what `band_places` gives for another."""
        if places is None:
            places, bands = band_places()
        if not 0 < near < far:
            raise ValueError(f"near={near}, far={far} must rise from 1 (try {NEAR}, {FAR})")
        self._places = places
        self._near, self._far = near, far
        self._past = np.zeros((far + 1, bands))
        self._room = np.zeros(bands)
        self._loudest = np.zeros(1)
        self._least = np.zeros(bands)
        self._sums = np.zeros((2, bands))
        self._hop = 0
        self.values = np.zeros(2)
        self.view = np.zeros((2, bands), np.float32)

    def step(self, power: NDArray[np.float64], above: float) -> NDArray[np.float64]:
        """The two rises (2,) of the next power (as many bins as there are places), in a hop that lies `above` the
        room, in dB."""
        expect_shape("power", power, self._places.shape)
        size = len(self._past)
        now = self._past[self._hop % size]
        near, far = self._past[(self._hop - self._near) % size], self._past[(self._hop - self._far) % size]
        _gather(power, self._places, now)
        _weigh(now, above, self._room, self._loudest, self._least)
        _compare(now, near, far, self._least, self._sums, self.values, self.view)
        self._hop += 1
        return self.values

    def reset(self) -> None:
        """Forget everything heard."""
        for array in (self._past, self._room, self._loudest, self.values, self.view):
            array[...] = 0
        self._hop = 0
