"""How rough the sound is at each scale: the multiscale fractal profile of Maragos."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.spectrum import SIZE
from engine.foundation.kernel import expect_shape, kernel, place
from engine.frame import Texture

SCALES: Final = Texture.profile.size
"""Numbers in a profile: windows from 1 to 2^SCALES steps, each twice the one before."""
_LEAST: Final = 1 << (SCALES + 1)  # samples in which the largest window fits more than once


@kernel("void(float64[::1], float64[:,::1], float64[:,::1], float64[::1])", reorder=True)
def _cover(
    samples: NDArray[np.float64],
    upper: NDArray[np.float64],
    lower: NDArray[np.float64],
    profile: NDArray[np.float64],
) -> None:
    # upper and lower (2, samples): the running maximum and minimum, of this width and of the one before. The later
    # halves are arrays of their own, because only then are the loops vectorised.
    profile[:] = 1.0
    later = samples[1:]
    high, low = upper[0], lower[0]
    total = 0.0
    for n in range(later.size):
        a, b = samples[n], later[n]
        top, bottom = a if a > b else b, b if a > b else a
        high[n] = top
        low[n] = bottom
        total += top - bottom
    if not 0.0 < total < np.inf:
        return
    before = total / later.size
    for scale in range(profile.size):
        half = 1 << scale
        count = samples.size - 2 * half
        now, wide = scale & 1, 1 - (scale & 1)
        high, later_high, wide_high = upper[now], upper[now, half:], upper[wide]
        low, later_low, wide_low = lower[now], lower[now, half:], lower[wide]
        total = 0.0
        for n in range(count):
            a, b, c, d = high[n], later_high[n], low[n], later_low[n]
            top, bottom = a if a > b else b, c if c < d else d
            wide_high[n] = top
            wide_low[n] = bottom
            total += top - bottom
        mean = total / count
        if not mean < np.inf:
            return
        profile[scale] = min(max(2.0 - np.log2(mean / before), 1.0), 2.0)
        before = mean


def covering_profile(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The fractal dimension of samples (n,) at SCALES scales, finest first, (SCALES,) of 1 … 2.

    P. Maragos and F.-K. Sun, Measuring the fractal dimension of signals: morphological covers and iterative
    optimization, IEEE Trans. Signal Processing 41 (1993): the line is covered with a flat element of w steps, from
    its running maximum down to its running minimum; the area A(w) of the cover, over w², goes as w to the power
    −D. Number k of the profile is that exponent between the widths 2^k and 2^(k+1), with A as the mean over all
    windows that lie within the samples: 1 for a straight line at every scale, 1 for a constant. As a profile over
    scales: A. Zlatintsi and P. Maragos, Multiscale fractal analysis of musical instrument signals with application
    to recognition, IEEE Trans. Audio, Speech, Language Processing 21 (2013). NaN or infinity give 1.
    """
    samples = np.array(samples, dtype=np.float64)
    if samples.ndim != 1 or samples.size < _LEAST:
        raise ValueError(f"samples.shape={samples.shape} must be (n,), one channel, n at least {_LEAST}")
    profile = np.ones(SCALES)
    _cover(samples, np.zeros((2, samples.size)), np.zeros((2, samples.size)), profile)
    return profile


class FractalProfile:
    """The fractal dimension of the last SIZE samples at SCALES scales: windows of 21 µs to 5.3 ms, octave by octave.

    Each scale answers for itself: the finest rise with breath, hiss and the scrape of a bow; the middle ones with
    a reedy or metallic edge, whose partials are as short as that; the coarsest with the note's own height, because
    a cover wider than the period of a tone is flat (2), and one narrower sees its smooth flanks (1). So a dark low
    string is near 1 everywhere, a whistle climbs once and steeply, a cymbal lies high at every scale. White noise
    reads 1.42 at the finest scale and 1.87 at the coarsest: a flat cover reads low where the line is rough.

    `delay` is half of the samples.
    """

    delay: Final = SIZE // 2

    def __init__(self, into: NDArray[np.float64] | None = None) -> None:
        self._upper = np.zeros((2, SIZE))
        self._lower = np.zeros((2, SIZE))
        self.values = place(np.ones(SCALES), into)

    def step(self, heard: NDArray[np.float64]) -> NDArray[np.float64]:
        """The profile (SCALES,) of the newest samples (SIZE,), as `Spectrum.heard` holds them."""
        expect_shape("heard", heard, (SIZE,))
        _cover(heard, self._upper, self._lower, self.values)
        return self.values

    def reset(self) -> None:
        """Nothing is remembered but the numbers."""
        self.values[:] = 1
