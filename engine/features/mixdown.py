"""What every other sense listens to: the channels, cleaned, and their mix."""

from __future__ import annotations

from math import exp, pi
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import expect_shape, kernel
from engine.frame import HOP, RATE, Samples

LOUDEST: Final = 16.0
"""No sample is believed to be larger (24 dB above full scale): a broken one must not deafen what adapts to it."""
_KEPT: Final = exp(-2 * pi * 10 / RATE)  # of the offset, a sample: a high-pass at 10 Hz


@kernel("void(float32[:,::1], float64[:,::1], float64[::1], float64[::1], float64[::1])")
def _mix_down(
    raw: Samples,
    channels: NDArray[np.float64],
    mix: NDArray[np.float64],
    wave: NDArray[np.float64],
    state: NDArray[np.float64],
) -> None:
    count = channels.shape[0]
    share = 1.0 / count
    before, out = state[0], state[1]
    mix[:] = 0.0
    for c in range(count):
        given, kept = raw[c], channels[c]
        for n in range(mix.size):
            sample = float(given[n])
            value = min(max(sample, -LOUDEST), LOUDEST) if abs(sample) < np.inf else 0.0  # NaN is not less either
            kept[n] = value
            mix[n] += value
    for n in range(mix.size):
        mix[n] *= share
    for n in range(mix.size):
        # The constant keeps the recurrences behind this one out of the denormal numbers, which are slow.
        out = (mix[n] - before + 1e-30) + _KEPT * out
        before = mix[n]
        wave[n] = out
    state[0], state[1] = before, out


class Mixdown:
    """One hop of sound made safe to listen to.

    `channels` (channels, HOP) are the samples with NaN and infinity replaced by 0 and none beyond ±LOUDEST; `mix`
    (HOP,) is their mean; `wave` (HOP,) is the mix without its offset (a first-order high-pass at 10 Hz), so that a
    cheap converter's direct current is neither a sound nor a shift of the zero line. All three are float64 and
    overwritten by the next `step`.
    """

    delay: Final = 0

    def __init__(self, channels: int) -> None:
        if not 1 <= channels <= 64:
            raise ValueError(f"channels={channels} must be from 1 to 64 (1 mono, 2 stereo)")
        self._raw: Samples = np.zeros((channels, HOP), np.float32)
        self._given = self._raw.T
        self._state = np.zeros(2)
        self.channels = np.zeros((channels, HOP))
        self.mix = np.zeros(HOP)
        self.wave = np.zeros(HOP)

    def step(self, samples: Samples) -> NDArray[np.float64]:
        """The `wave` of samples (HOP, channels); ValueError if they have another shape."""
        expect_shape("samples", samples, self._given.shape)
        self._given[...] = samples  # may be read-only or strided, which would be other types to a kernel
        _mix_down(self._raw, self.channels, self.mix, self.wave, self._state)
        return self.wave

    def reset(self) -> None:
        """Forget everything heard."""
        self._state[:] = 0
        for array in (self.channels, self.mix, self.wave):
            array[...] = 0
