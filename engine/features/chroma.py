"""Which pitch classes are heard, whatever the octave."""

from __future__ import annotations

from math import exp, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.tones import BIN_HZ, BINS
from engine.foundation.kernel import expect_shape, kernel, place
from engine.frame import HOP, RATE

EVERY: Final = 4
"""Hops from one look to the next: 21 ms."""
PEAKS: Final = 24
"""Peaks of the spectrum that are taken for partials, the strongest."""
_FIRST: Final = int(65.0 / BIN_HZ)  # the bins that are looked at: C2 …
_LAST: Final = int(2_100.0 / BIN_HZ)  # … to C7
_DEEP: Final = 1e-4  # of the strongest peak's power that a peak must have: −40 dB
_HARMONICS: Final = tuple(12 * log2(h) for h in range(2, 9))  # semitones above a lower peak at which one may be its
_EXPECTED: Final = 0.9  # of its amplitude that each next harmonic may have
_MATCH: Final = 0.35  # semitones by which a harmonic may be off
_SMOOTH: Final = 1 - exp(-EVERY * HOP / (0.3 * RATE))  # of the way to what is heard now, a look: lately,
_LONG: Final = 1 - exp(-EVERY * HOP / (8.0 * RATE))  # over the last seconds,
_TUNING: Final = 1 - exp(-EVERY * HOP / (4.0 * RATE))  # and of where the semitones lie


@kernel("int64(float64[::1], float64[:,::1])")
def _peaks(power: NDArray[np.float64], peaks: NDArray[np.float64]) -> int:
    # peaks (2, PEAKS): MIDI number and amplitude, from low to high; the strongest are kept
    strongest = 0.0
    for k in range(_FIRST, _LAST):
        strongest = max(strongest, power[k])
    count = 0
    if not 1e-14 < strongest < np.inf:
        return 0
    for k in range(_FIRST, _LAST):
        b = power[k]
        if b < _DEEP * strongest or b < power[k - 1] or b <= power[k + 1]:
            continue
        if count == peaks.shape[1]:  # the weakest makes room
            weakest = 0
            for n in range(1, count):
                if peaks[1, n] < peaks[1, weakest]:
                    weakest = n
            if peaks[1, weakest] >= b:
                continue
            for n in range(weakest, count - 1):
                peaks[0, n], peaks[1, n] = peaks[0, n + 1], peaks[1, n + 1]
            count -= 1
        peaks[0, count], peaks[1, count] = k, b
        count += 1
    for n in range(count):  # bins and their powers till now
        k, b = int(peaks[0, n]), peaks[1, n]
        left, middle, right = np.log(power[k - 1] + 1e-30), np.log(b + 1e-30), np.log(power[k + 1] + 1e-30)
        bow = left - 2 * middle + right
        top = k + (0.5 * (left - right) / bow if bow < 0 else 0.0)
        peaks[0, n] = 69.0 + 12.0 * np.log2(top * BIN_HZ / 440.0)
        peaks[1, n] = np.sqrt(b)
    return count


@kernel("void(float64[:,::1], int64, float64[::1])")
def _discount(peaks: NDArray[np.float64], count: int, own: NDArray[np.float64]) -> None:
    # own (PEAKS,): what of a peak is not the harmonic of a lower one
    for n in range(count):
        own[n] = peaks[1, n]
        for m in range(n):
            apart = peaks[0, n] - peaks[0, m]
            for h in range(len(_HARMONICS)):
                if abs(apart - _HARMONICS[h]) <= _MATCH:
                    explained = peaks[1, m] * _EXPECTED ** (h + 1)
                    own[n] = min(own[n], max(peaks[1, n] - explained, 0.05 * peaks[1, n]))


@kernel("void(float64[:,::1], int64, float64[::1], float64[::1], float64[:,::1])")
def _gather(
    peaks: NDArray[np.float64],
    count: int,
    own: NDArray[np.float64],
    tuning: NDArray[np.float64],
    chroma: NDArray[np.float64],
) -> None:
    # tuning (2,): where the semitones lie, as a point; chroma (3, 12): now, lately, over seconds
    now = chroma[0]
    now[:] = 0.0
    total = cosine = sine = 0.0
    for n in range(count):
        angle = 2 * np.pi * peaks[0, n]
        cosine += own[n] * np.cos(angle)
        sine += own[n] * np.sin(angle)
        total += own[n]
    if total <= 0.0:
        return
    tuning[0] += _TUNING * (cosine / total - tuning[0])
    tuning[1] += _TUNING * (sine / total - tuning[1])
    off = np.arctan2(tuning[1], tuning[0]) / (2 * np.pi)
    for n in range(count):
        note = peaks[0, n] - off
        nearest = np.floor(note + 0.5)
        weight = own[n] * np.cos(np.pi * (note - nearest)) ** 2
        now[int(nearest) % 12] += weight
    sounding = 0.0
    for n in range(12):
        sounding += now[n]
    for n in range(12):
        share = now[n] / sounding if sounding > 0.0 else 0.0
        chroma[1, n] += _SMOOTH * (share - chroma[1, n])
        chroma[2, n] += _LONG * (share - chroma[2, n])


@kernel("void(float64[::1], float64[:,::1], float64[::1], float64[::1], float64[:,::1], float64[::1])")
def _look(
    power: NDArray[np.float64],
    peaks: NDArray[np.float64],
    own: NDArray[np.float64],
    tuning: NDArray[np.float64],
    chroma: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    count = _peaks(power, peaks)
    _discount(peaks, count, own)
    _gather(peaks, count, own, tuning, chroma)
    largest = 1e-12
    for n in range(12):
        largest = max(largest, chroma[1, n])
    for n in range(12):
        out[n] = chroma[1, n] / largest


class Chroma:
    """How much of each pitch class is heard lately (12,), C first; the largest is 1. 0 until something was heard.

    The partials of the spectrum between 65 Hz and 2.1 kHz that are not the harmonics of lower ones are laid on
    their pitch classes. Where the semitones lie is learnt by listening (a circular mean of 4 s), so an instrument
    tuned to 432 or 450 Hz reads the same. Each look counts the same whatever its level; what was is forgotten with
    a time constant of 0.3 s, and in `long` (12,), which a key is read from, with one of 8 s.

    `delay` is the time constant.
    """

    delay: Final = round(0.3 * RATE)

    def __init__(self, into: NDArray[np.float64] | None = None) -> None:
        self._peaks = np.zeros((2, PEAKS))
        self._own = np.zeros(PEAKS)
        self._tuning = np.array([1.0, 0.0])
        self._chroma = np.zeros((3, 12))
        self._hops = 0
        self._out = place(np.zeros(12), into)

    @property
    def now(self) -> NDArray[np.float64]:
        """How much of each pitch class sounds, at the last look (12,), in amplitude; 0 where nothing does."""
        return np.asarray(self._chroma[0])

    @property
    def long(self) -> NDArray[np.float64]:
        """Shares of the pitch classes over the last seconds (12,)."""
        return np.asarray(self._chroma[2])

    def step(self, power: NDArray[np.float64]) -> NDArray[np.float64]:
        """The chroma (12,) after the next hop, from the power (BINS,) of `Tones`; it looks at every fourth."""
        expect_shape("power", power, (BINS,))
        self._hops += 1
        if self._hops % EVERY == 1:
            _look(power, self._peaks, self._own, self._tuning, self._chroma, self._out)
        return self._out

    def reset(self) -> None:
        """Forget everything heard."""
        self._tuning[:] = 1.0, 0.0
        self._chroma[:] = 0
        self._out[:] = 0
        self._hops = 0
