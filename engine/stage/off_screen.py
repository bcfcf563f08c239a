"""A stage without a screen: for films, stills and trials."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
from numpy.typing import NDArray

from engine.stage import gpu
from engine.stage.render import Renderer
from engine.stage.scene import Scene
from engine.stage.score_page import ScorePage
from engine.stage.targets import Size
from engine.stage.views import FLAT


@contextmanager
def off_screen(
    scene: Scene,
    size: Size,
    flash_limiter: bool = True,
    density: NDArray[np.uint8] | None = None,
    view: str = FLAT,
    page: ScorePage | None = None,
) -> Iterator[Renderer]:
    """A stage with the scene on it; `density` is the picture of the map of sounds, `page` what is played from.

    BadScene if it cannot be drawn in that size or view, MissingDriver if nothing can be drawn here.
    """
    with ExitStack() as undo:
        ctx = gpu.headless()
        undo.callback(gpu.release, ctx)
        renderer = Renderer(ctx, size, limit_flashes=flash_limiter, density=density, page=page, view=view)
        undo.callback(renderer.release)
        renderer.stage(scene)
        yield renderer
