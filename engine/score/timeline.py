"""What is played when, as numbers: a tune with its repeats played, as the follower of the player needs it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.score.repeats import played
from engine.score.tune import Meter, Tune

_QUARTER: Final = Meter(4, 4)  # the beat where no meter is written

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """A score in the order in which it sounds. All times in quarters from its begin, repeats counted.

    Of the notes (n,): `onsets`, `lengths`, `pitches` (MIDI), and `written`, which note of the page each is, from 1,
    rests not counted. Of the bars (b,): `bars`, where each begins, its printed number, its beat in quarters, and
    which section it belongs to, an index into `sections`, the first of which is the unnamed one; `opens`: whether that
    section begins with this bar. `doors` (d,): where the score, a section or a repeat begins, each time it is played.
    """

    onsets: Floats
    lengths: Floats
    pitches: Integers
    written: Integers
    bars: Floats
    numbers: Integers
    beats: Floats
    section: Integers
    opens: NDArray[np.bool_]
    doors: Floats
    sections: tuple[str, ...]
    end: float
    tempo: float | None = None  # quarters a minute, where it is said

    def bar_at(self, quarter: float) -> int:
        """Which of the bars, as played, that moment lies in, from 0."""
        return max(bisect_right(self.bars, quarter + 1e-9) - 1, 0)

    def note_at(self, quarter: float) -> int:
        """Which of the notes, as played, began last by that moment, from 0; −1 before the first."""
        return int(np.searchsorted(self.onsets, quarter + 1e-9, side="right")) - 1

    def places(self, bar: int, beat: float = 1.0) -> list[float]:
        """Where this beat (from 1) of the bar of that number begins, once for each time that it is played."""
        found = np.flatnonzero(self.numbers == bar)
        firsts = [k for k in found if k == 0 or self.numbers[k - 1] != bar]  # halves of a bar are one
        return [float(self.bars[k] + (beat - 1.0) * self.beats[k]) for k in firsts]

    def starts(self, section: str) -> list[float]:
        """Where the section of that name begins, once for each time that it is played; its case does not matter."""
        wanted = section.casefold()
        if wanted not in (name.casefold() for name in self.sections[1:]):
            return []
        which = [name.casefold() for name in self.sections].index(wanted, 1)
        return [float(begin) for begin in self.bars[self.opens & (self.section == which)]]


def timeline(tune: Tune) -> Timeline:
    """The tune with its repeats played; ValueError where it has no note."""
    order = played(tune.bars)
    begins = [note.onset for note in tune.notes]
    sounding = {id(note): number for number, note in enumerate(tune.sounding, 1)}
    notes: list[tuple[float, float, int, int]] = []
    bars: list[tuple[float, int, float, int, bool]] = []
    names = ["", *dict.fromkeys(bar.section for bar in tune.bars if bar.section)]
    inside = _sections(tune, names)
    at, before = 0.0, -1
    for which in order:
        bar = tune.bars[which]
        begin = float(bar.onset)
        beat = float((bar.meter or _QUARTER).beat)
        bars.append((at, bar.number, beat, inside[which], bool(bar.section)))
        for note in tune.notes[max(bisect_right(begins, bar.onset) - 1, 0) :]:
            if note.onset >= bar.end:
                break
            if note.pitch is None or note.end <= bar.onset:
                continue
            length = float(min(note.end, bar.end) - max(note.onset, bar.onset))
            if note.onset < bar.onset and which == before + 1 and notes:  # it goes on over the bar line
                onset, sofar, *rest = notes[-1]
                notes[-1] = (onset, sofar + length, *rest)  # type: ignore[assignment]  # the rest keeps its types
            else:
                onset = at + max(float(note.onset) - begin, 0.0)
                notes.append((onset, length, note.pitch, sounding[id(note)]))
        at, before = at + float(bar.length), which
    if not notes:
        raise ValueError("the score has no notes to follow")
    onsets, lengths, pitches, written = (np.array(column) for column in zip(*notes, strict=True))
    opening = np.flatnonzero([tune.bars[which].repeat_from or bool(tune.bars[which].section) for which in order])
    back = 1 + np.flatnonzero(np.diff(order) < 0)
    begun, numbers, beats, section, opens = (np.array(column) for column in zip(*bars, strict=True))
    return Timeline(
        onsets.astype(np.float64),
        lengths.astype(np.float64),
        pitches.astype(np.int64),
        written.astype(np.int64),
        begun.astype(np.float64),
        numbers.astype(np.int64),
        beats.astype(np.float64),
        section.astype(np.int64),
        opens.astype(np.bool_),
        begun[np.unique(np.concatenate([[0], opening, back])).astype(np.intp)].astype(np.float64),
        tuple(names),
        at,
        tune.tempo,
    )


def _sections(tune: Tune, names: list[str]) -> list[int]:
    """Which section each written bar belongs to: a name holds until the next."""
    found, now = [], 0
    for bar in tune.bars:
        now = names.index(bar.section) if bar.section else now
        found.append(now)
    return found
