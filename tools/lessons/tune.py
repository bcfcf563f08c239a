"""A tune as plain numbers, and the files in which tools/tunes.py keeps them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Tune:
    """A melody as notated. All times in quarter notes from the first note.

    `notes` (n, 3): onset, duration, MIDI number. `beats` (m, 2): where the beats of its metre are (a dotted quarter
    in 6/8), and which of the bar each is, from 1.
    """

    name: str
    notes: NDArray[np.float64]
    beats: NDArray[np.float64]

    @property
    def length(self) -> float:
        """Quarters to the end of the last note."""
        return float((self.notes[:, 0] + self.notes[:, 1]).max())

    @property
    def half(self) -> str:
        """`tune` or `report`: which half of the tunes it belongs to, by its name, for ever."""
        return ("tune", "report")[hashlib.sha256(self.name.encode()).digest()[0] % 2]


def read_tunes(path: Path) -> list[Tune]:
    """The tunes of a file that tools/tunes.py wrote."""
    with np.load(path) as file:
        names, ends = file["names"], file["ends"]
        notes, beats = file["notes"], file["beats"]
    tunes = []
    note_from = beat_from = 0
    for name, (note_to, beat_to) in zip(names, ends, strict=True):
        tunes.append(Tune(str(name), notes[note_from:note_to], beats[beat_from:beat_to]))
        note_from, beat_from = note_to, beat_to
    return tunes


def write_tunes(tunes: list[Tune], path: Path) -> None:
    """All tunes in one file."""
    ends = np.cumsum([(len(t.notes), len(t.beats)) for t in tunes], axis=0)
    np.savez_compressed(
        path,
        names=np.array([t.name for t in tunes]),
        ends=ends,
        notes=np.concatenate([t.notes for t in tunes]),
        beats=np.concatenate([t.beats for t in tunes]),
    )
