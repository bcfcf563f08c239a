"""The power of a windowed piece of sound by frequency: a fast Fourier transform of our own.

numpy's is made for any size, and takes twice as long for the small ones that are wanted every hop.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import expect_shape, kernel

_SMALLEST: Final = 16  # samples; below that there is not even one step of four


@kernel(
    "void(float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1])",
    reorder=True,
)
def _first_step(
    re: NDArray[np.float64],
    im: NDArray[np.float64],
    out_re: NDArray[np.float64],
    out_im: NDArray[np.float64],
    cos: NDArray[np.float64],
    sin: NDArray[np.float64],
) -> None:
    # As _step for groups of one, but vectorised over the groups. Three rows of factors.
    m = re.size // 4
    a_re, b_re, c_re, d_re = re[:m], re[m : 2 * m], re[2 * m : 3 * m], re[3 * m :]
    a_im, b_im, c_im, d_im = im[:m], im[m : 2 * m], im[2 * m : 3 * m], im[3 * m :]
    cos_1, cos_2, cos_3 = cos[:m], cos[m : 2 * m], cos[2 * m : 3 * m]
    sin_1, sin_2, sin_3 = sin[:m], sin[m : 2 * m], sin[2 * m : 3 * m]
    for p in range(m):
        even_re, even_im = a_re[p] + c_re[p], a_im[p] + c_im[p]
        odd_re, odd_im = a_re[p] - c_re[p], a_im[p] - c_im[p]
        sum_re, sum_im = b_re[p] + d_re[p], b_im[p] + d_im[p]
        turned_re, turned_im = d_im[p] - b_im[p], b_re[p] - d_re[p]
        out_re[4 * p], out_im[4 * p] = even_re + sum_re, even_im + sum_im
        x, y = odd_re - turned_re, odd_im - turned_im
        out_re[4 * p + 1], out_im[4 * p + 1] = x * cos_1[p] - y * sin_1[p], x * sin_1[p] + y * cos_1[p]
        x, y = even_re - sum_re, even_im - sum_im
        out_re[4 * p + 2], out_im[4 * p + 2] = x * cos_2[p] - y * sin_2[p], x * sin_2[p] + y * cos_2[p]
        x, y = odd_re + turned_re, odd_im + turned_im
        out_re[4 * p + 3], out_im[4 * p + 3] = x * cos_3[p] - y * sin_3[p], x * sin_3[p] + y * cos_3[p]


@kernel(
    "void(float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], int64)",
    reorder=True,
)
def _step(
    re: NDArray[np.float64],
    im: NDArray[np.float64],
    out_re: NDArray[np.float64],
    out_im: NDArray[np.float64],
    cos: NDArray[np.float64],
    sin: NDArray[np.float64],
    group: int,
) -> None:
    # Four points into four, in groups that lie together; three rows of factors.
    quarter = re.size // 4
    m = quarter // group
    for p in range(m):
        cos_1, cos_2, cos_3 = cos[p], cos[m + p], cos[2 * m + p]
        sin_1, sin_2, sin_3 = sin[p], sin[m + p], sin[2 * m + p]
        n = p * group
        a_re, a_im = re[n : n + group], im[n : n + group]
        n += quarter
        b_re, b_im = re[n : n + group], im[n : n + group]
        n += quarter
        c_re, c_im = re[n : n + group], im[n : n + group]
        n += quarter
        d_re, d_im = re[n : n + group], im[n : n + group]
        n = 4 * p * group
        e_re, e_im = out_re[n : n + group], out_im[n : n + group]
        n += group
        f_re, f_im = out_re[n : n + group], out_im[n : n + group]
        n += group
        g_re, g_im = out_re[n : n + group], out_im[n : n + group]
        n += group
        h_re, h_im = out_re[n : n + group], out_im[n : n + group]
        for q in range(group):
            even_re, even_im = a_re[q] + c_re[q], a_im[q] + c_im[q]
            odd_re, odd_im = a_re[q] - c_re[q], a_im[q] - c_im[q]
            sum_re, sum_im = b_re[q] + d_re[q], b_im[q] + d_im[q]
            turned_re, turned_im = d_im[q] - b_im[q], b_re[q] - d_re[q]
            e_re[q], e_im[q] = even_re + sum_re, even_im + sum_im
            x, y = odd_re - turned_re, odd_im - turned_im
            f_re[q], f_im[q] = x * cos_1 - y * sin_1, x * sin_1 + y * cos_1
            x, y = even_re - sum_re, even_im - sum_im
            g_re[q], g_im[q] = x * cos_2 - y * sin_2, x * sin_2 + y * cos_2
            x, y = odd_re + turned_re, odd_im + turned_im
            h_re[q], h_im[q] = x * cos_3 - y * sin_3, x * sin_3 + y * cos_3


@kernel(
    "void(float64[::1], float64[::1], float64[:,::1], float64[:,::1], float64[:,::1], float64, float64[::1])",
    reorder=True,
)
def _transform(
    samples: NDArray[np.float64],
    window: NDArray[np.float64],
    work: NDArray[np.float64],
    factors: NDArray[np.float64],
    unfolding: NDArray[np.float64],
    scale: float,
    power: NDArray[np.float64],
) -> None:
    # work (4, size / 2): real and imaginary, twice; pairs of samples are taken for complex numbers
    half = samples.size // 2
    re, im, out_re, out_im = work[0], work[1], work[2], work[3]
    for n in range(half):
        re[n] = samples[2 * n] * window[2 * n]
        im[n] = samples[2 * n + 1] * window[2 * n + 1]
    cos, sin = factors[0], factors[1]
    _first_step(re, im, out_re, out_im, cos, sin)
    group, used = 4, 3 * (half // 4)
    re, im, out_re, out_im = out_re, out_im, re, im
    while 4 * group <= half:
        _step(re, im, out_re, out_im, cos[used:], sin[used:], group)
        used += 3 * (half // (4 * group))
        group *= 4
        re, im, out_re, out_im = out_re, out_im, re, im
    if group < half:
        for q in range(group):
            out_re[q], out_im[q] = re[q] + re[q + group], im[q] + im[q + group]
            out_re[q + group], out_im[q + group] = re[q] - re[q + group], im[q] - im[q + group]
        re, im = out_re, out_im
    power[0] = scale * (re[0] + im[0]) ** 2
    power[half] = scale * (re[0] - im[0]) ** 2
    cos, sin = unfolding[0], unfolding[1]
    quarter_scale = 0.25 * scale
    middle = half // 2
    power[middle] = scale * (re[middle] ** 2 + im[middle] ** 2)
    for k in range(1, middle):
        even_re, even_im = re[k] + re[half - k], im[k] - im[half - k]
        odd_re, odd_im = im[k] + im[half - k], re[half - k] - re[k]
        x, y = odd_re * cos[k] - odd_im * sin[k], odd_re * sin[k] + odd_im * cos[k]
        power[k] = quarter_scale * ((even_re + x) ** 2 + (even_im + y) ** 2)
        power[half - k] = quarter_scale * ((even_re - x) ** 2 + (even_im - y) ** 2)


class PowerSpectrum:
    """|FFT(samples × window)|² × scale in size / 2 + 1 bins, for a window (size,), size a power of two from 16.

    Equal to numpy's within rounding. T. G. Stockham's form of the fast Fourier transform (High-speed convolution and
    correlation, AFIPS 1966), which needs no reordering, four points at a time; the real samples go through one of half
    the size.
    """

    delay: Final = 0

    def __init__(self, window: NDArray[np.float64], scale: float = 1.0) -> None:
        size = window.size
        if window.ndim != 1 or size < _SMALLEST or size & (size - 1):
            raise ValueError(f"window.shape={window.shape} must be (size,), a power of two from {_SMALLEST} (try 1024)")
        half = size // 2
        factors, count = [], half
        while count >= 4:
            turn = np.exp(-2j * np.pi * np.arange(count // 4) / count)
            factors += [turn, turn**2, turn**3]
            count //= 4
        turns = np.concatenate(factors)
        unfolding = np.exp(-2j * np.pi * np.arange(half + 1) / size)
        self._factors = np.array([turns.real, turns.imag])
        self._unfolding = np.array([unfolding.real, unfolding.imag])
        self._work = np.zeros((4, half))
        self._window = np.array(window, dtype=np.float64)
        self._scale = scale
        self.power = np.zeros(half + 1)

    def step(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """The power (size / 2 + 1,) of samples (size,); the array is overwritten by the next step."""
        expect_shape("samples", samples, self._window.shape)
        _transform(samples, self._window, self._work, self._factors, self._unfolding, self._scale, self.power)
        return self.power

    def reset(self) -> None:
        """Nothing is remembered but the numbers."""
        self.power[:] = 0
