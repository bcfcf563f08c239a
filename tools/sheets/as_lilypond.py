"""A phrase for LilyPond, whose engravings are for judging only; and what each of its notes is altered by."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from engine.score.spelling import Key
from sheets.phrases import Item, Phrase
from sheets.taste import step_and_octave

_ALTERS: Final = {"flat": -1, "natural": 0, "sharp": 1, "double-flat": -2, "double-sharp": 2}
_DUTCH: Final = {-2: "eses", -1: "es", 0: "", 1: "is", 2: "isis"}
_KEYS: Final = ("ces", "ges", "des", "as", "es", "bes", "f", "c", "g", "d", "a", "e", "b", "fis", "cis")
_LINES: Final = {
    "bar": "|",
    "bar.double": "||",
    "bar.final": "|.",
    "repeat.start": ".|:",
    "repeat.end": ":|.",
    "repeat.both": ":|.|:",
    "": "",
}


def alters(phrase: Phrase) -> list[list[int]]:
    """What each item of each bar is altered by: signature, accidentals to the bar line, ties."""
    key, out = Key(phrase.key), []
    held: tuple[int, int] | None = None
    for bar in phrase.bars:
        key = Key(bar.key) if bar.key is not None else key
        here: dict[int, int] = {}
        row = []
        for item in bar.items:
            alter = 0
            if item.position is not None:
                if item.accidental:
                    here[item.position] = _ALTERS[item.accidental]
                step, _ = step_and_octave(item.position, phrase.clef)
                alter = here.get(item.position, key.alter(step.upper()))
                if held is not None and held[0] == item.position and not item.accidental:
                    alter = held[1]
            held = (item.position, alter) if item.tie and item.position is not None else None
            row.append(alter)
        out.append(row)
    return out


def exact_quarters(item: Item) -> Fraction:
    """How long it lasts."""
    whole = Fraction(4, item.duration) * (Fraction(1), Fraction(3, 2), Fraction(7, 4))[item.dots]
    return whole * Fraction(2, 3) if item.triplet else whole


def as_lilypond(phrase: Phrase, paged: bool = False) -> str:
    """The phrase as one `\\book`: of one long line, or of a page."""
    metre = phrase.metre or "4/4"
    shown = {"C": "4/4", "C|": "2/2"}.get(metre, metre)
    clef = {"G": "treble", "F": "bass", "C": "alto"}[phrase.clef]
    style = "" if metre in ("C", "C|") else "\\numericTimeSignature "
    music = f"\\clef {clef} \\key {_KEYS[phrase.key + 7]} \\major {style}\\time {shown} "
    if not (phrase.metre_shown and phrase.metre):
        music = "\\omit Staff.TimeSignature " + music
    if phrase.opens:
        music += '\\bar ".|:" '
    for bar, row in zip(phrase.bars, alters(phrase), strict=True):
        length = sum((exact_quarters(item) for item in bar.items), Fraction(0)) / 4
        if bar.key is not None:
            music += f"\\key {_KEYS[bar.key + 7]} \\major "
        if bar.metre:
            music += (
                f"\\undo \\omit Staff.TimeSignature \\time { ({'C': '4/4', 'C|': '2/2'}.get(bar.metre, bar.metre)) } "
            )
        music += f"\\set Timing.measureLength = #(ly:make-moment {length.numerator}/{length.denominator}) "
        if bar.ending:
            music += f'\\set Score.repeatCommands = #\'((volta "{bar.ending}.")) '
        for item, alter in zip(bar.items, row, strict=True):
            music += "\\tuplet 3/2 { " if item.triplet == 1 else ""
            if item.position is None:
                name = "r"
            else:
                step, octave = step_and_octave(item.position, phrase.clef)
                name = step + _DUTCH[alter] + ("'" * (octave - 3) if octave >= 3 else "," * (3 - octave))
                name += "!" if item.accidental else ""
            music += f"{name}{item.duration}{'.' * item.dots}{'~' if item.tie else ''} "
            music += "} " if item.triplet == 3 else ""
        if bar.ending:
            music += "\\set Score.repeatCommands = #'((volta #f)) "
        music += f'\\bar "{_LINES[bar.line]}"\n'
    return (
        f"\\book {{ \\paper {{ {'' if paged else 'page-breaking = #ly:one-line-breaking'} indent = 0 tagline = ##f }}\n"
        f"\\score {{ \\new Staff {{ \\accidentalStyle default \\set Staff.extraNatural = ##f {music} }} "
        "\\layout { \\context { \\Score \\omit BarNumber } } } }\n"
    )
