"""A tune as MusicXML 4.0: the file that every notation program opens."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.score.beams import beamed
from engine.score.spelling import Key
from engine.score.tune import DOUBT, Meter, Tune
from engine.score.written import PLAIN, WrittenBar, accidentals, bars_of_tune, tuplets

TYPES: Final = {  # what a value, in quarters, is called
    Fraction(8): "breve",
    Fraction(4): "whole",
    Fraction(2): "half",
    Fraction(1): "quarter",
    Fraction(1, 2): "eighth",
    Fraction(1, 4): "16th",
    Fraction(1, 8): "32nd",
    Fraction(1, 16): "64th",
    Fraction(1, 32): "128th",
    Fraction(1, 64): "256th",
    Fraction(1, 128): "512th",
    Fraction(1, 256): "1024th",
}
CLEF_SIGNS: Final = {"treble": ("G", 2), "bass": ("F", 4), "alto": ("C", 3), "tenor": ("C", 4), "soprano": ("C", 1)}
_ACCIDENTALS: Final = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_DOUBTFUL: Final = "#C04000"  # the colour of notes that their reader was not sure of
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 '
    'Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)


def musicxml(tune: Tune, named: bool = False) -> bytes:
    """The tune as a MusicXML document, repeats as signs. Notes that are doubtful stand in another colour.

    `named`: each note that is no rest has an id, n0, n1 and so on; those that are tied count each.
    """
    bars = bars_of_tune(tune)
    beams = beamed(bars)
    divisions = lcm(*(note.duration.denominator for bar in bars for note in bar.notes))
    root = Element("score-partwise", version="4.0")
    if tune.title:
        _text(SubElement(root, "work"), "work-title", tune.title)
    _text(SubElement(SubElement(root, "identification"), "encoding"), "software", "Monochord")
    part_of_list = SubElement(SubElement(root, "part-list"), "score-part", id="P1")
    _text(part_of_list, "part-name", "")
    part = SubElement(root, "part", id="P1")
    before: WrittenBar | None = None
    tied = False
    for place, bar in enumerate(bars):
        after = bars[place + 1] if place + 1 < len(bars) else None
        measure = SubElement(part, "measure", number=str(bar.number))
        length = sum(note.duration for note in bar.notes)
        if bar.meter is not None and length < bar.meter.bar:
            measure.set("implicit", "yes")
        _left(measure, bar, before)
        _attributes(measure, bar, before, tune.clef, divisions)
        _directions(measure, bar, tune.tempo if before is None else None)
        tied = _notes(measure, bar, beams[place], divisions, tied)
        _right(measure, bar, after)
        before = bar
    if not bars:
        measure = SubElement(part, "measure", number="1")
        _text(SubElement(measure, "attributes"), "divisions", "1")
    if named:
        for number, note in enumerate(note for note in part.iter("note") if note.find("rest") is None):
            note.set("id", f"n{number}")
    indent(root)
    body: str = tostring(root, encoding="unicode")
    return f"{_HEAD}{body}\n".encode()


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text


def _attributes(measure: Element, bar: WrittenBar, before: WrittenBar | None, clef: str, divisions: int) -> None:
    """What is in force from this bar on, where it is another than before; in the first bar all of it."""
    attributes = Element("attributes")
    if before is None:
        _text(attributes, "divisions", str(divisions))
    if before is None or before.key != bar.key:
        _key(attributes, bar.key)
    if before is None or before.meter != bar.meter:
        _meter(attributes, bar.meter)
    if before is None:
        sign = SubElement(attributes, "clef")
        for tag, value in zip(("sign", "line"), CLEF_SIGNS[clef], strict=True):
            _text(sign, tag, str(value))
    if len(attributes):
        measure.append(attributes)


def _key(attributes: Element, key: Key) -> None:
    element = SubElement(attributes, "key")
    _text(element, "fifths", str(key.fifths))
    if key.mode:
        _text(element, "mode", key.mode)


def _meter(attributes: Element, meter: Meter | None) -> None:
    time = SubElement(attributes, "time")
    if meter is None:
        SubElement(time, "senza-misura")
    else:
        _text(time, "beats", str(meter.beats))
        _text(time, "beat-type", str(meter.unit))


def _directions(measure: Element, bar: WrittenBar, tempo: float | None) -> None:
    if bar.section:
        direction = SubElement(measure, "direction", placement="above")
        _text(SubElement(direction, "direction-type"), "rehearsal", bar.section)
    if tempo is not None:
        direction = SubElement(measure, "direction", placement="above")
        metronome = SubElement(SubElement(direction, "direction-type"), "metronome")
        _text(metronome, "beat-unit", "quarter")
        _text(metronome, "per-minute", f"{tempo:g}")
        SubElement(direction, "sound", tempo=repr(float(tempo)))


def _left(measure: Element, bar: WrittenBar, before: WrittenBar | None) -> None:
    begins = bar.endings and (before is None or before.endings != bar.endings or bool(before.repeat_to))
    if not (begins or bar.repeat_from):
        return
    line = SubElement(measure, "barline", location="left")
    _text(line, "bar-style", "heavy-light" if bar.repeat_from else "regular")
    if begins:
        numbers = ", ".join(map(str, bar.endings))
        SubElement(line, "ending", number=numbers, type="start")
    if bar.repeat_from:
        SubElement(line, "repeat", direction="forward")


def _right(measure: Element, bar: WrittenBar, after: WrittenBar | None) -> None:
    ends = bar.endings and (after is None or after.endings != bar.endings or bool(bar.repeat_to))
    if not (ends or bar.repeat_to or after is None):
        return
    line = SubElement(measure, "barline", location="right")
    _text(line, "bar-style", "light-heavy" if bar.repeat_to or after is None else "regular")
    if ends:
        numbers = ", ".join(map(str, bar.endings))
        SubElement(line, "ending", number=numbers, type="stop" if bar.repeat_to else "discontinue")
    if bar.repeat_to:
        repeat = SubElement(line, "repeat", direction="backward")
        if bar.repeat_to != 2:
            repeat.set("times", str(bar.repeat_to))


def _notes(measure: Element, bar: WrittenBar, beams: list[tuple[str, ...]], divisions: int, tied: bool) -> bool:
    """The signs of a bar; whether the last is tied on."""
    groups = tuplets(bar.notes)
    begins, ends = {begin for begin, _ in groups}, {end - 1 for _, end in groups}
    shown = accidentals(bar.notes, bar.key, tied)
    for place, sign in enumerate(bar.notes):
        element = SubElement(measure, "note")
        if sign.spelling is None:
            SubElement(element, "rest")
        else:
            pitch = SubElement(element, "pitch")
            _text(pitch, "step", sign.spelling.step)
            if sign.spelling.alter:
                _text(pitch, "alter", str(sign.spelling.alter))
            _text(pitch, "octave", str(sign.spelling.octave))
            if sign.certainty < DOUBT:
                element.set("color", _DOUBTFUL)
        _text(element, "duration", str(sign.duration * divisions))
        both = [kind for kind, there in (("stop", tied), ("start", sign.tied)) if there]
        for kind in both:
            SubElement(element, "tie", type=kind)
        _text(element, "voice", "1")
        if sign.value in TYPES:
            _text(element, "type", TYPES[sign.value])
        for _ in range(sign.dots):
            SubElement(element, "dot")
        if shown[place] is not None:
            _text(element, "accidental", _ACCIDENTALS[shown[place] or 0])
        if sign.tuplet != PLAIN:
            modification = SubElement(element, "time-modification")
            _text(modification, "actual-notes", str(sign.tuplet[0]))
            _text(modification, "normal-notes", str(sign.tuplet[1]))
        for level, does in enumerate(beams[place], 1):
            beam = SubElement(element, "beam", number=str(level))
            beam.text = does
        if both or place in begins or place in ends:
            notations = SubElement(element, "notations")
            for kind in both:
                SubElement(notations, "tied", type=kind)
            for kind, there in (("start", place in begins), ("stop", place in ends)):
                if there:
                    SubElement(notations, "tuplet", type=kind, number="1")
        tied = sign.tied
    return tied
