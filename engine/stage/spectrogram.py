"""The rows of the spectrogram: nine octaves from the lowest A of a piano, the same number of rows each."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import RATE, Samples
from engine.stage.sound_texture import WINDOW, mixed

_LOWEST: Final = 27.5  # Hz of the spectrogram's foot
_OCTAVES: Final = 9  # as far as 14 kHz
_ROWS_AN_OCTAVE: Final = 32  # a row is a little more than a third of a semitone
ROWS: Final = _OCTAVES * _ROWS_AN_OCTAVE
"""Rows of the spectrogram."""
_LOW_DB, _HIGH_DB = -90.0, -10.0  # dBFS of a sine that reads 0, and 1
_WINDOW: Final = (np.blackman(WINDOW + 1)[:-1] / (0.42 * WINDOW / 2)).astype(np.float32)  # a full sine reads 0 dBFS
_AT: Final = _LOWEST * 2.0 ** (np.arange(ROWS) / _ROWS_AN_OCTAVE) * WINDOW / RATE  # the bin of each row's foot
_SPLIT: Final = int(np.searchsorted(_AT, 1.0 / (2.0 ** (1.0 / _ROWS_AN_OCTAVE) - 1.0)))  # above, a row holds whole bins
_FIRST_BINS: Final = np.ceil(_AT[_SPLIT:]).astype(np.int64)
_LAST_BIN: Final = int(_LOWEST * 2.0**_OCTAVES * WINDOW / RATE) + 1
_BETWEEN: Final = _AT[:_SPLIT] * 2.0 ** (0.5 / _ROWS_AN_OCTAVE)  # the middle of the rows that are thinner than a bin
_BINS: Final = np.arange(_SPLIT + 2)


def spectrum_rows(samples: Samples) -> NDArray[np.float32]:
    """(288,) 0..1: the spectrum of the newest 2048 of `samples` (n, channels) mixed, 32 rows an octave from 27.5 Hz.

    Where rows are thinner than a bin it runs straight from bin to bin; above, the loudest bin of a row counts.
    """
    heard = np.zeros(WINDOW, dtype=np.float32)
    newest = samples[-WINDOW:]
    if newest.size:
        heard[-len(newest) :] = mixed(newest)
    bins = np.fft.rfft(heard * _WINDOW)[:_LAST_BIN]
    power = np.square(bins.real) + np.square(bins.imag)
    np.maximum(power, 1e-12, out=power)
    rows = np.empty(ROWS, dtype=np.float32)
    rows[:_SPLIT] = np.interp(_BETWEEN, _BINS, np.log10(power[: _SPLIT + 2]))
    rows[_SPLIT:] = np.log10(np.maximum.reduceat(power, _FIRST_BINS))
    rows *= 10.0 / (_HIGH_DB - _LOW_DB)
    rows -= _LOW_DB / (_HIGH_DB - _LOW_DB)
    np.maximum(rows, 0.0, out=rows)
    return np.minimum(rows, 1.0, out=rows)


def height(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where frequencies stand on the spectrogram, 0 its foot and 1 its top."""
    return np.clip(np.log2(np.maximum(hz, _LOWEST) / _LOWEST) / _OCTAVES, 0.0, 1.0)
