"""A tune as JSON: what `monochord score read --json` writes of each page, and any program can read.

Quarters are plain numbers there; they are exact again when they are read: 0.3333… is a third.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from engine.score.barring import barred, bars_by_meter, fitting_clef
from engine.score.spelling import Key, read_key, read_spelling, spelled
from engine.score.tune import Bar, Meter, Note, Tune, read_meter

_FINEST: Final = 1 << 14  # the largest denominator of a quarter that a number is taken for


def told(tune: Tune) -> dict[str, Any]:
    """The tune as JSON."""
    doubtful = tune.doubtful
    return {
        "title": tune.title,
        "clef": tune.clef,
        "key": _told_key(tune.key),
        "time": _told_meter(tune.meter),
        "tempo": tune.tempo,
        "pickup_quarter": float(tune.pickup),
        "notes": [
            {
                "pitch": note.pitch,
                "name": note.spelling and note.spelling.name,
                "onset_quarter": float(note.onset),
                "duration_quarter": float(note.duration),
                "bar": tune.bars[tune.bar_at(note.onset)].number,
                "certainty": note.certainty,
            }
            for note in tune.notes
        ],
        "bars": [
            {
                "number": bar.number,
                "onset_quarter": float(bar.onset),
                "length_quarter": float(bar.length),
                "time": _told_meter(bar.meter),
                "key": _told_key(bar.key),
                "repeat_from": bar.repeat_from,
                "repeat_to": bar.repeat_to,
                "endings": list(bar.endings),
                "section": bar.section,
                "doubtful": which in doubtful,
            }
            for which, bar in enumerate(tune.bars)
        ],
    }


def tune_of(data: Mapping[str, Any]) -> Tune:
    """The tune that JSON of this form tells; only `notes` with pitch, onset and duration must be there.

    Without `bars` they are counted by `time` and `pickup_quarter`. ValueError, KeyError or TypeError if it is none.
    """
    notes = [_note(entry, data) for entry in data["notes"]]
    meter = _meter(data.get("time"))
    tempo = data.get("tempo")
    if data.get("bars"):
        bars = [_bar(entry) for entry in data["bars"]]
    else:
        length = max((note.end for note in notes), default=Fraction(0))
        pickup = _exact(data.get("pickup_quarter", 0))
        bars = bars_by_meter(length, [(Fraction(0), meter, _key(data.get("key")))], pickup)
    clef = str(data.get("clef") or fitting_clef(notes))
    return barred(notes, bars, clef, str(data.get("title") or ""), None if tempo is None else float(tempo))


def _told_key(key: Key) -> dict[str, Any]:
    return {"fifths": key.fifths, "mode": key.mode}


def _told_meter(meter: Meter | None) -> str | None:
    return None if meter is None else str(meter)


def _key(value: Any) -> Key:
    if isinstance(value, Mapping):
        return Key(int(value["fifths"]), value.get("mode"))
    if isinstance(value, int):
        return Key(value)
    return read_key(value) if value else Key()


def _meter(value: Any) -> Meter | None:
    return read_meter(str(value)) if value else None


def _exact(value: Any) -> Fraction:
    """The fraction that a number of quarters was before it was written as a decimal."""
    return Fraction(float(value)).limit_denominator(_FINEST)


def _note(entry: Mapping[str, Any], data: Mapping[str, Any]) -> Note:
    pitch, name = entry["pitch"], entry.get("name")
    spelling = None if pitch is None else spelled(int(pitch), _key(data.get("key")))
    if name and spelling:
        spelling = read_spelling(str(name))
        if spelling.midi != pitch:
            raise ValueError(f"name={name} must be the pitch {pitch}")
    onset, duration = _exact(entry["onset_quarter"]), _exact(entry["duration_quarter"])
    return Note(onset, duration, spelling, float(entry.get("certainty", 1.0)))


def _bar(entry: Mapping[str, Any]) -> Bar:
    return Bar(
        int(entry["number"]),
        _exact(entry["onset_quarter"]),
        _exact(entry["length_quarter"]),
        _meter(entry.get("time")),
        _key(entry.get("key")),
        bool(entry.get("repeat_from")),
        int(entry.get("repeat_to", 0)),
        tuple(int(turn) for turn in entry.get("endings", ())),
        str(entry.get("section", "")),
    )
