"""A scene on trial: drawn off screen against silence and against musics that differ, for eyes and for numbers."""

from __future__ import annotations

import tempfile
import time
import tomllib
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.hearing_settings import HearingSettings
from engine.audio.source import open_source
from engine.errors import BadScene
from engine.foundation import assets
from engine.frame import RATE, SIGNALS, Samples
from engine.listening.density import density
from engine.rehearsal import Progress, Rehearsal, nobody, pictures
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.flash_limiter import FlashLimiter
from engine.stage.off_screen import off_screen
from engine.stage.palette import pinned
from engine.stage.render import Renderer
from engine.stage.scene import Scene, load_scene
from engine.stage.scene_judging import Film, Watcher
from engine.stage.targets import Size

FPS: Final = 30.0
"""Pictures a second of a trial."""
SECONDS: Final = 12.0
"""How long a section is listened to; of a longer one the middle."""
SILENCE: Final = "silence"
SECTIONS: Final = {
    "plucked": ("pluck", "pluck"),
    "blown": ("flute", "flute"),
    "drummed": ("drum", "drum"),
    "all together": ("all_together", "all_together"),
    "held, then rest": ("held_note", "silence"),
}
"""What is tried of the built-in recording: from the beginning of one of its sections to the end of another."""
_BEFORE: Final = 3.0  # seconds of drum before the rest in which a scene is to settle
_SETTLED: Final = 10.0  # seconds of silence after which nothing may move any more
_REST: Final = 2.0  # seconds for which that is looked at
QUIET: Final = round((_BEFORE + _SETTLED) * FPS)
"""The picture of `settling` from which on nothing may move."""
_DEAR: Final = (640, 360)  # pixels: large enough that it is the pixels that cost
_TURN: Final = 8  # pictures of the scene, then as many of a plain fill
_MOST_TURNS: Final = 10
_AFTER: Final = 0.1  # seconds after an onset at which its picture is looked at

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Music:
    """Something to hear, as the moments of its pictures."""

    name: str
    moments: tuple[Moment, ...]

    @property
    def seconds(self) -> float:
        return len(self.moments) / FPS

    def signal(self, column: int) -> NDArray[np.float64]:
        """The signal of a row's column at every picture."""
        return np.array([moment.row[column] for moment in self.moments])

    def sights(self, count: int = 4) -> list[int]:
        """Pictures worth a look, one a part of `count` parts of equal length, in order.

        In the first, third … part just after its strongest onset; else in the part's middle, at last the very last.
        """
        onsets = self.signal(SIGNALS["rhythm.onsets"].start)
        strength = np.where(np.diff(onsets, prepend=onsets[:1]) > 0, self.signal(SIGNALS["rhythm.strength"].start), 0.0)
        edges = np.linspace(0, len(self.moments), count + 1).astype(int)
        found = []
        for part, (first, last) in enumerate(pairwise(edges)):
            middle = last - 1 if part == count - 1 else (first + last) // 2
            struck = first + int(strength[first:last].argmax()) + round(_AFTER * FPS)
            found.append(min(struck, last - 1) if part % 2 == 0 and strength[first:last].any() else middle)
        return found


def silence(seconds: float = SECONDS) -> Music:
    """Nothing at all, heard as anything else is."""
    return _of_samples(SILENCE, np.zeros((round(RATE * seconds), 1), np.float32), RATE)


def settling() -> Music:
    """The end of the drum, then nothing: a scene comes to rest in it, and from picture QUIET on is still."""
    source = open_source(assets.RECORDING)
    source.seek(round((_told()["drum"]["end"] - _BEFORE) * source.rate))
    sound = source.read(round(_BEFORE * source.rate))
    rest = np.zeros((round((_SETTLED + _REST) * source.rate), source.channels), np.float32)
    return _of_samples("settling", np.concatenate([sound, rest]), source.rate)


def sections(names: Sequence[str] = tuple(SECTIONS), progress: Progress = nobody) -> list[Music]:
    """The built-in recording, section by section; of all of them those of `names`."""
    told = _told()
    wanted = {name: ends for name, ends in SECTIONS.items() if name in names}
    parts = {name: (float(told[a]["start"]), float(told[b]["end"])) for name, (a, b) in wanted.items()}
    if not parts:
        return []
    end = max(last for _, last in parts.values())
    heard = list(_heard(HearingSettings(source=str(assets.RECORDING)), end, progress))
    return [Music(name, tuple(_middle(heard, first, last))) for name, (first, last) in parts.items()]


def of_file(file: str, seconds: float, progress: Progress = nobody) -> Music:
    """The beginning of a recording; BadFile or BadSetting in one line."""
    return Music(Path(file).stem, tuple(_heard(HearingSettings(source=file), seconds, progress)))


def draw(
    scene: Scene, music: Music, size: Size, palette: str | None = None, space: str | None = None
) -> Iterator[tuple[Pixels, FlashLimiter | None]]:
    """Every picture of the scene to this music, (height, width, 4), top row first, valid until the next.

    With each the flash limiter, which knows what it has held back so far. BadScene if it fails on the way.
    """
    for renderer in _drawn(scene, music, size, palette, space):
        yield renderer.read(), renderer.limiter


def stills(scene: Scene, music: Music, size: Size, wanted: Sequence[int], palette: str | None = None) -> list[Pixels]:
    """The pictures of these numbers."""
    found = {}
    part = replace(music, moments=music.moments[: max(wanted) + 1])
    for count, renderer in enumerate(_drawn(scene, part, size, palette)):
        if count in wanted:
            found[count] = renderer.read().copy()
    return [found[count] for count in wanted]


def look(
    scene: Scene, music: Music, size: Size, wanted: Sequence[int], palette: str | None = None
) -> tuple[list[Pixels], Film]:
    """The pictures of these numbers, and what a judge keeps of all of them."""
    watcher, before, found = Watcher(), 0.0, {}
    for count, (pixels, limiter) in enumerate(draw(scene, music, size, palette)):
        seconds = limiter.guard.seconds if limiter is not None else 0.0
        watcher.step(pixels, seconds > before)
        before = seconds
        if count in wanted:
            found[count] = pixels.copy()
    return [found[count] for count in wanted], watcher.film()


def _drawn(scene: Scene, music: Music, size: Size, palette: str | None, space: str | None = None) -> Iterator[Renderer]:
    """The renderer, with each picture on it in turn."""
    worn = pinned(palette)
    with off_screen(scene, size, density=density(space)) as renderer:
        for moment in music.moments:
            renderer.draw(replace(moment, palette=worn))
            if renderer.trouble:
                raise BadScene(renderer.trouble)
            yield renderer


def cost(scene: Scene, music: Music, size: Size = _DEAR) -> float:
    """How many times as long as a plain fill a picture of the scene takes here; in turns, the median of the turns."""
    ctx = gpu.headless()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plain.fs"
        path.write_text("/*{}*/ void main() { gl_FragColor = vec4(0.5); }")
        staged = (scene, load_scene(path))
    renderers = [Renderer(ctx, size, limit_flashes=False) for _ in staged]
    try:
        for renderer, each in zip(renderers, staged, strict=True):
            renderer.stage(each)
        turns = [
            [_seconds(ctx, renderer, music.moments[at : at + _TURN]) for renderer in renderers]
            for at in range(0, min(len(music.moments), _MOST_TURNS * _TURN), _TURN)
        ]
        return float(np.median([dear / plain for dear, plain in turns[1:] or turns]))
    finally:
        gpu.release(*renderers, ctx)


def _seconds(ctx: gpu.Context, renderer: Renderer, moments: Sequence[Moment]) -> float:
    """How long these pictures take."""
    gpu.wait(ctx)
    begun = time.perf_counter()
    for moment in moments:
        renderer.draw(moment)
        gpu.wait(ctx)
    return time.perf_counter() - begun


def _told() -> dict[str, dict[str, float]]:
    """The sections of the built-in recording."""
    text = assets.RECORDING.with_suffix(".toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, float]] = tomllib.loads(text)["sections"]
    return found


def _of_samples(name: str, sound: Samples, rate: int) -> Music:
    """Samples, (n, channels), heard as a file is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((sound.shape[1], 2, rate, 0, "NONE", ""))
            file.writeframes((np.clip(sound, -1.0, 1.0) * 32767).astype("<i2").tobytes())
        return Music(name, tuple(_heard(HearingSettings(source=str(path)), None, nobody)))


def _heard(hearing: HearingSettings, seconds: float | None, progress: Progress) -> Iterator[Moment]:
    rehearsal = Rehearsal(hearing, seconds)
    for picture in pictures(rehearsal, FPS):
        yield picture.moment
        if rehearsal.duration:
            progress(min(picture.moment.time / rehearsal.duration, 1.0))
    progress(1.0)


def _middle(moments: Sequence[Moment], first: float, last: float) -> Sequence[Moment]:
    """What lies between two seconds, and of that at most SECONDS from the middle."""
    spare = max(last - first - SECONDS, 0.0) / 2
    return moments[round((first + spare) * FPS) : round((last - spare) * FPS)]
