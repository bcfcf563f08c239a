"""Tunes for tests: one of our own (CC0), and any that can be written."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

from hypothesis import strategies as st

from engine.score.plain_text import tune_of_text
from engine.score.spelling import MODES, Key, Spelling
from engine.score.tune import CLEFS, Meter, Note, Tune
from engine.score.written import WrittenBar, WrittenNote, tune_of_bars

JASMINE = """
title: Nearly Jasmine
key: 1=D major
time: 4/4
tempo: 84
0: 0 3_ 2_
1: "A" |: 3 3_ 5_ 6_ 1'_ 1'_ 6_ | 5 5_ 6_ 5 - | 3 3_ 5_ 6_ 1'__ 2'__ 1'_ 6_ | 5. #4_ 5 - |
5: 5 5 5 3_ 5_ | 6 6 5 - ~ | 5 - - 0 | [1 3 2_ 3_ 5 3_ 2_ :| [2 (3 1_ 2_ 3_ ) 2__ 1__ 6,_ 5, - |
time: 3/4
key: 1=G
10: "B" b7,_ 1_ #2. 3_ |
"""


def jasmine() -> Tune:
    """With a pick-up, a repeat with two endings, a tie over a bar line, a triplet, and a change of key and metre."""
    return tune_of_text(JASMINE)


def without_doubt(tune: Tune) -> Tune:
    """The tune as if its reader had been sure of everything: what files without certainties keep."""
    return replace(tune, notes=tuple(replace(note, certainty=1.0) for note in tune.notes))


def settled(tune: Tune) -> Tune:
    """The tune with rests of a bar that follow each other as one: a rest that no one sign can say is written as two."""
    notes: list[Note] = []
    for note in tune.notes:
        last = notes[-1] if notes else None
        if (
            last is not None
            and last.spelling is None is note.spelling
            and tune.bar_at(last.onset) == tune.bar_at(note.onset)
        ):
            sure = min(last.certainty, note.certainty)
            notes[-1] = replace(last, duration=last.duration + note.duration, certainty=sure)
        else:
            notes.append(note)
    return replace(tune, notes=tuple(notes))


def heard(tune: Tune) -> list[tuple[Fraction, Fraction, int]]:
    """Onset, duration and pitch of what sounds."""
    return [(note.onset, note.duration, note.pitch) for note in tune.sounding if note.pitch is not None]


_DURATIONS = [Fraction(n, 8) for n in (1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 8, 8, 9, 12, 14, 16, 24, 28, 32, 40, 48)]
_DURATIONS += [Fraction(1, 3), Fraction(2, 3), Fraction(1, 6), Fraction(4, 3), Fraction(1, 5), Fraction(2, 7)]
durations = st.sampled_from(_DURATIONS)


def any_tune(seed: int) -> Tune:
    """Bars of any length, with repeats, endings, keys and metres in any order: another tune for each number."""
    random = Random(seed)

    def sign() -> WrittenNote:
        spelling = Spelling(random.choice("CDEFGAB"), random.randint(-2, 2), random.randint(2, 6))
        pitch = None if random.random() < 0.2 else spelling
        return WrittenNote(pitch, random.choice(_DURATIONS), random.random() < 0.3, random.choice([1.0, 0.3]))

    def words() -> str:
        return " ".join("".join(random.choices("abcXYZ 019", k=random.randint(0, 9))).split())

    bars = []
    for _ in range(random.randint(1, 6)):
        notes = [sign() for _ in range(random.randint(1, 6))]
        if random.random() < 0.3:
            notes += [replace(notes[-1], tied=False)]  # so that some ties hold
            notes[-2] = replace(notes[-2], tied=True)
        meter = random.choice([None, Meter(random.randint(1, 13), random.choice([1, 2, 4, 8, 16]))])
        key = Key(random.randint(-7, 7), random.choice([None, *MODES]))
        repeats = (random.random() < 0.3, random.choice([0, 0, 2, 3]), random.choice([(), (), (1,), (2,), (1, 2)]))
        bars.append(WrittenBar(tuple(notes), meter, key, None, *repeats, words()))
    tempo = random.choice([None, float(random.randint(20, 300))])
    return tune_of_bars(bars, random.choice(CLEFS), words(), tempo)


tunes = st.integers(0, 1 << 30).map(any_tune)
