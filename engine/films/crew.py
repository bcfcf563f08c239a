"""Films drawn by several processes at once: each hears the recording, and draws every n-th picture of it.

The pictures come together in one place, in their order, through the flash limiter into the film: the same bytes as
from one process. Only where a picture owes nothing to the one before.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadScene, MissingDriver, MonochordError
from engine.frame_ring import stereo
from engine.rehearsal import (
    Filmed,
    Picture,
    Progress,
    Remark,
    heard_again,
    nobody,
    nobody_hears,
    pictures,
    refuse_no_folder,
)
from engine.stage import gpu
from engine.stage.film import open_film
from engine.stage.flash_limiter import FlashLimiter
from engine.stage.isf import Shader
from engine.stage.off_screen import off_screen
from engine.stage.scene import load_scene
from engine.stage.targets import Size
from engine.stage.views import FLAT
from engine.takes.told import Script

_Pixels = NDArray[np.uint8]
Drawn = tuple[Picture, _Pixels]
"""A picture that was to be drawn, and how it was, (height, width, 4), bottom row first."""


def owes_nothing(shader: Shader) -> bool:
    """Whether each of its pictures can be drawn without those before: it keeps no picture and is fed none."""
    fed = any(item.type == "image" for item in shader.inputs) or bool(shader.imported)
    return not (shader.targets or shader.shadertoy or fed)


def render(
    hearing: HearingSettings,
    scene: str,
    path: Path,
    workers: int,
    *,
    size: Size,
    fps: float,
    seconds: float | None = None,
    delay: float = 0.0,
    flash_limiter: bool = True,
    palette: str | None = None,
    view: str = FLAT,
    script: Script | None = None,
    progress: Progress = nobody,
    remark: Remark = nobody_hears,
) -> None:
    """Write the film of a recording as `rehearsal.render` does, drawn by so many processes.

    Where there is a `script`, nothing stands in it: its evening went as it was written. BadScene for a scene whose
    pictures owe something to those before (`owes_nothing`).
    """
    refuse_debts(scene, hearing.names, "--workers 1")
    rehearsal = heard_again(hearing, seconds, script)
    refuse_no_folder(path)
    order = (hearing, scene, size, fps, seconds, delay, palette, view, script)
    with _hired(workers, order) as crew:
        coming = enumerate(pictures(rehearsal, fps, delay))
        drawn = ((picture, _received(crew[count % workers], size)) for count, picture in coming)
        put_together(drawn, rehearsal, path, size, fps, flash_limiter, progress, remark)


def refuse_debts(scene: str, musicians: tuple[str, ...], mend: str) -> None:
    """BadScene for a scene whose pictures owe something to those before."""
    if not owes_nothing(load_scene(scene, musicians).shader):
        raise BadScene(f"scene={scene} builds on its own pictures: one process must draw them all ({mend})")


def put_together(
    drawn: Iterable[Drawn],
    rehearsal: Filmed,
    path: Path,
    size: Size,
    fps: float,
    flash_limiter: bool,
    progress: Progress,
    remark: Remark,
) -> None:
    """The film of pictures that come from elsewhere, in their order."""
    with _checked(size, flash_limiter) as check, open_film(path, size, fps) as film:
        for picture, pixels in drawn:
            film.picture(check.passed(pixels, picture.moment.dt)[::-1])
            film.sound(stereo(picture.sound))
            if rehearsal.duration:
                progress(min(picture.moment.time / rehearsal.duration, 1.0))
        if (said := check.report()) is not None:
            remark(said)
    progress(1.0)


class _Check:
    """The flash limiter for pictures that come as pixels, (height, width, 4), bottom row first."""

    def __init__(self, size: Size, wanted: bool) -> None:
        self._limiter: FlashLimiter | None = None
        if wanted:
            self._ctx = gpu.headless()
            self._limiter = FlashLimiter(self._ctx, size)
            self._textures = [gpu.texture(self._ctx, size) for _ in range(2)]
            self._pixels = np.zeros((size[1], size[0], 4), np.uint8)

    def passed(self, pixels: _Pixels, dt: float) -> _Pixels:
        """The picture, or what is shown in its place; valid until the next."""
        if self._limiter is None:
            return pixels
        self._textures.reverse()  # the one before is still needed
        self._textures[0].write(pixels)
        self._limiter.step(self._textures[0], 1.0, dt)
        if self._limiter.limited is None:
            return pixels
        gpu.wait(self._ctx)
        self._limiter.limited.shown.read_into(self._pixels, components=4)
        return self._pixels

    def report(self) -> str | None:
        """What was held back."""
        return self._limiter.report() if self._limiter is not None else None

    def release(self) -> None:
        if self._limiter is not None:
            gpu.release(self._limiter, *self._textures, self._ctx)


@contextmanager
def _checked(size: Size, wanted: bool) -> Iterator[_Check]:
    check = _Check(size, wanted)
    try:
        yield check
    finally:
        check.release()


@contextmanager
def _hired(workers: int, order: tuple[Any, ...]) -> Iterator[list[Connection]]:
    """Processes at work, and the ends of the pipes that their pictures come out of; all gone afterwards."""
    context = multiprocessing.get_context("spawn")
    crew, ends = [], []
    try:
        for number in range(workers):
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_draw, args=(there, number, workers, *order), daemon=True)
            process.start()
            there.close()
            crew.append(process)
            ends.append(here)
        yield ends
    finally:
        for process, end in zip(crew, ends, strict=True):
            end.close()
            process.kill()
            process.join()


def _received(end: Connection, size: Size) -> _Pixels:
    """The next picture of a worker; what went wrong there is raised here."""
    try:
        data = end.recv_bytes()
    except EOFError:
        raise MissingDriver("a process that draws for this film died (try --workers 1)") from None
    if len(data) != size[0] * size[1] * 4:
        raise pickle.loads(data)
    return np.frombuffer(data, np.uint8).reshape(size[1], size[0], 4)


def _draw(
    end: Connection,
    number: int,
    of: int,
    hearing: HearingSettings,
    scene: str,
    size: Size,
    fps: float,
    seconds: float | None,
    delay: float,
    palette: str | None,
    view: str,
    script: Script | None,
) -> None:
    """The life of a worker: picture `number` of every `of`, and all others passed by."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("LP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // of)))
    try:
        with off_screen(load_scene(scene, hearing.names), size, flash_limiter=False, view=view) as renderer:
            for count, picture in enumerate(pictures(heard_again(hearing, seconds, script), fps, delay, palette)):
                if count % of != number:
                    renderer.pass_by(picture.moment)
                    continue
                renderer.draw(picture.moment)
                if renderer.trouble:
                    raise BadScene(renderer.trouble)
                end.send_bytes(renderer.read()[::-1].tobytes())
    except MonochordError as why:
        end.send_bytes(pickle.dumps(why))
    except BrokenPipeError:
        pass  # nobody wants the film any more
