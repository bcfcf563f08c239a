"""The spectrum before and after the instrument's own band was cut out: the paper's Fig. 5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.errors import BadFile
from engine.features.band import BandFilter
from engine.features.soundcheck import find_band
from engine.frame import HOP, RATE
from engine.instrument import HIGHEST_HZ, LOWEST_HZ, InstrumentBand

POINTS: Final = 240
"""Frequencies at which a spectrum is told, evenly spread in octaves."""
_SIZE: Final = 8192
_WIDTH: Final = 1 / 12  # octaves over which a spectrum is averaged
_FLOOR: Final = -140.0


@dataclass(frozen=True, slots=True, eq=False)
class Spectra:
    """Power at `hz` (POINTS,), dBFS in a twelfth of an octave, of all that is heard and of what the band leaves.

    `band` is None where the recording does not tell the instrument from the room, and `why` says so; else `found`
    says whether it was found here or in a sound-check.
    """

    hz: NDArray[np.float64]
    before_db: NDArray[np.float64]
    after_db: NDArray[np.float64] | None
    band: InstrumentBand | None
    found: bool
    why: str = ""


def spectra(sound: NDArray[np.float32], band: InstrumentBand | None) -> Spectra:
    """Of a recording's beginning (n,) at RATE; in the `band` of a sound-check, or one that is found here."""
    wave = np.asarray(sound, np.float64)
    hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (np.arange(POINTS) / (POINTS - 1))
    before, why, found = _spectrum(wave, hz), "", band is None
    if band is None:
        try:
            band = find_band(wave).band
        except BadFile as problem:
            why = str(problem).removeprefix("sound-check: ").partition(" (")[0]
    after = None if band is None else _spectrum(_filtered(wave, band), hz)
    return Spectra(hz, before, after, band, found, why)


def _filtered(wave: NDArray[np.float64], band: InstrumentBand) -> NDArray[np.float64]:
    """What the senses listen to, hop by hop as they do."""
    own = BandFilter(band)
    hops = np.pad(wave, (0, -len(wave) % HOP)).reshape(-1, HOP)
    return np.concatenate([np.zeros(0), *(own.step(hop).copy() for hop in hops)])


def _spectrum(wave: NDArray[np.float64], hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean power around each frequency, dBFS: a full sine reads 0 somewhere, and noise by how wide an ear is."""
    window = np.hanning(_SIZE + 1)[:-1]
    pieces = sliding_window_view(np.pad(wave, (0, max(_SIZE - len(wave), 0))), _SIZE)[:: _SIZE // 2]
    power = np.zeros(_SIZE // 2 + 1)
    for piece in pieces:
        power += np.abs(np.fft.rfft(piece * window)) ** 2
    power *= 4 / (len(pieces) * _SIZE * float(np.sum(window**2)))
    total = np.concatenate([[0.0], np.cumsum(power)])
    half = np.maximum(hz * (2 ** (_WIDTH / 2) - 1), RATE / _SIZE / 2)
    ends = [np.interp(edge * _SIZE / RATE + 0.5, np.arange(len(total)), total) for edge in (hz - half, hz + half)]
    return np.asarray(10 * np.log10(np.maximum(ends[1] - ends[0], 10 ** (_FLOOR / 10))))
