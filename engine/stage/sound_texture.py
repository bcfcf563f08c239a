"""The last instants of sound as pictures for shaders: ISF's `audio` (the wave) and `audioFFT` (the spectrum)."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import Samples

Picture = NDArray[np.float32]
"""(channels, columns): one row a channel, left the oldest sample or the lowest frequency."""

WINDOW: Final = 2048
"""Samples that are looked at: 43 ms at 48 kHz."""
COLUMNS: Final = 512
"""Columns where a shader does not say with MAX how many it wants."""
LOW_DB: Final = -100.0
HIGH_DB: Final = -30.0
_BLACKMAN: Final = (np.blackman(WINDOW + 1)[:-1] / WINDOW).astype(np.float32)
_LEAST: Final = np.float32(10.0 ** (LOW_DB / 10.0))


def wave(samples: Samples, columns: int = COLUMNS) -> Picture:
    """The newest `columns` samples (at most 2048), one a column, newest right: 0.5 is silence, 0 and 1 full scale.

    `samples` (n, channels), any n: what is missing before them is silence. What is no number is silence too.
    """
    picture = np.clip(_newest(samples, min(columns, WINDOW)), -1.0, 1.0)
    picture *= 0.5
    picture += 0.5
    return picture


def spectrum(samples: Samples, columns: int = COLUMNS) -> Picture:
    """The spectrum from 0 Hz (left) to half the sample rate, in at most 1024 columns, 0..1.

    As in Shadertoy and the Web Audio API, so that shaders from there look right: 2048 samples under a Blackman
    window, 20·log10(|FFT| / 2048), −100..−30 dB as 0..1 (a sine of −16.4 dBFS reads 1); but not smoothed over
    pictures, which would look different at 30 and 144 Hz. Where bins share a column the loudest counts, so that
    no partial is lost. `samples` as in `wave`.
    """
    bins = np.fft.rfft(_newest(samples, WINDOW) * _BLACKMAN)[:, :-1]
    power = np.square(bins.real) + np.square(bins.imag)
    if columns < power.shape[1]:
        power = np.maximum.reduceat(power, _first_bins(columns, power.shape[1]), axis=1)
    picture: Picture = np.log10(np.maximum(power, _LEAST, out=power), out=power)
    picture *= 10.0 / (HIGH_DB - LOW_DB)
    picture -= LOW_DB / (HIGH_DB - LOW_DB)
    return np.clip(picture, 0.0, 1.0, out=picture)


@cache
def _first_bins(columns: int, bins: int) -> NDArray[np.intp]:
    """The bin that each column begins with."""
    return np.arange(columns) * bins // columns


def _newest(samples: Samples, count: int) -> Picture:
    """The last `count` samples, a row a channel, silence put before them where there are fewer; all finite."""
    result = np.zeros((max(samples.shape[1], 1), count), dtype=np.float32)
    held = samples[-count:].T
    if held.size:
        result[:, -held.shape[1] :] = held
    if not np.isfinite(result.sum()):  # far quicker than looking at each; a sum that only overflows does no harm
        np.nan_to_num(result, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return result
