"""A tune as a standard MIDI file, and back. Needs mido: the extra `score`.

A MIDI file knows when notes sound, metres, keys, tempo and markers; clef, spelling and repeats are not in it. Bars
of another length than their metre's (a pick-up) are written as bars of another metre, so that bar lines stay.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from dataclasses import replace
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.errors import MissingDriver
from engine.score.barring import barred, bars_by_meter, fitting_clef, one_voice
from engine.score.spelling import NATURAL, Key, spelled
from engine.score.tune import Bar, Meter, Note, Tune
from engine.score.written import odd_part, value_of

if TYPE_CHECKING:
    import mido

_TICKS: Final = 480  # a quarter, at least
_MOST_TICKS: Final = 30_240  # a quarter, at most: divided by 2 to 10, and by 32
_VELOCITY: Final = 80
_TEMPO: Final = 96.0  # quarters a minute where a tune says none
_DRUMS: Final = 9  # their channel
_GRID: Final = 24  # parts of a quarter to which playing by hand is put right: 32nds and triplets
_FINEST: Final = 64 * 3
_SLIP: Final = Fraction(1, 64)  # quarters by which programs end notes early, so that they do not touch
_MAJORS: Final = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINORS: Final = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")


def write_midi(tune: Tune, path: Path) -> None:
    """The tune as it is written (`repeats.unrolled` of it is what is played) in a file of one track."""
    library = _mido()
    exact = lcm(_TICKS, *(note.onset.denominator for note in tune.notes), tune.length.denominator)
    ticks = exact if exact <= _MOST_TICKS else _MOST_TICKS

    events: list[tuple[int, int, Any]] = []  # tick, order within it, message

    def add(at: Fraction, order: int, kind: Any, what: str, /, **values: Any) -> None:
        events.append((round(at * ticks), order, kind(what, **values)))

    if tune.title:
        add(Fraction(0), 0, library.MetaMessage, "track_name", name=_latin(tune.title))
    add(Fraction(0), 0, library.MetaMessage, "set_tempo", tempo=round(60e6 / (tune.tempo or _TEMPO)))
    meter: Meter | None = None
    key: Key | None = None
    for which, bar in enumerate(tune.bars):
        lasting = _lasting(bar, which == len(tune.bars) - 1)
        if lasting is not None and lasting != meter:
            add(bar.onset, 1, library.MetaMessage, "time_signature", numerator=lasting.beats, denominator=lasting.unit)
            meter = lasting
        if bar.key != key:
            names = _MINORS if bar.key.mode in ("minor", "aeolian") else _MAJORS
            add(bar.onset, 1, library.MetaMessage, "key_signature", key=names[bar.key.fifths + 7])
            key = bar.key
        if bar.section:
            add(bar.onset, 1, library.MetaMessage, "marker", text=_latin(bar.section))
    for note in tune.sounding:
        add(note.onset, 3, library.Message, "note_on", note=note.pitch, velocity=_VELOCITY)
        add(note.end, 2, library.Message, "note_off", note=note.pitch, velocity=0)
    add(tune.length, 4, library.MetaMessage, "end_of_track")
    events.sort(key=lambda event: event[:2])
    track = library.MidiTrack()
    at = 0
    for tick, _, message in events:
        track.append(message.copy(time=tick - at))
        at = tick
    library.MidiFile(type=0, ticks_per_beat=ticks, tracks=[track]).save(path)


def read_midi(path: Path) -> Tune:
    """The melody of a file: its first track (of a file with one track: channel) that has notes, but no drums.

    ValueError, in a few words, or OSError if there is none.
    """
    library = _mido()
    try:
        file = library.MidiFile(path, clip=True)
        ticks = file.ticks_per_beat
        tracks = [list(_timed(track)) for track in file.tracks]
    except OSError as problem:
        if problem.errno is not None:
            raise
        raise ValueError("it is no MIDI file, or a broken one") from None
    except Exception as problem:  # whatever mido makes of a broken file
        raise ValueError(f"it is no MIDI file, or a broken one ({type(problem).__name__})") from None
    if ticks <= 0:
        raise ValueError("it counts time in film frames, not in beats")
    melody = next((found for track in tracks if (found := _melody(track, ticks))), None)
    if melody is None:
        raise ValueError("it holds no notes")
    return _tune([event for track in tracks for event in track], melody, ticks)


def _mido() -> Any:
    try:
        import mido
    except ImportError:
        raise MissingDriver(
            "MIDI files are read and written by mido, which is not here (pip install 'monochord[score]')"
        ) from None
    return mido


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def _lasting(bar: Bar, last: bool) -> Meter | None:
    """The metre in which a bar is full; None where it is to stay as it was."""
    if bar.meter is None or bar.full or (last and bar.length < bar.meter.bar):
        return bar.meter
    unit = max(4 * bar.length.denominator, bar.meter.unit)
    beats = bar.length * unit / 4
    return Meter(int(beats), unit) if unit in (4, 8, 16, 32, 64) and beats.denominator == 1 and beats < 100 else None


def _timed(track: mido.MidiTrack) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = []
    at = 0
    for message in track:
        at += int(message.time)
        found.append((at, message))
    return found


def _melody(track: list[tuple[int, Any]], ticks: int) -> list[tuple[Fraction, Fraction, int]]:
    """Onset, end and MIDI number of the notes of the track's first channel that has some."""
    channel: int | None = None
    held: dict[int, int] = {}
    notes: list[tuple[Fraction, Fraction, int]] = []
    for at, message in track:
        if message.type not in ("note_on", "note_off") or message.channel == _DRUMS:
            continue
        begins = message.type == "note_on" and message.velocity > 0
        if channel is None and begins:
            channel = message.channel
        if message.channel != channel:
            continue
        begun = held.pop(message.note, None)
        if begun is not None and at > begun:
            notes.append((Fraction(begun, ticks), Fraction(at, ticks), message.note))
        if begins:
            held[message.note] = at
    return sorted(notes)


def _tune(events: list[tuple[int, Any]], melody: list[tuple[Fraction, Fraction, int]], ticks: int) -> Tune:
    meters: dict[Fraction, Meter] = {}
    keys: dict[Fraction, Key] = {}
    sections: dict[Fraction, str] = {}
    title, tempo, end = "", None, Fraction(0)
    for tick, message in events:
        at = Fraction(tick, ticks)
        match message.type:
            case "time_signature":
                meters[at] = Meter(min(max(message.numerator, 1), 99), min(message.denominator, 64))
            case "key_signature":
                minor = message.key.endswith("m")
                names = _MINORS if minor else _MAJORS
                keys[at] = Key(names.index(message.key) - 7, "minor" if minor else "major")
            case "marker" if message.text.strip():
                sections[at] = message.text.strip()
            case "set_tempo" if tempo is None and message.tempo > 0:
                tempo = min(max(60e6 / message.tempo, 1.0), 1000.0)
            case "track_name" if not title:
                title = message.name.strip()
            case "end_of_track":
                end = max(end, at)
    first = keys.get(Fraction(0), NATURAL)
    notes = one_voice(Note(begin, stop - begin, spelled(pitch, first)) for begin, stop, pitch in _put_right(melody))
    length = max(end if end and (end % 1 == 0 or _plain(end % 1)) else Fraction(0), notes[-1].end)
    meters.setdefault(Fraction(0), Meter(4, 4))
    changes, pickup = _changes(meters, keys)
    bars = bars_by_meter(length, changes, pickup)
    bars = [replace(bar, section=sections.get(bar.onset, "")) for bar in bars]
    lines = [bar.onset for bar in bars]
    spelt: list[Note] = []
    for note in notes:
        key = bars[bisect_right(lines, note.onset) - 1].key
        spelt.append(note if key == first else replace(note, spelling=spelled(note.pitch or 0, key)))
    return barred(spelt, bars, fitting_clef(notes), title, None if tempo is None else round(tempo, 3))


def _changes(
    meters: dict[Fraction, Meter], keys: dict[Fraction, Key]
) -> tuple[list[tuple[Fraction, Meter | None, Key]], Fraction]:
    """From when on which metre and key hold; and how long a pick-up is: one bar of a smaller metre at the begin."""
    times = sorted(meters)
    pickup = Fraction(0)
    if len(times) > 1 and meters[times[0]].bar == times[1] < meters[times[1]].bar:
        pickup = times[1]
        meters = {**meters, times[0]: meters[times[1]]}
    changes: list[tuple[Fraction, Meter | None, Key]] = []
    meter, key = meters[Fraction(0)], NATURAL
    for at in sorted({*meters, *keys}):
        meter, key = meters.get(at, meter), keys.get(at, key)
        changes.append((at, meter, key))
    return changes, pickup


def _plain(length: Fraction) -> bool:
    """Whether so many quarters can be meant: what one sign, or a few with the same dots and triplets, lasts."""
    return (odd_part(length) in (1, 3) and length.denominator <= _FINEST) or (
        odd_part(length) in (5, 7, 9) and value_of(length) is not None
    )


def _put_right(melody: list[tuple[Fraction, Fraction, int]]) -> list[tuple[Fraction, Fraction, int]]:
    """Notes as they may have been written: those that were cut a little short last to the next; playing by hand is
    brought to a grid."""
    onsets = sorted({begin for begin, _, _ in melody})
    following = dict(itertools.pairwise(onsets))
    found: list[tuple[Fraction, Fraction, int]] = []
    for begin, end, pitch in melody:
        if begin % 1 and not _plain(begin % 1):
            begin = Fraction(round(begin * _GRID), _GRID)
        if not _plain(end - begin):
            end = _end(begin, end, following.get(begin))
        if end > begin:
            found.append((begin, end, pitch))
    return sorted(found) or melody


def _end(begin: Fraction, end: Fraction, until: Fraction | None) -> Fraction:
    """Where a note that lasts an odd while was meant to end; `until` is when the next begins."""
    for parts in (8, 6):
        near = begin + Fraction(round((end - begin) * parts), parts)
        if near > begin and abs(near - end) <= _SLIP:
            return near
    if until is not None and end < until and until - end < (until - begin) / 3:
        return until
    return Fraction(round(end * _GRID), _GRID)
