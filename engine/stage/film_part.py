"""A part of a film: the moments of some pictures, sent to whoever draws them, wherever that is.

Who draws it needs no file of the sender's and none of what hears: only the stage.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadScene
from engine.stage.binder import Heard
from engine.stage.color import Color
from engine.stage.drawing import Moment
from engine.stage.lossless import packed
from engine.stage.off_screen import off_screen
from engine.stage.parcel import Parcel, unpacked
from engine.stage.scene import load_scene
from engine.stage.targets import Size


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What is the same for all parts of a film."""

    parcel: Parcel
    size: Size
    view: str
    palette: dict[str, Color]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The moments of some pictures, the first of them number `first` of the film, and what was `heard` before.

    `rows` (pictures, row), `samples` (pictures, 2048, 2), `clock` (pictures, 2): each picture's time and dt.
    """

    first: int
    heard: Heard
    rows: NDArray[np.float64]
    samples: NDArray[np.float32]
    clock: NDArray[np.float64]


def draw(order: Order, part: Part) -> bytes:
    """The pictures of a part, packed; BadScene in one line if it cannot be drawn here."""
    with tempfile.TemporaryDirectory(prefix="monochord-") as folder:
        scene = load_scene(unpacked(order.parcel, Path(folder)), order.parcel.musicians)
        with off_screen(scene, order.size, flash_limiter=False, view=order.view) as renderer:

            def each() -> Iterator[NDArray[np.uint8]]:
                renderer.resume(part.first, part.heard)
                for row, samples, (time, dt) in zip(part.rows, part.samples, part.clock.tolist(), strict=True):
                    renderer.draw(Moment(row, samples, time=time, dt=dt, palette=order.palette))
                    if renderer.trouble:
                        raise BadScene(renderer.trouble)
                    yield renderer.read()[::-1]

            return packed(each(), order.size)
