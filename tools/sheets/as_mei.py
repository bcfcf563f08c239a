"""A phrase in MEI, for Verovio."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

import numpy as np

from sheets.phrases import Bar, Item, Phrase
from sheets.taste import MIDDLES, STEPS, WORDS, Taste, beams_of

_ACCIDENTALS: Final = {"flat": "f", "natural": "n", "sharp": "s", "double-flat": "ff", "double-sharp": "x", "": ""}
_CLEF_LINES: Final = {"G": 2, "F": 4, "C": 3}
_RIGHT: Final = {
    "bar": "single",
    "bar.double": "dbl",
    "bar.final": "end",
    "repeat.start": "rptstart",
    "repeat.end": "rptend",
    "repeat.both": "rptboth",
    "": "invis",
}
_BENT_AS_SLURS: Final = 0.4
_POINTS: Final = ("stacc", "acc", "ten", "marc", "dnbow", "upbow")


@dataclass(slots=True)
class _Mei:
    rng: np.random.Generator
    taste: Taste
    middle: int
    count: int = 0
    spans: list[str] = field(default_factory=list)
    last_tie: str = ""
    last_slur: tuple[str, int] | None = None
    sung: int = 0


def as_mei(phrase: Phrase, taste: Taste, rng: np.random.Generator) -> str:
    """The phrase in MEI, with what `taste` adds."""
    state = _Mei(rng, taste, MIDDLES[phrase.clef])
    metre = ""
    if phrase.metre_shown and phrase.metre:
        metre = _mei_metre(phrase.metre)
    staff = (
        f'<staffDef n="1" lines="5" clef.shape="{phrase.clef}" clef.line="{_CLEF_LINES[phrase.clef]}"'
        f' keysig="{_mei_key(phrase.key)}" {metre}/>'
    )
    body = []
    for number, bar in enumerate(phrase.bars):
        change = ""
        if bar.key is not None or bar.metre:
            key = f' keysig="{_mei_key(bar.key)}"' if bar.key is not None else ""
            change = f"<scoreDef{key} {_mei_metre(bar.metre) if bar.metre else ''}/>"
        left = ' left="rptstart"' if number == 0 and phrase.opens else ""
        music = _mei_bar(bar, state, last=number == len(phrase.bars) - 1)
        spans = "".join(state.spans)
        state.spans = []
        measure = (
            f'<measure n="{number + 1}" right="{_RIGHT[bar.line]}"{left}>'
            f'<staff n="1"><layer n="1">{music}</layer></staff>'
            f"{spans}</measure>"
        )
        body.append(change + (f'<ending n="{bar.ending}">{measure}</ending>' if bar.ending else measure))
    return (
        '<?xml version="1.0"?><mei xmlns="http://www.music-encoding.org/ns/mei" meiversion="5.0"><music><body><mdiv>'
        f"<score><scoreDef><staffGrp>{staff}</staffGrp></scoreDef><section>{''.join(body)}</section></score>"
        "</mdiv></body></music></mei>"
    )


def _mei_key(fifths: int) -> str:
    return f"{abs(fifths)}{'s' if fifths > 0 else 'f'}" if fifths else "0"


def _mei_metre(metre: str) -> str:
    if metre in ("C", "C|"):
        return f'meter.sym="{"common" if metre == "C" else "cut"}"'
    above, below = metre.split("/")
    return f'meter.count="{above}" meter.unit="{below}"'


def _mei_bar(bar: Bar, state: _Mei, last: bool) -> str:
    out: list[str] = []
    for group in beams_of(bar, state.taste.beams):
        text = ["", ""]
        for k, item in enumerate(group):
            final = last and item is bar.items[-1] and k == len(group) - 1 and group[-1] is item
            drawn = _mei_item(item, state, final)
            if item.triplet == 1:
                seen = "true" if state.taste.brackets or state.rng.random() < 0.3 else "false"
                text[0] += f'<tuplet num="3" numbase="2" num.format="count" bracket.visible="{seen}">'
            text[0] += drawn
            if item.triplet == 3:
                text[0] += "</tuplet>"
        music = text[0]
        if len(group) > 1:
            opened, closed = music.count("<tuplet"), music.count("</tuplet>")
            if opened == closed:
                music = f"<beam>{music}</beam>"
            elif opened > closed:  # a triplet goes on beyond this beam: the beam lies within it
                head, tail = music.split(">", 1) if music.startswith("<tuplet") else (None, music)
                music = f"{head}><beam>{tail}</beam>" if head is not None else music
            else:
                head, tail = music.rsplit("</tuplet>", 1)
                music = music if tail else f"<beam>{head}</beam></tuplet>"
        out.append(music)
    return "".join(out)


def _mei_item(item: Item, state: _Mei, final: bool) -> str:
    rng, taste = state.rng, state.taste
    state.count += 1
    name = f"n{state.count}"
    dots = f' dots="{item.dots}"' if item.dots else ""
    if item.position is None:
        state.last_tie, state.last_slur = "", None
        return f'<rest xml:id="{name}" dur="{item.duration}"{dots}/>'
    step, octave = STEPS[(item.position + state.middle) % 7], (item.position + state.middle) // 7
    if state.last_tie:
        # MuseScore and others bend ties from the middle of the heads, as Verovio bends slurs.
        arc = "slur" if rng.random() < _BENT_AS_SLURS else "tie"
        state.spans.append(f'<{arc} startid="#{state.last_tie}" endid="#{name}"/>')
    state.last_tie = ""
    if item.tie:
        if final:
            state.spans.append(f'<lv startid="#{name}"/>')
        else:
            state.last_tie = name
    # A slur from a note to its own like is a tie to the eye: none is drawn.
    if state.last_slur and state.last_slur[1] != item.position and rng.random() < 0.5:
        state.spans.append(f'<slur startid="#{state.last_slur[0]}" endid="#{name}"/>')
        state.last_slur = None
    elif not state.last_slur and rng.random() < taste.slurs and not item.tie:
        state.last_slur = (name, item.position)
    artic = ""
    if rng.random() < taste.points:
        artic = f' artic="{rng.choice(_POINTS, p=[0.5, 0.2, 0.15, 0.05, 0.05, 0.05])}"'
    if rng.random() < taste.above:
        kind = rng.integers(6)
        word = str(rng.choice(WORDS))
        state.spans.append(
            (
                f'<fermata startid="#{name}" place="above"/>',
                f'<trill startid="#{name}"/>',
                f'<tempo startid="#{name}">{word.title()}</tempo>',
                f'<harm startid="#{name}">{rng.choice(["G", "Am", "D7", "C", "Em", "Bb"])}</harm>',
                f'<fing startid="#{name}">{rng.integers(1, 6)}</fing>',
                f'<mordent startid="#{name}"/>',
            )[kind]
        )
    if rng.random() < taste.below:
        state.spans.append(
            f'<dynam startid="#{name}" place="below">{rng.choice(["p", "f", "mf", "pp", "cresc.", "sf"])}</dynam>'
        )
    verse = ""
    if taste.lyrics and rng.random() < 0.9:
        state.sung += 1
        con = ' con="d"' if rng.random() < 0.3 else ""
        verse = f'<verse n="1"><syl{con}>{escape(WORDS[state.sung * 7 % len(WORDS)])}</syl></verse>'
    accidental = f' accid="{_ACCIDENTALS[item.accidental]}"' if item.accidental else ""
    grace = ""
    if rng.random() < taste.graces:
        other = item.position + state.middle + int(rng.choice([-1, 1, 2]))
        grace = f'<note grace="acc" dur="8" pname="{STEPS[other % 7]}" oct="{other // 7}"/>'
    stem = f' stem.dir="{taste.stems}"' if taste.stems else ""
    head = f'<note xml:id="{name}" dur="{item.duration}"{dots} pname="{step}" oct="{octave}"{accidental}{artic}{stem}'
    note = f"{head}>{verse}</note>" if verse else f"{head}/>"
    return grace + note
