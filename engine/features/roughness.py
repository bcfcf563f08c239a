"""How much the partials beat against one another: sensory dissonance."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.tones import BIN_HZ, BINS, Tones
from engine.foundation.kernel import expect_shape, kernel

PEAKS: Final = 20
"""Partials that are looked at: the strongest."""
_LEAST: Final = 1e-4  # of the strongest one's power that a partial needs: −40 dB
_AUDIBLE: Final = 1e-12  # power below which nothing is a partial: that of −120 dBFS
# The curve of R. Plomp and W. Levelt, as Sethares fits it: e^(−3.5 x) − e^(−5.75 x), x the difference of two
# frequencies, in units that grow with the lower one.
_DECAY: Final = 3.5
_RISE: Final = 5.75
_UNIT: Final = (18.96 / 0.24, 0.0207 / 0.24)  # Hz, and Hz a Hz
_ROUGHEST: Final = 0.18077451549  # the curve's greatest value, at x = 0.2206
_CLEAR: Final = 2.0  # where the curve has fallen to 0.005 of that: what lies farther apart does not beat


@kernel("float64(float64[::1])", reorder=True)
def _strongest(power: NDArray[np.float64]) -> float:
    most = 0.0
    for k in range(power.size):
        most = power[k] if power[k] > most else most
    return most


@kernel("int64(float64[::1], float64[::1])")
def _find_partials(power: NDArray[np.float64], found: NDArray[np.float64]) -> int:
    # found (PEAKS,): the bins of the strongest local maxima, in the order of frequency
    strongest = _strongest(power)
    if not _AUDIBLE < strongest < np.inf:
        return 0
    least = strongest * _LEAST
    count = weakest = 0
    for k in range(1, power.size - 1):
        here = power[k]
        if not (here > least and here > power[k - 1] and here >= power[k + 1]):  # nor is NaN
            continue
        if count == found.size:  # the weakest makes room
            for n in range(weakest, count - 1):
                found[n] = found[n + 1]
            count -= 1
        found[count] = k
        count += 1
        if count == found.size:
            weakest = 0
            for n in range(1, count):
                weakest = n if power[int(found[n])] < power[int(found[weakest])] else weakest
            least = power[int(found[weakest])]
    return count


@kernel("float64(float64[::1], float64[::1])")
def _beat(hz: NDArray[np.float64], amplitude: NDArray[np.float64]) -> float:
    # hz ascending
    power = beating = 0.0
    for i in range(hz.size):
        power += amplitude[i] * amplitude[i]
        unit = 1.0 / (_UNIT[0] + _UNIT[1] * hz[i])
        for j in range(i + 1, hz.size):
            x = (hz[j] - hz[i]) * unit
            if x > _CLEAR:
                break
            beating += amplitude[i] * amplitude[j] * (np.exp(-_DECAY * x) - np.exp(-_RISE * x))
    if not 0.0 < power < np.inf:
        return 0.0
    return min(2.0 / _ROUGHEST * beating / power, 1.0)


@kernel("float64(float64[::1], float64[:,::1])")
def _roughness(power: NDArray[np.float64], partials: NDArray[np.float64]) -> float:
    # partials (2, PEAKS): frequencies and amplitudes, for the work
    count = _find_partials(power, partials[0])
    hz, amplitude = partials[0, :count], partials[1, :count]
    for n in range(count):
        k = int(hz[n])
        # The top of a parabola through the logarithms; what is nearly nothing beside it counts as 10⁻⁶ of it.
        below = np.log(power[k] / max(power[k - 1], 1e-6 * power[k]))
        above = np.log(power[k] / max(power[k + 1], 1e-6 * power[k]))
        hz[n] = BIN_HZ * (k + 0.5 * (below - above) / max(below + above, 1e-12))
        amplitude[n] = np.sqrt(power[k])
    return _beat(hz, amplitude)


def dissonance(hz: NDArray[np.float64], amplitude: NDArray[np.float64]) -> float:
    """How rough partials (n,) of these frequencies and amplitudes (n,) sound together, 0 … 1; the order is free.

    2 Σ aᵢ aⱼ c(fᵢ, fⱼ) / Σ aᵢ² over all pairs, 1 at most. For two partials 2 a b / (a² + b²) is how deep their
    power beats, and c is how rough a beat of that speed sounds, 1 at its worst (27 Hz apart at 500 Hz): W. A.
    Sethares, Local consonance and the relationship between timbre and scale, J. Acoust. Soc. Am. 94 (1993). The sum
    over pairs, and its division by the sum of the squares, as in W. Hutchinson and L. Knopoff, The acoustic
    component of Western consonance, Interface 7 (1978). Pairs so far apart that c is below 0.005 are left out.
    """
    hz, amplitude = np.array(hz, dtype=np.float64), np.array(amplitude, dtype=np.float64)
    if hz.ndim != 1 or hz.shape != amplitude.shape:
        raise ValueError(f"hz.shape={hz.shape}, amplitude.shape={amplitude.shape} must be the same (n,)")
    order = np.argsort(hz)
    return float(_beat(hz[order], amplitude[order]))


class Roughness:
    """How much the strongest PEAKS partials beat against one another, 0 … 1: `dissonance` of what `Tones` hears.

    A single note is smooth, the higher the smoother; an octave and a fifth stay so, thirds stir a little, a second or
    two strings that are out of tune stand up. It rises with double stops, with the growl of a low reed whose own
    partials are so near together that they beat, with gongs and drums, and with breath. Slower than 20 beats a
    second the ear follows each of them, and this does not.

    `delay` is that of `Tones`.
    """

    def __init__(self) -> None:
        self._partials = np.zeros((2, PEAKS))
        self.delay: Final = Tones().delay

    def step(self, power: NDArray[np.float64]) -> float:
        """The roughness of a spectrum (BINS,) of `Tones`."""
        expect_shape("power", power, (BINS,))
        return float(_roughness(power, self._partials))

    def reset(self) -> None:
        """Nothing is remembered between steps."""
