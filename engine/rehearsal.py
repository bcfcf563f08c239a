"""Rehearsal: the same machines on a virtual clock. The same file and settings give the same frames, bit for bit.

Nothing here waits for anything: a recording is described, drawn and filmed as fast as the machine can, and the film
shows what the show would have shown.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.hearing import HearingSettings
from engine.audio.hops import Hopper
from engine.audio.source import Source, open_source
from engine.errors import BadFile, BadSetting
from engine.features.beat import FREE
from engine.features.ensemble import Ensemble
from engine.frame import HOP, RATE, ROW, Block, Frame, Numbers, Row, Samples, Signal, blank_row, signals_of
from engine.frame_ring import stereo
from engine.stage import gpu
from engine.stage.film import Film
from engine.stage.note_names import NAMES as PITCH_CLASSES
from engine.stage.render import Moment, Renderer
from engine.stage.scene import Scene, load_scene
from engine.stage.sheet import write_sheet
from engine.stage.sound_texture import WINDOW
from engine.stage.targets import Size

_CHUNK: Final = 8192
_ENDLESS: Final = 60.0  # seconds that are taken of a sound that has no end, unless somebody says otherwise

Progress = Callable[[float], None]
"""Told how much is done, 0..1."""


def _nobody(_share: float) -> None:
    pass


class Rehearsal:
    """A recording, heard from its first sample to its last. Iterating gives (block, frame) for every hop."""

    def __init__(self, hearing: HearingSettings, seconds: float | None = None) -> None:
        """Open it; BadFile or BadSetting in one line. `seconds` ends it earlier."""
        self.source: Source = open_source(hearing.source or "")
        if seconds is None and self.source.length is None and ":" in self.source.name:
            seconds = _ENDLESS
        self._hopper = Hopper(self.source.rate, self.source.channels, hearing.channels, hearing.gain_db)
        self._senses = Ensemble(self._hopper.numbers, hearing.playing, hearing.own_band)
        length = None if self.source.length is None else self.source.length / self.source.rate
        self.duration = min((s for s in (length, seconds) if s is not None), default=None)
        """Seconds, as far as the file says; None where only the end will tell."""
        self._most = None if seconds is None else int(seconds * self.source.rate)
        self.read = 0

    @property
    def channels(self) -> int:
        return self._hopper.channels

    @property
    def musicians(self) -> tuple[str, ...]:
        """Who plays, by name; the frames have their signals too."""
        return self._senses.names

    @property
    def seconds_read(self) -> float:
        """Seconds of the recording that were there to be heard, so far."""
        return self.read / self.source.rate

    @property
    def cleaned(self) -> int:
        """Samples that were not finite and became silence."""
        return self._hopper.cleaned

    def __iter__(self) -> Iterator[tuple[Block, Frame]]:
        for block in self._blocks():
            yield block, self._senses.step(block)

    def _blocks(self) -> Iterator[Block]:
        while True:
            wanted = _CHUNK if self._most is None else min(_CHUNK, self._most - self.read)
            sound = self.source.read(wanted) if wanted > 0 else np.zeros((0, self.source.channels), np.float32)
            if not len(sound):
                break
            self.read += len(sound)
            yield from self._hopper.feed(sound)
        yield from self._hopper.finish()
        if self.read == 0:
            raise BadFile(f"{self.source.name} holds no sound that can be read (is it damaged?)")


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

    `events` are the mix's, `musicians` the events of each by name.
    """

    duration: float
    time: NDArray[np.float64]
    signals: Mapping[str, NDArray[np.float64]]
    events: Events
    musicians: Mapping[str, Events]
    cleaned: int

    @property
    def onsets(self) -> list[float]:
        """When a sound began in the mix, in seconds."""
        return self.events.onsets

    @property
    def beats(self) -> list[float]:
        """When the mix's beats were, in seconds."""
        return self.events.beats


def analyse(hearing: HearingSettings, *, seconds: float | None = None, progress: Progress = _nobody) -> Analysis:
    """Every frame of a recording. Rows go through a file without a name, so that hours need no memory."""
    rehearsal = Rehearsal(hearing, seconds)
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
        table = np.memmap(rows, dtype="<f8", mode="r").reshape(-1, ROW * (1 + len(musicians)))
        signals = {name: _column(table, signal) for name, signal in signals_of(rehearsal.musicians).items()}
        time = np.array(table[:, 1])
    progress(1.0)
    return Analysis(rehearsal.seconds_read, time, signals, events, musicians, rehearsal.cleaned)


def _column(table: NDArray[np.float64], signal: Signal) -> NDArray[np.float64]:
    return np.array(table[:, signal.part] if isinstance(signal, Numbers) else table[:, signal.start])


def write_analysis(analysis: Analysis, folder: Path) -> None:
    """`frames.npz` and `summary.json` in `folder`; each appears when it is whole. BadFile if it cannot be."""
    summary = {"duration": analysis.duration, "hops": len(analysis.time), **analysis.events.summary()}
    if analysis.musicians:
        summary["musicians"] = {name: events.summary() for name, events in analysis.musicians.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _whole(folder / "frames.npz") as part, part.open("wb") as file:
            arrays: dict[str, Any] = {"time": analysis.time, **analysis.signals}
            np.savez(file, **arrays)
        with _whole(folder / "summary.json") as part:
            part.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    except OSError as why:
        raise BadFile(f"out={folder} cannot be written: {why.strerror} (choose a folder with room)") from why


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A name to write under, which becomes `path` when all is written, and goes if anything fails."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class _RecentSound:
    """The last hops of sound, as the stage would read them from shared memory."""

    def __init__(self) -> None:
        self.samples: Samples = np.zeros((WINDOW, 2), np.float32)

    def add(self, samples: Samples) -> None:
        self.samples[:-HOP] = self.samples[HOP:]
        self.samples[-HOP:] = stereo(samples)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture that is to be drawn, and the sound since the one before."""

    moment: Moment
    sound: Samples


def pictures(rehearsal: Rehearsal, fps: float, delay: float = 0.0) -> Iterator[Picture]:
    """The moments of a show at `fps` pictures a second: picture k shows what is heard while it stands, − delay.

    A picture's sound is its own 1/fps seconds, (n, channels), so that films stay in time however long they are.
    """
    recent = _RecentSound()
    row: Row = blank_row(len(rehearsal.musicians))
    waiting: list[Samples] = []
    lag: list[tuple[Row, Samples]] = []
    late = round(delay * RATE / HOP)
    count = 0
    for block, frame in rehearsal:
        waiting.append(block.samples)
        lag.append((frame.row, block.samples))
        if len(lag) > late:
            row, samples = lag.pop(0)
            recent.add(samples)
        while (count + 1) / fps <= block.time:
            sound, waiting = _first(
                np.concatenate(waiting), round((count + 1) * RATE / fps) - round(count * RATE / fps)
            )
            moment = Moment(row, recent.samples.copy(), time=count / fps, dt=1 / fps if count else 0.0)
            yield Picture(moment, sound)
            count += 1


def _first(sound: Samples, count: int) -> tuple[Samples, list[Samples]]:
    return sound[:count], [sound[count:]]


def render(
    hearing: HearingSettings,
    scene: str,
    path: Path,
    *,
    size: Size,
    fps: float,
    seconds: float | None = None,
    delay: float = 0.0,
    stills_at: Sequence[float] = (),
    progress: Progress = _nobody,
) -> list[NDArray[np.uint8]]:
    """Write the film of a recording; returns the stills that were asked for, (height, width, 4) each.

    BadFile, BadScene, BadSetting or MissingDriver in one line; then there is no film, not half of one.
    """
    shown = load_scene(scene, hearing.names)
    rehearsal = Rehearsal(hearing, seconds)
    _refuse_missing_folder(path)
    stills: list[NDArray[np.uint8]] = []
    wanted = [round(second * fps) for second in stills_at]
    with _stage(shown, size) as renderer, Film(path, size, fps, 2) as film:
        for count, picture in enumerate(pictures(rehearsal, fps, delay)):
            renderer.draw(picture.moment)
            pixels = renderer.read()
            film.picture(pixels)
            film.sound(stereo(picture.sound))
            stills.extend(pixels.copy() for when in wanted if when == count)
            if rehearsal.duration:
                progress(min(picture.moment.time / rehearsal.duration, 1.0))
    progress(1.0)
    return stills


def stills(
    hearing: HearingSettings,
    scene: str,
    seconds: Sequence[float],
    *,
    size: Size,
    fps: float,
    progress: Progress = _nobody,
) -> list[NDArray[np.uint8]]:
    """Pictures of a scene at these seconds of a recording, (height, width, 4) each, drawn as in its film."""
    wanted = [round(second * fps) for second in seconds]
    rehearsal = Rehearsal(hearing, (max(wanted) + 2) / fps)
    found: list[NDArray[np.uint8]] = []
    with _stage(load_scene(scene, hearing.names), size) as renderer:
        for count, picture in enumerate(pictures(rehearsal, fps)):
            renderer.draw(picture.moment)
            found.extend(renderer.read().copy() for when in wanted if when == count)
            progress(min((count + 1) / (max(wanted) + 1), 1.0))
    return found


def contact_sheet(
    path: Path,
    rows: Mapping[str, Sequence[NDArray[np.uint8]]],
    seconds: Sequence[float],
    title: str,
) -> None:
    """A row a scene, a column a moment."""
    captions = [f"{int(second) // 60}:{int(second) % 60:02d}" for second in seconds]
    write_sheet(path, list(rows.values()), list(rows), captions, title=title)


def spread(duration: float, count: int) -> list[float]:
    """`count` moments spread over a recording, none at its very beginning or end."""
    return [duration * (k + 0.6) / count for k in range(count)]


@contextlib.contextmanager
def _stage(scene: Scene, size: Size) -> Iterator[Renderer]:
    """A stage without a screen, with the scene on it."""
    ctx = gpu.headless()
    renderer = Renderer(ctx, size)
    try:
        renderer.stage(scene)
        yield renderer
    finally:
        renderer.release()
        gpu.release(ctx)


def _refuse_missing_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise BadSetting(f"out={path}: there is no folder {path.parent} (make it first)")
