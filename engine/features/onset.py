"""When a sound begins."""

from __future__ import annotations

from math import exp, log, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.kernel import kernel
from engine.features.spectrum import BIN_HZ, BINS
from engine.frame import HOP, RATE

_OCTAVE: Final = 6  # bands an octave, where bins lie nearer together than that
_TOP_HZ: Final = 16_000.0
_NEAR: Final = 3  # hops back: an attack
_FAR: Final = 8  # hops back: a swell
_FAR_WEIGHT: Final = 1.3
_DEPTH: Final = 10 ** (-36 / 10)  # below the loudest of late; what is softer counts less and less
_FORGET: Final = exp(-HOP / (1.9 * RATE))
_QUIET: Final = 10 ** (-77 / 10)
_ROOM: Final = 1.0
_ROOM_PACE: Final = 1 - exp(-HOP / (0.27 * RATE))
_ROOM_BELOW: Final = 6.0  # dB above the floor: softer hops teach what the room's bands hold
_AUDIBLE: Final = 3.0  # dB above the floor that a hop needs to be an onset
_FEW: Final = 0.15  # of the bands, added to those that sound: one lonely band is no onset
_LEAST: Final = 1.5
_OVER_MEAN: Final = 1.5
_MEAN_PACE: Final = 0.03
_MASKED: Final = 0.2  # of the last peak
_MASK_FADE: Final = 0.925
_REST: Final = 10  # hops between two onsets: 53 ms
_REARM: Final = 0.7
_UNFOLD: Final = 3  # hops after an onset in which its strength may still grow
_HALF: Final = 10.0  # dB of rise at which strength is 1 − 1/e
_DIE: Final = exp(-HOP / (0.1 * RATE))
_PIECE: Final = 8  # samples whose energy is one point in the search for the beginning
_LOOK: Final = 10 * HOP // _PIECE


def band_places() -> tuple[NDArray[np.float64], int]:
    """Where each bin (BINS,) lies on the axis of the onset bands, and how many bands there are.

    Up to 380 Hz every bin is a band of its own; above, there are 6 an octave up to 16 kHz. A bin at 3.25 gives
    three quarters of its power to band 3 and one quarter to band 4.
    """
    knee = 1 / (2 ** (1 / _OCTAVE) - 1)
    bins = np.maximum(np.arange(BINS), 1.0)
    places = np.where(bins < knee, bins - 1, knee - 1 + _OCTAVE * np.log2(np.maximum(bins / knee, 1)))
    count = int(knee - 1 + _OCTAVE * log2(_TOP_HZ / BIN_HZ / knee)) + 1
    return places, count


@kernel("void(float64[::1], int64[::1], float64[::1], float64[::1])")
def _band_powers(
    power: NDArray[np.float64],
    band: NDArray[np.int64],
    share: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    out[:] = 0.0
    last = out.size - 1
    for k in range(1, power.size):
        b = band[k]
        if b > last:
            break
        out[b] += (1.0 - share[k]) * power[k]
        if b < last:
            out[b + 1] += share[k] * power[k]


@kernel("float64(float64[::1], float64[::1], float64[::1], float64[::1], float64[:,::1])")
def _rises(
    now: NDArray[np.float64],
    near: NDArray[np.float64],
    far: NDArray[np.float64],
    least: NDArray[np.float64],
    logs: NDArray[np.float64],
) -> float:
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
    decibels = 10 / log(10)
    logs[3, 0] = decibels * near_rise / sounding
    logs[3, 1] = decibels * far_rise / sounding
    return logs[3, 0] + _FAR_WEIGHT * logs[3, 1]


@kernel("int64(float64[::1])")
def _beginning(energies: NDArray[np.float64]) -> int:
    count = energies.size
    after = 0.0
    for energy in energies:
        after += energy
    before = 0.0
    best, at = np.inf, count - 1
    for k in range(1, count):
        before += energies[k - 1]
        after -= energies[k - 1]
        cost = k * np.log(max(before, 1e-30) / k) + (count - k) * np.log(max(after, 1e-30) / (count - k))
        if cost < best:
            best, at = cost, k
    return at
