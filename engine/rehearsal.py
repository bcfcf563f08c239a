"""Rehearsal: the same machines on a virtual clock. The same file and settings give the same frames, bit for bit.

Nothing here waits for anything: a recording is described, drawn and filmed as fast as the machine can, and the film
shows what the show would have shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.audio.hearing_settings import HearingSettings
from engine.audio.hops import Hopper
from engine.audio.source import Source, open_source
from engine.errors import BadFile, BadSetting
from engine.frame import HOP, RATE, Block, Frame, Row, Samples, blank_row
from engine.frame_ring import stereo
from engine.listening.density import density
from engine.listening.mood_judge import Verdict
from engine.perception import Perception
from engine.replay.evening import Evening, Prompter, take_of
from engine.replay.playbill import Playbill
from engine.score.timeline import Timeline
from engine.stage.drawing import Moment
from engine.stage.film import open_film
from engine.stage.off_screen import off_screen
from engine.stage.palette import pinned
from engine.stage.scene import load_scene
from engine.stage.score_page import ScorePage
from engine.stage.sheet import write_sheet
from engine.stage.sound_texture import WINDOW
from engine.stage.targets import Size
from engine.stage.views import FLAT
from engine.takes.told import Script
from engine.timing.cues import Cue
from engine.timing.wandering import Wandering

_CHUNK: Final = 8192
_ENDLESS: Final = 60.0  # seconds that are taken of a sound that has no end, unless somebody says otherwise

Progress = Callable[[float], None]
"""Told how much is done, 0..1."""


Remark = Callable[[str], None]
"""Told a line for the person at the desk."""


def nobody(_share: float) -> None:
    """Nobody wants to know how much is done."""


def nobody_hears(_line: str) -> None:
    """Nobody is at the desk."""


def nobody_watches(_moment: Moment) -> None:
    """Nobody looks on."""


Retouch = Callable[[float, NDArray[np.uint8]], NDArray[np.uint8]]
"""Given a picture's time and the picture, (height, width, 4), top row first: what goes into the film in its place."""


def as_it_is(_time: float, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Nothing is laid over the picture."""
    return pixels


class Rehearsal:
    """A recording, heard from its first sample to its last. Iterating gives (block, frame) for every hop."""

    def __init__(self, hearing: HearingSettings, seconds: float | None = None) -> None:
        """Open it; BadFile or BadSetting in one line. `seconds` ends it earlier."""
        self.source: Source = open_source(hearing.source or "")
        if seconds is None and self.source.length is None and ":" in self.source.name:
            seconds = _ENDLESS
        self._hopper = Hopper(self.source.rate, self.source.channels, hearing.channels, hearing.gain_db)
        self._senses = Perception(
            self._hopper.numbers, hearing.playing, hearing.own_band, hearing.own_space, score=hearing.own_score
        )
        self.remarks = tuple(self._senses.troubles())
        """What the person at the desk should know."""
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
    def score(self) -> Timeline | None:
        """In which the player is followed, where there is one."""
        return self._senses.follower.score if self._senses.follower is not None else None

    @property
    def mood(self) -> Verdict:
        """That of everything heard so far."""
        return self._senses.mood

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


class Heard(Protocol):
    """Whatever is heard hop by hop, as a Rehearsal is."""

    @property
    def musicians(self) -> tuple[str, ...]: ...

    def __iter__(self) -> Iterator[tuple[Block, Frame]]: ...


class Filmed(Heard, Protocol):
    """What a film is made of."""

    @property
    def duration(self) -> float | None: ...

    @property
    def remarks(self) -> tuple[str, ...]: ...

    @property
    def score(self) -> Timeline | None: ...


def heard_again(hearing: HearingSettings, seconds: float | None, script: Script | None) -> Filmed:
    """What a film is made of: where it is to be as on the evening of a take, its very frames; else what is heard."""
    take = take_of(hearing) if script is not None else None
    return Rehearsal(hearing, seconds) if take is None else Evening(take, seconds)


class _RecentSound:
    """The last hops of sound, as the stage would read them from shared memory."""

    def __init__(self, most: int) -> None:
        """`most`: hops that one picture may have to catch up on."""
        self.samples: Samples = np.zeros((WINDOW + HOP * most, 2), np.float32)

    def add(self, samples: Samples) -> None:
        self.samples[:-HOP] = self.samples[HOP:]
        self.samples[-HOP:] = stereo(samples)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture that is to be drawn, the sound since the one before, and the newest hop that was heard by then."""

    moment: Moment
    sound: Samples
    hop: int


def pictures(rehearsal: Heard, fps: float, delay: float = 0.0, palette: str | None = None) -> Iterator[Picture]:
    """The moments of a show at `fps` pictures a second: picture k shows what is heard while it stands, − delay.

    A picture's sound is its own 1/fps seconds, (n, channels), so that films stay in time however long they are.
    `palette`: the one that is pinned, if any.
    """
    worn = pinned(palette)
    recent = _RecentSound(math.ceil(RATE / HOP / fps) + 1)
    row: Row = blank_row(len(rehearsal.musicians))
    rows: list[Row] = []
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
            rows.append(row)
        while (count + 1) / fps <= block.time:
            sound, waiting = _first(
                np.concatenate(waiting), round((count + 1) * RATE / fps) - round(count * RATE / fps)
            )
            shown = np.array(rows or [row])
            dt = 1 / fps if count else 0.0
            moment = Moment(row, recent.samples.copy(), time=count / fps, dt=dt, rows=shown, palette=worn)
            rows.clear()
            yield Picture(moment, sound, block.index)
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
    cues: Sequence[Cue] = (),
    wander: Wandering | None = None,
    script: Script | None = None,
    stills_at: Sequence[float] = (),
    flash_limiter: bool = True,
    palette: str | None = None,
    view: str = FLAT,
    page: ScorePage | None = None,
    watch: Callable[[Moment], None] = nobody_watches,
    retouch: Retouch = as_it_is,
    progress: Progress = nobody,
    remark: Remark = nobody_hears,
) -> list[NDArray[np.uint8]]:
    """Write the film of a recording; returns the stills that were asked for, (height, width, 4) each.

    `cues` change the scene as they would on stage; those that wait for a hand do not come. `wander`: where the show
    goes by itself; without a seed of its own it has one here, so that the same file gives the same film. `script`: what
    the stage was told on the evening, instead of both; of a take that is played as it is the frames are that evening's.
    `page`: what is played from, for scenes that show it. `watch` is told every moment that is drawn, `remark` what a
    scene lacks and what the flash limiter has held back; `retouch` may lay something over the film's pictures.
    BadFile, BadScene, BadSetting or MissingDriver in one line; then there is no film, not half of one.
    """
    shown = load_scene(scene, hearing.names)
    for notice in shown.notices:
        remark(notice)
    rehearsal = heard_again(hearing, seconds, script)
    for notice in rehearsal.remarks:
        remark(notice)
    refuse_no_folder(path)
    stills: list[NDArray[np.uint8]] = []
    wanted = [round(second * fps) for second in stills_at]
    seen = density(hearing.own_space)
    with off_screen(shown, size, flash_limiter, seen, view, page) as renderer, open_film(path, size, fps) as film:
        names = hearing.names
        prompter = Prompter(script, scene, names, palette) if script is not None else None
        playbill = prompter or Playbill(scene, names, cues, wander, rehearsal.score)
        for count, picture in enumerate(pictures(rehearsal, fps, delay, palette)):
            playbill.draw(picture.moment, picture.hop, renderer)
            watch(picture.moment)
            pixels = renderer.read()
            film.picture(retouch(picture.moment.time, pixels))
            film.sound(stereo(picture.sound))
            stills.extend(pixels.copy() for when in wanted if when == count)
            if rehearsal.duration:
                progress(min(picture.moment.time / rehearsal.duration, 1.0))
        for notice in prompter.remarks if prompter is not None else ():
            remark(notice)
        if renderer.limiter is not None and (said := renderer.limiter.report()) is not None:
            remark(said)
    progress(1.0)
    return stills


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


def refuse_no_folder(path: Path) -> None:
    """BadSetting if there is no folder for a film."""
    if not path.parent.is_dir():
        raise BadSetting(f"out={path}: there is no folder {path.parent} (make it first)")
