"""MusicXML → a tune: one part, one voice, the highest note of a chord; grace notes are left out."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from engine.score.guarded_xml import parsed
from engine.score.musicxml_writer import CLEF_SIGNS
from engine.score.spelling import MODES, NATURAL, Key, Spelling
from engine.score.tune import Meter, Tune
from engine.score.written import WrittenBar, WrittenNote, tune_of_bars

_LARGEST: Final = 1 << 26  # bytes: more than the longest opera's
_DECIMAL: Final = re.compile(r"[+-]?(?=\.?\d)\d{0,18}(\.\d{0,18})?")
_CLEFS: Final = {f"{sign}{line}": name for name, (sign, line) in CLEF_SIGNS.items()}


def read_musicxml(path: Path) -> Tune:
    """The tune in a .musicxml, .xml or .mxl file. ValueError, in a few words, or OSError if there is none."""
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError("it is larger than any music")
    if data.startswith(b"PK"):
        data = _unpacked(path)
    try:
        return tune_of_musicxml(data)
    except (ArithmeticError, AttributeError, KeyError, TypeError) as problem:
        raise ValueError(f"it is no MusicXML ({problem or type(problem).__name__})") from None


def tune_of_musicxml(data: bytes) -> Tune:
    """The tune of a MusicXML document."""
    root = parsed(data)
    if root.tag == "score-timewise":
        raise ValueError("it is ordered by time (save it as partwise MusicXML)")
    if root.tag != "score-partwise":
        raise ValueError(f"it is no MusicXML: its root is {root.tag[:40]}")
    part = next((part for part in root.iter("part") if part.find(".//note") is not None), None)
    if part is None:
        raise ValueError("it holds no notes")
    reader = _Reader(_voice(part))
    bars = [reader.bar(measure) for measure in part.iter("measure")]
    title = root.findtext("work/work-title") or root.findtext("movement-title") or ""
    return tune_of_bars(bars, reader.clef or "treble", title.strip(), reader.tempo)


def _unpacked(path: Path) -> bytes:
    """What a .mxl archive holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            container = parsed(_member(archive, "META-INF/container.xml"))
            names = [element.get("full-path") for element in container.iter() if element.tag.endswith("rootfile")]
            return _member(archive, names[0] or "")
    except (zipfile.BadZipFile, KeyError, IndexError, RuntimeError, NotImplementedError):
        raise ValueError("it is a broken archive") from None


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError("it is larger than any music")
    return data


def _voice(part: Element) -> str:
    """The voice that is read: that of the part's first note."""
    return next(_voice_of(note) for note in part.iter("note"))


def _voice_of(note: Element) -> str:
    return f"{note.findtext('staff') or 1}/{note.findtext('voice') or 1}"


@dataclass(slots=True)
class _Reader:
    """What holds from bar to bar while a part is read."""

    voice: str
    clef: str = ""
    tempo: float | None = None
    divisions: Fraction = Fraction(1)
    key: Key = NATURAL
    meter: Meter | None = None
    endings: tuple[int, ...] = ()
    number: int | None = None

    def bar(self, measure: Element) -> WrittenBar:
        """The signs between two bar lines."""
        notes: list[WrittenNote] = []
        repeat_from, repeat_to, section, closes = False, 0, "", False
        at = reached = furthest = Fraction(0)
        for element in measure:
            match element.tag:
                case "attributes":
                    self._attributes(element)
                case "note":
                    begin, at = at, at + (0 if element.find("chord") is not None else self._length(element))
                    if element.find("grace") is None and element.find("cue") is None:
                        reached = self._note(element, begin, reached, notes)
                case "backup":
                    at -= self._length(element)
                case "forward":
                    at += self._length(element)
                case "direction" | "sound":
                    section = element.findtext("direction-type/rehearsal") or section
                    self._tempo(element)
                case "barline":
                    repeat = element.find("repeat")
                    if repeat is not None and repeat.get("direction") == "forward":
                        repeat_from = True
                    elif repeat is not None:
                        repeat_to = int(repeat.get("times", 2))
                    closes = self._ending(element) or closes
            furthest = max(furthest, at)
        if notes and furthest > reached:
            notes.append(WrittenNote(None, furthest - reached))
        elif not notes and furthest > 0:
            notes.append(WrittenNote(None, furthest))
        number = self._number(measure)
        bar = WrittenBar(
            tuple(notes), self.meter, self.key, number, repeat_from, repeat_to, self.endings, section.strip()
        )
        if closes:
            self.endings = ()
        return bar

    def _number(self, measure: Element) -> int:
        """As printed; what has no number of its own, as the second half of a bar, has that of the last."""
        text = measure.get("number", "")
        if text.isdecimal() and len(text) < 7:
            self.number = int(text)
        elif self.number is None:
            self.number = 1
        return self.number

    def _length(self, element: Element) -> Fraction:
        return _exact(element.findtext("duration") or "0") / self.divisions

    def _note(self, element: Element, begin: Fraction, reached: Fraction, notes: list[WrittenNote]) -> Fraction:
        """Take a note in if it is of the voice; how far the voice has come."""
        length = self._length(element)
        if _voice_of(element) != self.voice or length <= 0:
            return reached
        spelling = _spelling(element)
        tied = any(tie.get("type") == "start" for tie in element.iter("tie"))
        if element.find("chord") is not None:
            last = notes[-1].spelling if notes else None
            if last is not None and spelling is not None and spelling.midi > last.midi:
                notes[-1] = replace(notes[-1], spelling=spelling, tied=tied)
            return reached
        if begin < reached:
            return reached
        if begin > reached:
            notes.append(WrittenNote(None, begin - reached))
        notes.append(WrittenNote(spelling, length, tied))
        return begin + length

    def _attributes(self, element: Element) -> None:
        divisions = element.findtext("divisions")
        if divisions:
            self.divisions = _exact(divisions)
            if self.divisions <= 0:
                raise ValueError(f"divisions={divisions} must be more than 0")
        fifths = element.findtext("key/fifths")
        if fifths:
            mode = (element.findtext("key/mode") or "").strip().lower()
            self.key = Key(int(fifths), mode if mode in MODES else None)
        time = element.find("time")
        if time is not None:
            self.meter = _meter(time)
        clef = element.find("clef")
        if clef is not None and not self.clef:
            self.clef = _CLEFS.get(f"{clef.findtext('sign')}{clef.findtext('line')}", "treble")

    def _tempo(self, element: Element) -> None:
        sounds = [sound for sound in element.iter("sound") if sound.get("tempo")]
        if sounds and self.tempo is None:
            self.tempo = min(max(float(sounds[0].get("tempo", 0)), 1.0), 1000.0)

    def _ending(self, barline: Element) -> bool:
        """Takes an ending's begin in; whether one ends here."""
        ending = barline.find("ending")
        if ending is None:
            return False
        if ending.get("type") == "start":
            numbers = ending.get("number", "").replace(",", " ").split()
            self.endings = tuple(int(number) for number in numbers if number.isdecimal() and 0 < int(number) < 100)
        return ending.get("type") != "start"


def _exact(text: str) -> Fraction:
    """The number that a decimal is; ValueError for none, and for one with an exponent, which may fill the memory."""
    if not _DECIMAL.fullmatch(text.strip()):
        raise ValueError(f"{text.strip()[:20]!r} must be a number (as 480)")
    return Fraction(text.strip())


def _spelling(element: Element) -> Spelling | None:
    pitch = element.find("pitch")
    if pitch is None:
        return None
    alter = round(float(pitch.findtext("alter") or 0))
    return Spelling((pitch.findtext("step") or "").strip(), alter, int(pitch.findtext("octave") or ""))


def _meter(time: Element) -> Meter | None:
    """A time signature; of several, as 3/8 + 2/4, all in the smallest of their units."""
    parts = [
        (sum(int(beat) for beat in (beats.text or "").split("+")), int(unit.text or ""))
        for beats, unit in zip(time.iter("beats"), time.iter("beat-type"), strict=False)
    ]
    if not parts:
        return None
    unit = max(unit for _, unit in parts)
    return Meter(sum(beats * unit // each for beats, each in parts), unit)
