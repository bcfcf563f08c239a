"""The sound-check: which frequencies carry the instrument above the room, found by listening to both.

Offline, before the show: some seconds of sound go in, an `InstrumentBand` comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.errors import BadFile
from engine.features.band import band_sections
from engine.frame import RATE, SILENT_DB
from engine.instrument import HIGHEST_HZ, LOWEST_HZ, MOST_HUM, NARROWEST, InstrumentBand

SIZE: Final = 16384
"""Samples in a look: 0.34 s, so that a hum of 50 Hz and one of 60 Hz are two."""
BIN_HZ: Final = RATE / SIZE
"""From one frequency of a look to the next."""
LEAST_INSTRUMENT: Final = 2.0
"""Seconds that the instrument must play, at least."""
LEAST_ROOM: Final = 1.0
"""Seconds of the room that are wanted, at least, where it is recorded alone."""
_STEP: Final = SIZE // 4  # samples from one look to the next
_DEAD: Final = 1e-10  # the power of −100 dBFS; a look below is a dead cable, or a file that is faded out
_FAINT: Final = -70.0  # dBFS that the loudest look must reach: below, the fast senses hear nothing
_CONTRAST: Final = 10.0  # dB by which the instrument must stand out from the room somewhere
_COUGH: Final = 6.0  # dB above the median of the room: a look that is something else
_ALIKE: Final = 3.0  # dB above the softest looks that still are the room
_PLAYED: Final = 40.0  # dB below the loudest look that still are the instrument
_USUAL: Final = 20  # percentile of a band's power that is always there, where the room is not recorded alone
_LOUDER: Final = 75  # percentile of the looks from which on they are the louder ones
_CHANCE: Final = 2.0  # times that power, by which noise may exceed it
_PARTS: Final = 6  # bands an octave in which the two are compared
_ABOVE: Final = 6.0  # dB above the room that a band must lie to carry the instrument
_DEPTH: Final = 30.0  # dB below the strongest band that it may lie
_LINE: Final = 12.0  # dB that a hum stands above what is around it
_AROUND: Final = 32  # bins to each side that are around it
_STEADY: Final = 2.5  # dB by which it may come and go; noise does by 5.6
_LOOKS: Final = 4  # looks at the room without which steady cannot be told
_SOFTEST_HUM: Final = -20.0  # dB below the strongest hum; what is softer is left in
_LOBE: Final = 3  # bins to each side over which the window smears a line
_EDGES: Final = LOWEST_HZ * 2 ** (np.arange(int(np.log2(HIGHEST_HZ / LOWEST_HZ) * _PARTS) + 1) / _PARTS)  # of sixths


@dataclass(frozen=True, slots=True, eq=False)
class SoundCheck:
    """The band that was found, and what it was found by: power in dB at each frequency `hz` (bins,), as recorded.

    A sine reads its level in dBFS; noise reads what lies in BIN_HZ of it, about.
    """

    band: InstrumentBand
    hz: NDArray[np.float64]
    instrument_db: NDArray[np.float64]
    room_db: NDArray[np.float64]


def find_band(instrument: NDArray[np.float64], room: NDArray[np.float64] | None = None) -> SoundCheck:
    """The own band of an instrument (n,), given a recording of the room alone (m,), both at RATE.

    Without one, the softest moments of the instrument's own recording are the room. In sixths of an octave, the band
    reaches as far as the instrument lies 6 dB above the room and no deeper than 30 dB below its strongest sixth, and
    a sixth further; hum is what is narrow and steady in the room. BadFile where either is too short, where nothing
    is heard, or where the instrument does not stand out.
    """
    _expect_seconds("instrument", instrument, LEAST_INSTRUMENT)
    looks = _looks(instrument)
    if room is None:
        played, still = _parted(looks)
    else:
        _expect_seconds("room", room, LEAST_ROOM)
        played, still = _compared(looks, _looks(room))
    hum, background = _hum(still)
    low, high = _edges(played.mean(axis=0), still.mean(axis=0))
    lines = tuple(round(hz, 1) for hz in hum if low / 2 <= hz <= high)
    open_band = InstrumentBand(low, high, lines)
    band = InstrumentBand(low, high, lines, room_dbfs=round(_level_in(open_band, background), 1))
    return SoundCheck(band, BIN_HZ * np.arange(SIZE // 2 + 1, dtype=np.float64), _as_lines(played), _as_lines(still))


def _expect_seconds(name: str, sound: NDArray[np.float64], least: float) -> None:
    if sound.ndim != 1:
        raise ValueError(f"{name}.ndim={sound.ndim} must be 1 (one channel)")
    seconds = sound.size / RATE
    if seconds < least:
        raise BadFile(f"sound-check: {name}={seconds:.1f} s must last {least:g} s at least (some 8 s are good)")


def _looks(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """The power spectrum of each look, (looks, SIZE / 2 + 1): its bins add up to the mean square; none below 15 Hz."""
    sound = np.clip(np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0), -16, 16)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)
    scale = 2 / (SIZE * np.sum(window**2))
    pieces = sliding_window_view(sound, SIZE)[::_STEP]
    looks = np.array([np.abs(np.fft.rfft(piece * window)) ** 2 * scale for piece in pieces])
    looks[:, : int(15 / BIN_HZ)] = 0
    return looks


def _parted(looks: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The looks at the instrument and those at the room, told apart by how far they exceed what is always there."""
    _expect_sound(looks)
    living = looks.sum(axis=1) > _DEAD
    usual = np.percentile(_sixths(looks[living]), _USUAL, axis=0)
    levels, contrast = _standing_out(looks, usual)
    softest = float(np.percentile(levels[living], 5))
    still = living & (levels <= softest + _ALIKE)
    if np.sum(~living) >= np.sum(still):
        return looks[living], looks[~living]  # between the notes there is nothing at all: no room was recorded
    if min(levels.max() - softest, contrast) < _CONTRAST:
        raise BadFile(
            f"sound-check: no moment of the instrument is {_CONTRAST:g} dB softer than its loudest, so the room "
            "cannot be told from it (leave a pause, or record the room alone: --room FILE)"
        )
    return looks[levels > max(softest + _CONTRAST, levels.max() - _PLAYED)], looks[still]


def _compared(looks: NDArray[np.float64], room: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The looks at the instrument that are clearly more than the room, and those at the room without any cough."""
    _expect_sound(looks)
    loudness = room.sum(axis=1)
    still = room[loudness <= np.median(loudness) * 10 ** (_COUGH / 10)]
    levels, contrast = _standing_out(looks, _sixths(still).mean(axis=0))
    if contrast < _CONTRAST:
        raise BadFile(
            f"sound-check: the instrument lies {contrast:.0f} dB above the room where it stands out most, and must lie "
            f"{_CONTRAST:g} dB above it (are the two recordings swapped, or the microphone too far away?)"
        )
    return looks[levels > levels.max() - _PLAYED], still


def _expect_sound(looks: NDArray[np.float64]) -> None:
    loudest = 10 * np.log10(max(float(looks.sum(axis=1).max()), 1e-12))
    if loudest < _FAINT:
        raise BadFile(
            f"sound-check: instrument={loudest:.0f} dBFS must reach {_FAINT:g} dBFS: nothing is heard (is the "
            "microphone on, and its gain up?)"
        )


def _standing_out(looks: NDArray[np.float64], usual: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """How strong each look is beyond the usual power of its sixths, in dBFS; and by how many dB the best sixth exceeds
    it in the louder looks.

    Each sixth is held against its own usual power, so a hum as loud as the instrument hides nothing.
    """
    sixths = _sixths(looks)
    beyond = np.maximum(sixths - _CHANCE * usual, 0)
    levels: NDArray[np.float64] = 10 * np.log10(np.maximum(beyond.sum(axis=1), 1e-12))
    louder = levels >= np.percentile(levels, _LOUDER)
    best = int(np.argmax(beyond[louder].sum(axis=0)))
    return levels, float(10 * np.log10(max(sixths[louder, best].mean(), 1e-12) / max(usual[best], 1e-12)))


def _edges(instrument: NDArray[np.float64], room: NDArray[np.float64]) -> tuple[float, float]:
    """The edges of the band in Hz, of the mean powers (bins,)."""
    loud, soft = _sixths(instrument[None])[0], _sixths(room[None])[0]
    clear = np.maximum(loud - soft, 0)
    carries = (loud > soft * 10 ** (_ABOVE / 10)) & (clear > clear.max() * 10 ** (-_DEPTH / 10))
    if not carries.any():
        raise BadFile("sound-check: no frequency carries the instrument above the room (play louder, or closer by)")
    first, last = np.flatnonzero(carries)[[0, -1]]
    margin = 2 ** (1 / _PARTS)
    low, high = max(_EDGES[first] / margin, LOWEST_HZ), min(_EDGES[last + 1] * margin, HIGHEST_HZ)
    low = min(low, HIGHEST_HZ / NARROWEST)
    return round(float(low), 1), round(float(max(high, low * NARROWEST + 0.1)), 1)


def _sixths(looks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The power of looks (looks, bins) in sixths of an octave, (looks, 59); bins that an edge cuts are shared out."""
    total = np.pad(np.cumsum(looks, axis=1), ((0, 0), (1, 0)))
    place = _EDGES / BIN_HZ + 0.5
    whole = place.astype(int)
    return np.diff(total[:, whole] + (place - whole) * looks[:, whole], axis=1)


def _hum(looks: NDArray[np.float64]) -> tuple[list[float], NDArray[np.float64]]:
    """What is narrow and steady in the looks at a room, in Hz, low first; and their mean power without it, (bins,)."""
    power = looks.mean(axis=0)
    around = _median_around(power)
    found: list[tuple[float, float]] = []
    background = power.copy()
    if len(looks) < _LOOKS:
        return [], background
    steady = np.std(10 * np.log10(looks + 1e-20), axis=0) < _STEADY
    line = power > np.maximum(around * 10 ** (_LINE / 10), _DEAD)
    highest = (power[1:-1] >= power[:-2]) & (power[1:-1] > power[2:])
    for k in np.flatnonzero(steady[1:-1] & line[1:-1] & highest) + 1:
        side = 1 if power[k + 1] > power[k - 1] else -1
        ratio = np.sqrt(power[k + side] / power[k])
        lobe = slice(max(k - _LOBE, 0), k + _LOBE + 1)
        # A sine between two bins of a Hann window: its place follows from how their amplitudes relate.
        found.append((float(power[lobe].sum()), float((k + side * (2 * ratio - 1) / (ratio + 1)) * BIN_HZ)))
        background[lobe] = np.minimum(background[lobe], around[lobe])
    found.sort(reverse=True)
    found = [pair for pair in found[:MOST_HUM] if pair[0] > found[0][0] * 10 ** (_SOFTEST_HUM / 10)]
    return sorted(hz for _, hz in found), background


def _median_around(power: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(power, _AROUND, mode="reflect")
    return np.asarray(np.median(sliding_window_view(padded, 2 * _AROUND + 1), axis=1))


def _level_in(band: InstrumentBand, power: NDArray[np.float64]) -> float:
    """What the band's filter leaves of a mean power (bins,), in dBFS."""
    z = np.exp(-2j * np.pi * np.arange(power.size) / SIZE)
    left = power.copy()
    for b0, b1, b2, a1, a2 in band_sections(band):
        left *= np.abs((b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z + 1e-300)) ** 2
    return min(max(10 * float(np.log10(max(left.sum(), 1e-12))), SILENT_DB), 0.0)


def _as_lines(looks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of looks in dB: a sine reads its level, of which the window puts two thirds into its own bin."""
    return np.asarray(10 * np.log10(np.maximum(1.5 * looks.mean(axis=0), 1e-15)))
