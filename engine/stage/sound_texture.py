"""The last instants of sound as pictures for shaders: ISF's `audio` (the wave) and `audioFFT` (the spectrum)."""

from __future__ import annotations

from functools import reduce
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
CHANNEL: Final = (512, 2)
"""Columns and rows of Shadertoy's sound."""
LOW_DB: Final = -100.0
"""What reads 0 in a spectrum, dB as the Web Audio API counts them,"""
HIGH_DB: Final = -30.0
"""and what reads 1."""
_BLACKMAN: Final = (np.blackman(WINDOW + 1)[:-1] / WINDOW).astype(np.float32)  # periodic, for an FFT
_LOUDEST: Final = np.float32(1e6)
"""What a sample may be, so that its power is still a number."""
_LEAST: Final = np.float32(10.0 ** (LOW_DB / 10.0))  # power that reads 0


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
    power = _loudest(np.square(bins.real) + np.square(bins.imag), columns)
    picture: Picture = np.log10(np.maximum(power, _LEAST, out=power), out=power)
    picture *= 10.0 / (HIGH_DB - LOW_DB)
    picture -= LOW_DB / (HIGH_DB - LOW_DB)
    return np.clip(picture, 0.0, 1.0, out=picture)


class ChannelSound:
    """Shadertoy's picture of sound: 512 columns, the spectrum in the lower row (v = 0.25), the wave in the upper.

    As the Web Audio API makes it: of 1024 bins the first 512 (0 to 12 kHz), each smoothed over pictures; of the wave
    the newest 512 samples. Channels are mixed. The smoothing, 0.8 at 60 pictures a second, is by time here.
    """

    _SMOOTHING: Final = 0.8  # how much of a picture's spectrum is left in the next, at _RATE pictures a second
    _RATE: Final = 60.0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._smooth = np.zeros(CHANNEL[0], dtype=np.float32)

    def step(self, samples: Samples, dt: float) -> Picture:
        """The picture, (2, 512), `dt` seconds after the last. `samples` as in `wave`."""
        mix = _newest(samples, WINDOW).mean(axis=0, dtype=np.float32)
        seen = np.abs(np.fft.rfft(mix * _BLACKMAN)[: CHANNEL[0]]).astype(np.float32)
        kept = np.float32(self._SMOOTHING ** (max(dt, 0.0) * self._RATE)) if dt < np.inf else np.float32(0.0)
        self._smooth = kept * self._smooth + (1 - kept) * seen
        decibels = 20.0 * np.log10(np.maximum(self._smooth, 1e-10))
        picture = np.empty(CHANNEL[::-1], dtype=np.float32)
        picture[0] = (decibels - LOW_DB) / (HIGH_DB - LOW_DB)
        picture[1] = 0.5 + 0.5 * mix[-CHANNEL[0] :]
        return np.clip(picture, 0.0, 1.0, out=picture)


def mixed(samples: Samples) -> NDArray[np.float32]:
    """(n,): the channels of `samples` (n, channels), one at least, as one; what is no number is silence."""
    channels = samples.shape[1]
    with np.errstate(invalid="ignore", over="ignore"):
        mix: NDArray[np.float32] = samples @ np.full(channels, 1.0 / channels, np.float32)
        finite = mix @ mix <= _LOUDEST * _LOUDEST  # nan is not; one sum is quicker than a look at each
    return mix if finite else np.clip(np.nan_to_num(mix, nan=0.0), -_LOUDEST, _LOUDEST)


def _loudest(power: Picture, columns: int) -> Picture:
    """The largest of the bins that share a column; at most as many columns as there are bins."""
    bins = power.shape[1]
    share, uneven = divmod(bins, columns)
    if share == 0:
        return power
    if uneven or share > 8:
        return np.maximum.reduceat(power, np.arange(columns) * bins // columns, axis=1)
    return reduce(np.maximum, (power[:, first::share] for first in range(share)))  # the same, six times as fast


def _newest(samples: Samples, count: int) -> Picture:
    """The last `count` samples, a row a channel, silence put before them where there are fewer; all finite."""
    result = np.zeros((max(samples.shape[1], 1), count), dtype=np.float32)
    held = samples[-count:].T
    if held.size:
        result[:, -held.shape[1] :] = held
    if not np.abs(result).max() <= _LOUDEST:  # nan is not either
        np.nan_to_num(result, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(result, -_LOUDEST, _LOUDEST, out=result)
    return result
