"""Where pictures are shown and how: what a stage is told when it begins."""

from __future__ import annotations

from dataclasses import dataclass

from engine.stage.output import Output
from engine.stage.score_page import ScorePage
from engine.stage.targets import Size
from engine.stage.views import FLAT


@dataclass(frozen=True, slots=True)
class StageSettings:
    """Where pictures are shown and how."""

    headless: bool = False
    size: Size = (1280, 720)
    fps: float = 60.0
    monitor: str | None = None
    full_screen: bool = False
    panel: bool = True
    delay: float = 0.0
    """Seconds by which the picture is held back to match the PA."""
    auditions: bool = False
    """Whether scenes are tried in a process of their own before they go on."""
    density: str = ""
    """The picture of the map of sounds, as `history.packed` writes it; empty where there is none."""
    page: ScorePage | None = None
    """The page that is played from, where there is one."""
    nice: int = 5
    """How far drawing steps back behind hearing where both want the same core."""
    flash_limiter: bool = True
    palette: str | None = None
    """The name of the palette that every scene wears; None where each wears its own."""
    view: str = FLAT
    """One of `views.VIEWS`."""
    leads: bool = False
    """Whether stages on other machines go by this one: it tells where its scene's clocks stand."""
    outputs: tuple[Output, ...] = ()
    """Where there is more than one, or one that is not straight; the first is the stage's window."""
