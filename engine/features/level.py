"""How strong the samples are: level, peak, and whether the converter was overrun."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import kernel
from engine.frame import HOP, SILENT_DB

FULL_SCALE: Final = 0.999
"""From here on a sample counts as clipped: −0.01 dBFS, since many converters clip a hair below 1."""
_SIZE: Final = 0x7FFFFFFFFFFFFFFF  # all bits of a number but its sign


@kernel("void(float64[:,::1], float64[::1], float64[::1])", reorder=True)
def _measure(channels: NDArray[np.float64], mix: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    energy = 0.0
    for n in range(mix.size):
        energy += mix[n] * mix[n]
    # Sizes have the order of their bits, without that of the sign; their greatest vectorises.
    largest, bits = np.int64(0), channels.view(np.int64)
    clipped = 0
    for c in range(channels.shape[0]):
        samples, sizes = channels[c], bits[c]
        for n in range(samples.size):
            largest = max(largest, sizes[n] & _SIZE)
            clipped += abs(samples[n]) >= FULL_SCALE
    values[0] = 10 * np.log10(max(energy / mix.size, 1e-12))
    values.view(np.int64)[1] = largest
    values[1] = 20 * np.log10(max(values[1], 1e-6))
    values[2] += clipped


class Level:
    """RMS of the mix and largest sample of any channel, in dBFS, and the samples at full scale so far.

    A square of full scale has 0 dBFS, a sine −3.01; nothing at all reads SILENT_DB. Every channel's sample from
    FULL_SCALE on is counted. `delay` is half a hop. Nothing is smoothed: this is the number that jumps with every
    stroke.
    """

    delay: Final = HOP // 2

    def __init__(self) -> None:
        self._values = np.array([SILENT_DB, SILENT_DB, 0.0])
        self._levels = self._values[:2]

    @property
    def clipping(self) -> int:
        """Samples at full scale so far."""
        return int(self._values[2])

    def step(self, channels: NDArray[np.float64], mix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Level and peak (2,) after the next hop.

        `channels` (channels, HOP), `mix` (HOP,).
        """
        _measure(channels, mix, self._values)
        return self._levels

    def reset(self) -> None:
        """Forget everything heard."""
        self._values[:] = SILENT_DB, SILENT_DB, 0.0
