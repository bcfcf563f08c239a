"""A still of each scene, as the show would have looked at the loudest of a few moments."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.analysis import Analysis
from engine.errors import BadScene, MissingDriver
from engine.listening.density import density
from engine.rehearsal import Progress, nobody
from engine.report.witness import Witness
from engine.stage.scene import load_scene, scene_names
from engine.stage.targets import Size

SIZE: Final[Size] = (320, 180)
_FLOOR: Final = "fallback"  # what lies under all scenes is none that somebody chooses
_QUALITY: Final = 82
_AROUND: Final = 1.5  # seconds before a moment in which it is to be loud


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A scene, and how it looked `at` a second; `pixels` (height, width, 3), top row first."""

    name: str
    title: str
    at: float
    pixels: NDArray[np.uint8]

    def png(self) -> bytes:
        """As a file."""
        return self._written("PNG")

    def jpeg(self) -> bytes:
        """As small as goes into a page."""
        return self._written("JPEG", quality=_QUALITY)

    def _written(self, kind: str, **how: int) -> bytes:
        written = io.BytesIO()
        Image.fromarray(self.pixels).save(written, kind, **how)
        return written.getvalue()


def stills(
    witness: Witness, analysis: Analysis, missing: dict[str, str], progress: Progress = nobody, size: Size = SIZE
) -> list[Still]:
    """One of each scene; none, and why in `missing`, where nothing can be drawn here."""
    at = _loudest(witness, analysis)
    if at is None:
        missing["stills"] = "The recording ends before a scene could be looked at."
        return []
    seen = density(witness.hearing.own_space)
    names = [name for name in scene_names() if name != _FLOOR]
    found = []
    for number, name in enumerate(names):
        try:
            scene = load_scene(name, witness.musicians)
            pictures = witness.excerpts[at].stills(scene, size, seen)
        except MissingDriver as why:
            missing["stills"] = f"The scenes could not be drawn: {why}."
            return []
        except BadScene:
            continue  # `monochord scenes` says why; a report goes on without it
        found += [Still(name, scene.title, at, np.ascontiguousarray(one[..., :3])) for one in pictures]
        progress((number + 1) / len(names))
    return found


def _loudest(witness: Witness, analysis: Analysis) -> float | None:
    """Of the moments that may be seen the one before which it is loudest."""
    level, time = analysis.signals["sound.loudness"], analysis.time

    def before(at: float) -> float:
        near = level[(time > at - _AROUND) & (time <= at)]
        return float(near.mean()) if len(near) else -np.inf

    return max((at for at in witness.excerpts if at < analysis.duration), key=before, default=None)
