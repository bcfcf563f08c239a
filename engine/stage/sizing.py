"""How large the scene on stage is drawn: as large as its window, or smaller where its pictures would come late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.errors import BadScene
from engine.foundation.child import Parent
from engine.stage.render import Renderer
from engine.stage.render_scale import RenderScale
from engine.stage.surface import Surface

_SLOW: Final = 0.25  # seconds a picture, above which the operator is told


class Sizing:
    """Keeps a renderer at the size that its surface has and its pictures' time allows; the operator hears of it."""

    def __init__(self, parent: Parent, surface: Surface, renderer: Renderer) -> None:
        self._parent, self._surface, self._renderer = parent, surface, renderer
        self._scale, self._told_slow = RenderScale(), False

    def reset(self) -> None:
        """Another scene is coming on: it begins at its full size."""
        self._scale.reset()
        self._told_slow = False

    def fit(self, told: Sequence[str]) -> None:
        """Follow the window's size; a size that the driver cannot do is shown scaled. `told`: what was said of late."""
        wanted = self._scale.of(self._surface.size)
        if wanted != self._renderer.size:
            try:
                self._renderer.resize(wanted)
            except BadScene as why:
                if str(why) not in told:
                    self._parent.tell(trouble=str(why))

    def step(self, scene: str, took: float) -> None:
        """Draw the scene smaller if its pictures come late, larger again if there is time: the last took so long."""
        if not self._scale.step(took, 1.0 / self._surface.rate):
            return
        share = f"{self._scale.scale:.0%}"
        full = self._scale.scale == 1.0
        says = (
            f"{scene} is drawn at its full size again"
            if full
            else f"{scene} is slow here: drawn at {share} of its size"
        )
        self._parent.tell(trouble=says)

    def note(self, scene: str, seconds: float) -> None:
        """A whole picture took so long; if even the smallest is slow, that is said once."""
        if seconds > _SLOW and self._scale.lowest and not self._told_slow:
            self._told_slow = True
            width, height = self._surface.size
            self._parent.tell(
                trouble=f"{scene} takes {seconds:.1f} s a picture of {width}x{height} here: ask for a smaller size"
            )
