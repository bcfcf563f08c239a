"""Analysis: a recording as numbers, and the events in it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadFile
from engine.features.beat import FREE
from engine.foundation.whole_file import whole_file
from engine.frame import ROW, Frame, Numbers, Signal, signals_of
from engine.listening.mood_judge import NEUTRAL, Verdict
from engine.rehearsal import Progress, Rehearsal, nobody
from engine.stage.note_names import NAMES as PITCH_CLASSES

_TURNED: Final = 4096  # hops that are turned round at a time


class Events:
    """When something happened, in seconds, and what lasted: of the mix, or of one musician."""

    def __init__(self) -> None:
        self.onsets: list[float] = []
        self.beats: list[float] = []
        self._intervals: list[float] = []
        self._keys = np.zeros(24)

    def note(self, frame: Frame) -> None:
        """Take in what the next hop says."""
        rhythm, pitch = frame.rhythm, frame.pitch
        if rhythm.onsets > len(self.onsets):
            self.onsets.append(rhythm.last)
        if rhythm.beats > len(self.beats):
            self.beats.append(rhythm.beat_at)
            if rhythm.confidence >= FREE and rhythm.tempo > 0:
                self._intervals.append(60 / rhythm.tempo)
        if not frame.sound.silence:
            self._keys[int(pitch.key) + (0 if pitch.mode else 12)] += pitch.clarity

    def end(self, seconds: float) -> None:
        """Leave out what came after the end: the last hop is filled up with silence, and the cut may click."""
        self.onsets = [onset for onset in self.onsets if onset < seconds]
        self.beats = [beat for beat in self.beats if beat < seconds]

    @property
    def tempo_bpm(self) -> float | None:
        """The tempo in the middle of all those that were sure; None where none was."""
        return round(60 / float(np.median(self._intervals)), 2) if self._intervals else None

    @property
    def key(self) -> str | None:
        """The key that was heard clearest and longest, `D major`; None where none was heard."""
        best = int(self._keys.argmax())
        mode = "major" if best < 12 else "minor"
        return f"{PITCH_CLASSES[best % 12]} {mode}" if self._keys[best] > 0 else None

    def summary(self) -> dict[str, Any]:
        """What summary.json says of them."""
        return {"onsets": self.onsets, "beats": self.beats, "tempo_bpm": self.tempo_bpm, "key": self.key}


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What a recording's frames say: `signals` by name, (hops,) or (hops, size), and `time` (hops,) in seconds.

    `events` are the mix's, `musicians` the events of each by name, `remarks` what the person at the desk should know,
    `mood` that of it all.
    """

    duration: float
    time: NDArray[np.float64]
    signals: Mapping[str, NDArray[np.float64]]
    events: Events
    musicians: Mapping[str, Events]
    cleaned: int
    remarks: tuple[str, ...] = ()
    mood: Verdict = NEUTRAL

    @property
    def onsets(self) -> list[float]:
        """When a sound began in the mix, in seconds."""
        return self.events.onsets

    @property
    def beats(self) -> list[float]:
        """When the mix's beats were, in seconds."""
        return self.events.beats


def analyse(hearing: HearingSettings, *, seconds: float | None = None, progress: Progress = nobody) -> Analysis:
    """Every frame of a recording. Rows go through a file without a name, so that hours need no memory."""
    return described(Rehearsal(hearing, seconds), progress)


def described(rehearsal: Rehearsal, progress: Progress = nobody) -> Analysis:
    """The same of a rehearsal that somebody else listens to as well."""
    events, musicians = Events(), {name: Events() for name in rehearsal.musicians}
    with tempfile.TemporaryFile() as rows:
        for block, frame in rehearsal:
            rows.write(frame.row.data)
            events.note(frame)
            for name, own in musicians.items():
                own.note(frame.of(name))
            if rehearsal.duration and block.index % 256 == 0:
                progress(min(block.time / rehearsal.duration, 1.0))
        for each in (events, *musicians.values()):
            each.end(rehearsal.seconds_read)
        rows.flush()
        table = _columns(rows, ROW * (1 + len(musicians)))
        signals = {name: _column(table, signal) for name, signal in signals_of(rehearsal.musicians).items()}
        time = np.array(table[1])
    progress(1.0)
    duration, cleaned, remarks, mood = rehearsal.seconds_read, rehearsal.cleaned, rehearsal.remarks, rehearsal.mood
    return Analysis(duration, time, signals, events, musicians, cleaned, remarks, mood)


def _columns(rows: IO[bytes], size: int) -> NDArray[np.float64]:
    """Rows of so many numbers, turned round: (size, hops), in a file without a name that memory only looks into."""
    hops = rows.seek(0, os.SEEK_END) // (8 * size)
    if not hops:
        return np.zeros((size, 0))
    with tempfile.TemporaryFile() as turned:
        for first in range(0, hops, _TURNED):
            rows.seek(8 * size * first)
            part = np.frombuffer(rows.read(8 * size * _TURNED), "<f8").reshape(-1, size)
            for column, values in enumerate(np.ascontiguousarray(part.T)):
                turned.seek(8 * (hops * column + first))
                turned.write(values.data)
        turned.flush()
        return np.asarray(np.memmap(turned, dtype="<f8", mode="c", shape=(size, hops)))


def _column(table: NDArray[np.float64], signal: Signal) -> NDArray[np.float64]:
    return table[signal.part].T if isinstance(signal, Numbers) else table[signal.start]


def write_analysis(analysis: Analysis, folder: Path) -> None:
    """`frames.npz` and `summary.json` in `folder`; each appears when it is whole. BadFile if it cannot be."""
    summary = {"duration": analysis.duration, "hops": len(analysis.time), **analysis.events.summary()}
    summary["mood"] = analysis.mood.table()
    if analysis.musicians:
        summary["musicians"] = {name: events.summary() for name, events in analysis.musicians.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / "frames.npz") as part, part.open("wb") as file:
            arrays: dict[str, Any] = {"time": analysis.time, **analysis.signals}
            np.savez(file, **arrays)
        with whole_file(folder / "summary.json") as part:
            part.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    except OSError as why:
        raise BadFile(f"out={folder} cannot be written: {why.strerror} (choose a folder with room)") from why
