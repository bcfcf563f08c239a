"""A phrase in ABC, for abcm2ps."""

from __future__ import annotations

from typing import Final

import numpy as np

from sheets.phrases import KEY_NAMES, Bar, Item, Phrase
from sheets.taste import WORDS, Taste, beams_of, step_and_octave

_ACCIDENTALS: Final = {"flat": "_", "natural": "=", "sharp": "^", "double-flat": "__", "double-sharp": "^^", "": ""}
_LINES: Final = {
    "bar": "|",
    "bar.double": "||",
    "bar.final": "|]",
    "repeat.start": "|:",
    "repeat.end": ":|",
    "repeat.both": "::",
    "": "",
}


def as_abc(phrase: Phrase, taste: Taste, rng: np.random.Generator, number: int = 1, head: str = "") -> str:
    """The phrase in ABC, one line of music, with what `taste` adds."""
    clef = {"G": "treble", "F": "bass", "C": "alto"}[phrase.clef]
    metre = phrase.metre if phrase.metre_shown and phrase.metre else "none"
    music = "|:" if phrase.opens else ""
    slur: int | None = None  # where the note stands that it began at
    for bar in phrase.bars:
        music += f"[{bar.ending} " if bar.ending else ""
        music += f"[K:{KEY_NAMES[bar.key + 7]}]" if bar.key is not None else ""
        music += f"[M:{bar.metre}]" if bar.metre else ""
        for group in beams_of(bar, taste.beams):
            for item in group:
                text = "(3" if item.triplet == 1 else ""
                if item.triplet == 1:
                    size = _triplet_size(bar, item)
                    text = f"(3:2:{size}"
                opens = closes = ""
                if item.position is not None:
                    if slur is not None and slur != item.position and rng.random() < 0.5:
                        closes, slur = ")", None
                    elif slur is None and rng.random() < taste.slurs and not item.tie and item.triplet == 0:
                        opens, slur = "(", item.position
                    if rng.random() < taste.graces:
                        text = "{" + _abc_name(item.position + 1, phrase.clef) + "}" + text
                    if rng.random() < taste.points:
                        text += str(rng.choice([".", "!>!", "!tenuto!", "u", "v"]))
                    if rng.random() < taste.above:
                        text = str(rng.choice(['"Am"', '"G"', "!fermata!", "T", '"D7"', "!3!"])) + text
                    if rng.random() < taste.below:
                        text = str(rng.choice(["!p!", "!f!", "!mf!"])) + text
                text = opens + text
                name = "z" if item.position is None else _abc_name(item.position, phrase.clef)
                length = _abc_length(item)
                music += f"{text}{_ACCIDENTALS[item.accidental]}{name}{length}{'-' if item.tie else ''}{closes}"
            music += " "
        music += f"{_LINES[bar.line]} "
    if slur is not None:  # it never ended: without it
        at = next(k for k in range(len(music) - 1, -1, -1) if music[k] == "(" and music[k + 1] != "3")
        music = music[:at] + music[at + 1 :]
    words = ""
    if taste.lyrics:
        count = sum(item.position is not None for bar in phrase.bars for item in bar.items)
        words = "\nw: " + " ".join(WORDS[int(rng.integers(len(WORDS)))] for _ in range(count))
    return f"X:{number}\nM:{metre}\nL:1/4\n{head}K:{KEY_NAMES[phrase.key + 7]} clef={clef}\n{music}{words}\n"


def _triplet_size(bar: Bar, first: Item) -> int:
    at = next(k for k, item in enumerate(bar.items) if item is first)
    return next(k for k, item in enumerate(bar.items[at:], start=1) if item.triplet == 3)


def _abc_name(position: int, clef: str) -> str:
    step, octave = step_and_octave(position, clef)
    if octave >= 5:
        return step + "'" * (octave - 5)
    return step.upper() + "," * (4 - octave)


def _abc_length(item: Item) -> str:
    above = (1, 3, 7)[item.dots] * 4
    below = item.duration * (1, 2, 4)[item.dots]
    return f"{above}/{below}"
