"""Who can play: instruments of General MIDI with a name, a range and a way to begin a note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BLOWN, STRUCK = 0, 1


@dataclass(frozen=True, slots=True)
class Instrument:
    """A General MIDI program, from 0, its range, and how its sounds begin."""

    name: str
    program: int
    lowest: int
    highest: int
    kind: int
    bends: bool = False
    drum: bool = False


INSTRUMENTS: Final = (
    Instrument("piano", 0, 36, 88, STRUCK),
    Instrument("harpsichord", 6, 41, 84, STRUCK),
    Instrument("celesta", 8, 60, 96, STRUCK),
    Instrument("vibraphone", 11, 53, 89, STRUCK),
    Instrument("marimba", 12, 45, 90, STRUCK),
    Instrument("xylophone", 13, 65, 96, STRUCK),
    Instrument("dulcimer", 15, 48, 84, STRUCK),
    Instrument("organ", 19, 40, 84, BLOWN),
    Instrument("accordion", 21, 53, 88, BLOWN),
    Instrument("harmonica", 22, 60, 84, BLOWN, bends=True),
    Instrument("nylon_guitar", 24, 40, 81, STRUCK, bends=True),
    Instrument("steel_guitar", 25, 40, 81, STRUCK, bends=True),
    Instrument("bass", 32, 28, 55, STRUCK),
    Instrument("violin", 40, 55, 96, BLOWN, bends=True),
    Instrument("viola", 41, 48, 84, BLOWN, bends=True),
    Instrument("cello", 42, 36, 74, BLOWN, bends=True),
    Instrument("pizzicato", 45, 43, 84, STRUCK),
    Instrument("harp", 46, 36, 96, STRUCK),
    Instrument("strings", 48, 40, 88, BLOWN),
    Instrument("trumpet", 56, 55, 82, BLOWN, bends=True),
    Instrument("trombone", 57, 40, 70, BLOWN, bends=True),
    Instrument("horn", 60, 41, 77, BLOWN),
    Instrument("sax", 65, 49, 80, BLOWN, bends=True),
    Instrument("oboe", 68, 58, 88, BLOWN, bends=True),
    Instrument("bassoon", 70, 36, 67, BLOWN),
    Instrument("clarinet", 71, 50, 86, BLOWN, bends=True),
    Instrument("piccolo", 72, 74, 100, BLOWN),
    Instrument("flute", 73, 60, 94, BLOWN, bends=True),
    Instrument("recorder", 74, 60, 92, BLOWN),
    Instrument("pan_flute", 75, 60, 88, BLOWN, bends=True),
    Instrument("shakuhachi", 77, 55, 84, BLOWN, bends=True),
    Instrument("whistle", 78, 67, 96, BLOWN, bends=True),
    Instrument("ocarina", 79, 60, 88, BLOWN, bends=True),
    Instrument("sitar", 104, 45, 77, STRUCK, bends=True),
    Instrument("banjo", 105, 48, 79, STRUCK),
    Instrument("shamisen", 106, 48, 79, STRUCK, bends=True),
    Instrument("koto", 107, 48, 86, STRUCK, bends=True),
    Instrument("kalimba", 108, 55, 88, STRUCK),
    Instrument("bagpipe", 109, 58, 80, BLOWN),
    Instrument("fiddle", 110, 55, 92, BLOWN, bends=True),
    Instrument("shanai", 111, 60, 86, BLOWN, bends=True),
    Instrument("timpani", 47, 40, 55, STRUCK, drum=True),
    Instrument("woodblock", 115, 55, 80, STRUCK, drum=True),
    Instrument("taiko", 116, 40, 70, STRUCK, drum=True),
    Instrument("melodic_tom", 117, 45, 75, STRUCK, drum=True),
)
MELODIC: Final = tuple(i for i in INSTRUMENTS if not i.drum)
DRUMS: Final = tuple(i for i in INSTRUMENTS if i.drum)
