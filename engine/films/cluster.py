"""Films drawn by a dask cluster: its workers are sent the scene and what was heard, and send pictures back.

The recording is heard once, here; here the pictures come together, through the flash limiter into the film: the same
bytes as from one process, however many workers there are. A worker needs Monochord, a driver, and no file of ours.
Only where a picture owes nothing to the one before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.audio.hearing_settings import HearingSettings
from engine.corpus.cluster import cluster
from engine.errors import BadSetting, MissingDriver, MonochordError
from engine.films.crew import Drawn, put_together, refuse_debts
from engine.rehearsal import (
    Picture,
    Progress,
    Remark,
    heard_again,
    nobody,
    nobody_hears,
    pictures,
    refuse_no_folder,
)
from engine.stage import parcel
from engine.stage.binder import Binder, Heard
from engine.stage.film_part import Order, Part, draw
from engine.stage.lossless import unpacked
from engine.stage.scene import load_scene
from engine.stage.sound_texture import WINDOW
from engine.stage.targets import Size
from engine.stage.views import FLAT
from engine.takes.told import Script

_TOGETHER: Final = 48  # pictures that one worker draws at a time: opening a driver takes as long as some pictures
_LOOK: Final = 5.0  # seconds between two looks whether there still are workers, while one is waited for
_ALONE: Final = 60.0  # seconds without any after which nobody is waited for
_AHEAD: Final = 2  # parts for each worker that are on their way at once


def render(
    hearing: HearingSettings,
    scene: str,
    path: Path,
    scheduler: str,
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
    """Write the film of a recording as `rehearsal.render` does, drawn by the workers of a scheduler (tcp://…).

    Where there is a `script`, nothing stands in it, as in `crew.render`. BadScene for a scene whose pictures owe
    something to those before, and for one that a worker cannot draw; BadFile if the scheduler cannot be reached,
    BadSetting if nobody works for it.
    """
    refuse_debts(scene, hearing.names, "leave --scheduler out")
    rehearsal = heard_again(hearing, seconds, script)
    refuse_no_folder(path)
    coming = pictures(rehearsal, fps, delay, palette)
    sent = parcel.packed(scene, hearing.names)
    with cluster(1, scheduler) as client:
        workers = sum(client.nthreads().values())
        if not workers:
            raise BadSetting(f"scheduler={scheduler} has no workers (start one: dask worker {scheduler})")
        drawn = _drawn(client, coming, Binder(load_scene(scene, hearing.names)), workers, (sent, size, view))
        put_together(drawn, rehearsal, path, size, fps, flash_limiter, progress, remark)


def _drawn(
    client: Any, coming: Iterator[Picture], binder: Binder, workers: int, how: tuple[parcel.Parcel, Size, str]
) -> Iterator[Drawn]:
    """All pictures, in their order; some parts are handed out before those before them are back."""
    away: deque[tuple[Any, list[Picture]]] = deque()
    first = 0
    while shown := _some(coming):
        heard = binder.heard
        for picture in shown:
            binder.step(picture.moment.row, picture.moment.dt, picture.moment.palette)
        order = Order(*how, dict(shown[0].moment.palette))
        away.append((client.submit(draw, order, _part(first, heard, shown), pure=False), shown))
        first += len(shown)
        if len(away) > _AHEAD * workers:
            yield from _taken(client, *away.popleft())
    while away:
        yield from _taken(client, *away.popleft())


def _some(coming: Iterator[Picture]) -> list[Picture]:
    """The pictures of the next part; fewer at the end, and then none."""
    return [picture for _, picture in zip(range(_TOGETHER), coming, strict=False)]


def _part(first: int, heard: Heard, shown: list[Picture]) -> Part:
    moments = [picture.moment for picture in shown]
    return Part(
        first,
        heard,
        np.stack([moment.row for moment in moments]),
        np.stack([moment.samples[-WINDOW:] for moment in moments]),
        np.array([(moment.time, moment.dt) for moment in moments]),
    )


def _taken(client: Any, away: Any, shown: list[Picture]) -> Iterator[Drawn]:
    """What a worker has drawn, when it is back."""
    try:
        data = _waited_for(client, away)
    except MonochordError:
        raise
    except Exception as why:  # it died, or has no Monochord: a task that fails there raises here whatever it is
        reason = (str(why).splitlines() or [repr(why)])[0]
        raise MissingDriver(f"a worker cannot draw: {reason} (does monochord doctor find all it needs there?)") from why
    away.release()
    yield from zip(shown, unpacked(data), strict=True)


def _waited_for(client: Any, away: Any) -> bytes:
    """What comes back; MissingDriver if for a minute there is nobody left who could send it."""
    alone = 0
    while True:
        try:
            data: bytes = away.result(timeout=_LOOK)
            return data
        except TimeoutError:
            alone = 0 if client.nthreads() else alone + 1
            if away.done() or alone > _ALONE / _LOOK:
                raise MissingDriver("all workers of the scheduler are gone") from None
