"""The piano clips of EMOPIA as the sense of mood hears them: rendered, listened to by the engine, and kept.

One file a clip and sound, so that nothing is rendered twice after an interruption. `plain` is a clip as it is, `varied`
the same clip by an instrument of General MIDI that a seeded choice gives it. The label is the file's first two letters,
the song the part behind it (Hung et al., ISMIR 2021).
"""

from __future__ import annotations

import io
import random
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import mido
import numpy as np
from numpy.typing import NDArray

from engine.features.fast import FastSenses
from engine.frame import HOP, RATE, Block
from engine.listening.mel import log_mel, patches, resampled
from engine.listening.mood_judge import MOODS
from engine.listening.mood_tally import COLUMNS, EVERY, LOOKS, PARTS, SECONDS, Tally
from engine.listening.mood_window import window
from engine.listening.vggish import Vggish
from lessons.midi_sound import rendered

Array = NDArray[np.float64]

QUADRANTS: Final = {"Q1": "excitement", "Q2": "irritation", "Q3": "depression", "Q4": "relaxation"}
PATCH_HOP: Final = 48
"""Columns from one description to the next: 0.48 s."""
_MOST: Final = 45.0  # seconds of a clip
_ENOUGH: Final = 3  # looks of a tally in which something must be heard
_PROGRAMS: Final = (
    0, 0, 1, 2, 4, 5, 6, 8, 11, 12, 15, 16, 19, 24, 25, 26, 40, 42, 45, 46, 48, 49, 52, 56, 60, 68, 71, 73, 75, 79, 104,
    107,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A clip as it was heard: `tallies` (n, SIZE), `embedding` (m, 128), `log_mel` (128,) mean and deviation."""

    name: str
    tallies: Array
    embedding: Array
    log_mel: Array

    @property
    def mood(self) -> int:
        """Its place in MOODS."""
        return MOODS.index(QUADRANTS[self.name[:2]])

    @property
    def song(self) -> str:
        return self.name[3:].rpartition("_")[0]

    def piece(self, start: int, stop: int, louder_by: float = 0.0) -> tuple[Array, Array]:
        """What a window over some of its tallies says, and the ear's descriptions of the same seconds (256,).

        `louder_by` so many dB: a recording has whatever level somebody gave it.
        """
        first, last = (int(k * SECONDS / (PATCH_HOP / 100)) for k in (start, stop))
        heard = self.embedding[first:last] if last - first > 1 else self.embedding
        heard = heard if len(heard) else self.embedding
        tallies = louder(self.tallies[start:stop], louder_by)
        return window(tallies), np.concatenate([heard.mean(axis=0), heard.std(axis=0)])

    def whole(self) -> tuple[Array, Array]:
        return self.piece(0, max(len(self.tallies), len(self.embedding)))


def _moved(sums: Array, count: Array, by: float) -> Array:
    """Sums of values, their squares and cubes (n, 3), when each of the `count` (n,) values is larger by so much."""
    one, two, three = sums.T
    return np.column_stack(
        [one + count * by, two + 2 * by * one + count * by**2, three + 3 * by * two + 3 * by**2 * one + count * by**3]
    )


def louder(tallies: Array, by: float) -> Array:
    """The tallies (n, SIZE) of the same sound, louder by so many dB."""
    found = tallies.copy()
    level = [PARTS[name].start for name in ("sum", "square", "cube")]  # it is the first of the scalars
    attacks = PARTS["attacks"].start + 4 + np.arange(3)
    found[:, level] = _moved(found[:, level], found[:, PARTS["heard"].start], by)
    found[:, attacks] = _moved(found[:, attacks], found[:, PARTS["onsets"].start], by)
    return found


def _retold(midi: bytes, program: int) -> bytes:
    """The same by another instrument."""
    song = mido.MidiFile(file=io.BytesIO(midi))
    for track in song.tracks:
        track[:] = [m.copy(program=program) if m.type == "program_change" else m for m in track]
    song.tracks[0].insert(0, mido.Message("program_change", program=program, time=0))
    kept = io.BytesIO()
    song.save(file=kept)
    return kept.getvalue()


def tallied(looks: Array) -> Array:
    """The tallies (n, SIZE) of looks (m, columns) in which something was heard."""
    tally = Tally()
    told = [tally.step(looks[k : k + LOOKS]) for k in range(0, len(looks) - LOOKS + 1, LOOKS)]
    loud = [each for each in told if each[PARTS["heard"]][0] >= _ENOUGH]
    return np.array(loud or told[:1])


def _heard(sound: NDArray[np.float32], senses: FastSenses, ear: Vggish) -> dict[str, Any]:
    senses.reset()
    hops = sound[: len(sound) // HOP * HOP].reshape(-1, HOP, 1)
    rows = [senses.step(Block(index, hop)).row for index, hop in enumerate(hops)]
    looks = np.array([row[COLUMNS] for row in rows[EVERY - 1 :: EVERY]])
    columns = log_mel(resampled(sound, RATE))
    return {
        "tallies": tallied(looks),
        "embedding": ear.embed(patches(columns, PATCH_HOP)).astype(np.float16),
        "log_mel": np.concatenate([columns.mean(axis=0), columns.std(axis=0)]),
    }


def heard_set(
    data: Path, folder: Path, soundfonts: list[Path], *, varied: bool, most: int | None = None, every: int = 1
) -> list[Clip]:
    """Each `every`th clip of the archive `data`, by these soundfonts; what was heard is kept in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    senses, ear = FastSenses(1), Vggish()
    clips = []
    with zipfile.ZipFile(data) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".mid"))[:most:every]
        for number, name in enumerate(names, 1):
            kept = folder / f"{Path(name).stem}.npz"
            if not kept.exists():
                chance = random.Random(name)
                font, program = chance.choice(soundfonts), chance.choice(_PROGRAMS)
                midi = archive.read(name)
                sound = rendered(_retold(midi, program) if varied else midi, font, _MOST).mean(axis=1)
                np.savez(kept, **_heard(sound, senses, ear))
                print(f"\r{folder.name} {number}/{len(names)}", end="", file=sys.stderr, flush=True)
            clips.append(read_clip(kept))
    print(file=sys.stderr)
    return clips


def read_clip(path: Path) -> Clip:
    """What was kept of one."""
    with np.load(path) as kept:
        return Clip(
            path.stem, kept["tallies"], kept["embedding"].astype(np.float64), kept["log_mel"].astype(np.float64)
        )
