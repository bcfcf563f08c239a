"""How the wave would look as a line on paper: Katz's and Petrosian's fractal dimensions."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.spectrum import SIZE
from engine.foundation.kernel import expect_shape, kernel, place
from engine.frame import Texture

ROUGHEST: Final = Texture.katz.span[1]
"""Where Katz's dimension, which has no bound of its own, is cut off."""


@kernel("void(float64[::1], float64, float64[::1])", reorder=True)
def _draw(samples: NDArray[np.float64], most: float, values: NDArray[np.float64]) -> None:
    values[:] = 1.0
    start, second, third = samples[0], samples[1:], samples[2:]
    length = reach = turns = 0.0
    for n in range(second.size):
        length += abs(second[n] - samples[n])
        away = abs(second[n] - start)
        reach = away if away > reach else reach
    if not 0.0 < length < np.inf:
        return
    for n in range(third.size):
        turns += 1.0 if (third[n] < second[n]) != (second[n] < samples[n]) else 0.0
    steps = np.log(samples.size - 1.0)
    stretched = steps + np.log(reach / length)
    values[0] = max(steps / stretched, 1.0) if stretched * most > steps else most
    logs = np.log(float(samples.size))
    values[1] = logs / (logs - np.log(1.0 + 0.4 * turns / samples.size))


def _line(samples: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    samples = np.array(samples, dtype=np.float64)
    if samples.ndim != 1 or samples.size < 3:
        raise ValueError(f"samples.shape={samples.shape} must be (n,), one channel, n at least 3")
    values = np.ones(2)
    _draw(samples, most, values)
    return values


def katz(samples: NDArray[np.float64], most: float = ROUGHEST) -> float:
    """Katz's dimension of samples (n,): 1 a line that only rises or only falls, more the more it goes to and fro.

    M. J. Katz, Fractals and the analysis of waveforms, Computers in Biology and Medicine 18 (1988):
    ln N / (ln N + ln(d / L)), with N = n − 1 steps, L the way that they make together and d how far the farthest
    sample lies from the first; ways are taken along the axis of the amplitude, so that loudness does not matter. It
    grows without bound: `most` is said of everything rougher. NaN or infinity give 1.
    """
    return float(_line(samples, most)[0])


def petrosian(samples: NDArray[np.float64]) -> float:
    """Petrosian's dimension of samples (n,): 1 a line that never turns, 1.05 (of 1024) one that does at every sample.

    A. Petrosian, Kolmogorov complexity of finite sequences and recognition of different preictal EEG patterns,
    IEEE Symposium on Computer-Based Medical Systems (1995): ln n / (ln n + ln(n / (n + 0.4 N))), N being how often
    the difference between neighbours changes its sign. NaN or infinity give 1.
    """
    return float(_line(samples, ROUGHEST)[1])


class LineDimensions:
    """Katz's and Petrosian's fractal dimension of the last SIZE samples; two old, quick measures for comparison.

    - Katz rises with the way the wave goes for the room it takes: with pitch, and with the share of the high
      partials; a low string has 1.5, a whistle 3, noise is at the end of the span.
    - Petrosian counts only how often the line turns: faint hiss on a still tone already lifts it, a loud low note
      over the same hiss sets it back. Tones lie just above 1, white noise at 1.036.

    `delay` is half of the samples.
    """

    delay: Final = SIZE // 2

    def __init__(self, into: NDArray[np.float64] | None = None) -> None:
        self.values = place(np.ones(2), into)

    def step(self, heard: NDArray[np.float64]) -> NDArray[np.float64]:
        """Katz and Petrosian (2,) of the newest samples (SIZE,), as `Spectrum.heard` holds them."""
        expect_shape("heard", heard, (SIZE,))
        _draw(heard, ROUGHEST, self.values)
        return self.values

    def reset(self) -> None:
        """Nothing is remembered but the numbers."""
        self.values[:] = 1
