"""The one door to librosa: what another program hears in the same sound, to hold our own curves against."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import soxr
from numpy.typing import NDArray

from engine.errors import MissingDriver
from engine.frame import RATE

LOWEST_CENTS: Final = 2400.0
"""The constant-Q transform's foot, C1, as MIDI note × 100."""
OCTAVES: Final = 7
_RATE: Final = 22_050
_HOP: Final = 1024
_RANGE: Final = (55.0, 2093.0)  # Hz in which pYIN seeks: A1 to C7
_FINE: Final = 0.2  # semitones from one pitch that pYIN knows to the next: twice as fine takes four times as long
_FAINT: Final = 1e-6  # the strongest tone that is one at all
_DEPTH: Final = 60.0  # dB from the strongest tone to what is not shown


@dataclass(frozen=True, slots=True, eq=False)
class References:
    """`cqt` (84, n): how strong each semitone is from C1, 0..1 in dB; `cents` (n,) by pYIN, nan where it hears none.

    `time` (n,) in seconds.
    """

    time: NDArray[np.float64]
    cqt: NDArray[np.float64]
    cents: NDArray[np.float64]


def references(sound: NDArray[np.float32]) -> References:
    """Of sound (n,) at RATE; MissingDriver where librosa is not here."""
    librosa = _librosa()
    slow = soxr.resample(sound, RATE, _RATE, quality="HQ").astype(np.float32)
    slow = np.pad(slow, (0, max(4 * _HOP - len(slow), 0)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a recording that is shorter than its longest window
        tones = np.abs(librosa.cqt(slow, sr=_RATE, hop_length=_HOP, n_bins=12 * OCTAVES))
        low, high = _RANGE
        hz, _, _ = librosa.pyin(slow, fmin=low, fmax=high, sr=_RATE, hop_length=_HOP, resolution=_FINE)
    count = min(tones.shape[1], len(hz))
    tones, hz = np.asarray(tones[:, :count], np.float64), np.asarray(hz[:count], np.float64)
    decibels = 20 * np.log10(np.maximum(tones, 1e-9) / max(float(tones.max()), _FAINT))
    cents = 6900 + 1200 * np.log2(hz / 440)  # nan stays nan
    return References(np.arange(count) * _HOP / _RATE, np.clip(1 + decibels / _DEPTH, 0, 1), cents)


def _librosa() -> Any:
    try:
        import librosa
    except ImportError as why:
        raise MissingDriver("librosa is not here (pip install 'monochord[report]')") from why
    return librosa
