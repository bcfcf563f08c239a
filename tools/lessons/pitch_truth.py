"""Which hops of a render for one voice may be asked for their pitch, and which must have none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

HOP: Final = 256
NO_ONE_PITCH: Final = {
    "FluidR3_GM/shakuhachi": "below A4 an octave lower sounds as loud (YIN agrees with the score in 30 to 60 %)",
    "FluidR3_GM/organ": "stops an octave apart sound together",
    "freepats/harp": "the strings ring on into one another",
    "freepats/xylophone": "sampled 35 to 55 cents flat",
}
"""`sound/instrument` and why it has no single pitch at its written height."""
_RINGING: Final = 47  # hops after a note's end that are neither sound nor silence: 0.25 s
_ABOVE_ROOM: Final = 6.0  # dB
_BELOW_LOUDEST: Final = 45.0  # dB
_OF_ROOM: Final = 3.0  # dB above the room at which nothing rings any more
_NOTHING: Final = -70.0  # dBFS


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A render for one voice: its wave (n,), and for every hop the MIDI number that is held (0 none), whether it is
    really heard, and whether nothing is."""

    path: Path
    sound: str
    instrument: str
    wave: NDArray[np.float64]
    pitch: NDArray[np.float64]
    sounding: NDArray[np.bool_]
    resting: NDArray[np.bool_]

    @property
    def name(self) -> str:
        return f"{self.sound}/{self.instrument}"


def pieces(folder: Path) -> Iterator[Piece]:
    """The pieces for one voice of a folder that tools/renders.py wrote."""
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            pitch, what = file["pitch"].astype(np.float64), json.loads(str(file["what"]))
        if pitch.size == 0:
            continue
        wave, _ = soundfile.read(path.with_suffix(".wav"))
        level = levels_of(wave)
        hops = min(level.size, pitch.size)
        pitch, level = pitch[:hops], level[:hops]
        wave = wave[: hops * HOP]
        heard, rests = sounding(pitch, level), resting(pitch, level)
        yield Piece(path, what["sound"], what["instrument"], wave, pitch, heard, rests)


def levels_of(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    """dBFS of every hop, with its neighbours."""
    power = np.mean(wave[: wave.size // HOP * HOP].reshape(-1, HOP) ** 2, axis=1)
    return np.asarray(10 * np.log10(np.convolve(power, np.ones(3) / 3, mode="same") + 1e-12))


def _room(pitch: NDArray[np.float64], level: NDArray[np.float64]) -> float:
    """dBFS before the first note."""
    first = int(np.argmax(pitch > 0))
    return float(np.median(level[max(first - 40, 0) : max(first - 5, 1)]))


def sounding(pitch: NDArray[np.float64], level: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where a held note is really heard: above what is there before the first, and not lost under the loudest."""
    above = max(_room(pitch, level) + _ABOVE_ROOM, float(level.max()) - _BELOW_LOUDEST)
    return np.asarray((pitch > 0) & (level > above))


def resting(pitch: NDArray[np.float64], level: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where no note is held, and nothing but the room is there."""
    hops = np.arange(pitch.size)
    since = hops - np.maximum.accumulate(np.where(pitch > 0, hops, -10_000))
    nothing = level < max(_room(pitch, level) + _OF_ROOM, _NOTHING)
    return np.asarray((pitch == 0) & (since > _RINGING) & nothing)
