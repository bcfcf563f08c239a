"""How much the spectrum rises: what flux shows and onsets are found by."""

from __future__ import annotations

from math import exp, log, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.spectrum import BIN_HZ, BINS
from engine.foundation.kernel import expect_shape, kernel
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
_ROOM_PACE: Final = 1 - exp(-HOP / (0.27 * RATE))  # of the way to what a soft hop holds
_ROOM_BELOW: Final = 6.0  # dB above the floor: softer hops teach what the room's bands hold
_FEW: Final = 0.6  # of the bands, added to those that sound: one band that rises alone is no event
_DECIBELS: Final = 10 / log(10)  # of a neper of power
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


@kernel("void(float64[::1], int64[::1], float64[::1], float64[::1])")
def _gather(
    power: NDArray[np.float64],
    firsts: NDArray[np.int64],
    shares: NDArray[np.float64],
    bands: NDArray[np.float64],
) -> None:
    # firsts (bands + 1,): the first bin that lies from each band on; shares (bins,): how much goes to the next band
    over = 0.0
    for b in range(bands.size):
        own, more = over, 0.0
        for k in range(firsts[b], firsts[b + 1]):
            own += (1.0 - shares[k]) * power[k]
            more += shares[k] * power[k]
        bands[b] = own
        over = more


@kernel("void(float64[::1], float64, float64[::1], float64[::1], float64[::1])", reorder=True)
def _weigh(
    now: NDArray[np.float64],
    above: float,
    loudest: NDArray[np.float64],
    room: NDArray[np.float64],
    least: NDArray[np.float64],
) -> None:
    total = 0.0
    for b in range(now.size):
        total += now[b]
    loudest[0] = max(loudest[0] * _FORGET, total)
    if above < _ROOM_BELOW:
        for b in range(now.size):
            room[b] += _ROOM_PACE * (now[b] - room[b])
    enough = _QUIET + _DEPTH * loudest[0]
    for b in range(now.size):
        least[b] = enough + _ROOM * room[b]


@kernel(
    "void(float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],"
    " float32[:,::1])"
)
def _compare(
    now: NDArray[np.float64],
    near: NDArray[np.float64],
    far: NDArray[np.float64],
    least: NDArray[np.float64],
    near_sums: NDArray[np.float64],
    far_sums: NDArray[np.float64],
    rises: NDArray[np.float64],
    view: NDArray[np.float32],
) -> None:
    # sums: near and far, each with what it needs to count; a logarithm is taken only where something rose
    count = now.size
    for b in range(count):
        near_sums[b] = near[b] + least[b]
        far_sums[b] = far[b] + least[b]
    sounding = _FEW * count
    near_rise = far_rise = 0.0
    for b in range(count):
        low, high = max(b - 1, 0), min(b + 1, count - 1)
        # What was in a neighbouring band may have moved here: vibrato is not an onset.
        near_was = max(near_sums[low], near_sums[b], near_sums[high])
        far_was = max(far_sums[low], far_sums[b], far_sums[high])
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


@kernel(
    "void(float64[::1], float64, int64, int64, int64, int64[::1], float64[::1], float64[:,::1], float64[:,::1],"
    " float64[::1], float32[:,::1])"
)
def _rise(
    power: NDArray[np.float64],
    above: float,
    hop: int,
    near: int,
    far: int,
    firsts: NDArray[np.int64],
    shares: NDArray[np.float64],
    past: NDArray[np.float64],
    work: NDArray[np.float64],
    found: NDArray[np.float64],
    view: NDArray[np.float32],
) -> None:
    # past (far + 1, bands): the hops in turn; work (4, bands): the room, and for the work; found: rises, the loudest
    size = past.shape[0]
    now = past[hop % size]
    _gather(power, firsts, shares, now)
    _weigh(now, above, found[2:], work[0], work[1])
    _compare(now, past[(hop - near) % size], past[(hop - far) % size], work[1], work[2], work[3], found, view)


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
        below = np.floor(places)
        self._shares = np.ascontiguousarray(places - below)
        self._firsts = np.searchsorted(below, np.arange(bands + 1))
        self._firsts[0] = 1
        self._near, self._far = near, far
        self._past = np.zeros((far + 1, bands))
        self._work = np.zeros((4, bands))
        self._found = np.zeros(3)
        self._hop = 0
        self.values = self._found[:2]
        self.view = np.zeros((2, bands), np.float32)

    def step(self, power: NDArray[np.float64], above: float) -> NDArray[np.float64]:
        """The two rises (2,) of the next power (as many bins as there are places), in a hop that lies `above` the
        room, in dB."""
        expect_shape("power", power, self._shares.shape)
        _rise(
            power,
            above,
            self._hop,
            self._near,
            self._far,
            self._firsts,
            self._shares,
            self._past,
            self._work,
            self._found,
            self.view,
        )
        self._hop += 1
        return self.values

    def reset(self) -> None:
        """Forget everything heard."""
        for array in (self._past, self._work, self._found, self.view):
            array[...] = 0
        self._hop = 0
