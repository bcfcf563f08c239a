"""Who hears and who paints: the processes of a show that are started before all else."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self

from engine.audio.hearing import Hearing
from engine.frame_ring import FrameRing
from engine.settings import Settings
from engine.stage.backdrop import Backdrop


class Children:
    """The ears and the stage of a show, and the stairs of frames between them. A context manager.

    They load by themselves, for about as long as it takes to import the rest of the show: so they are started first,
    and little is imported here.
    """

    def __init__(self, settings: Settings, *, backdrop: bool = True) -> None:
        """Start them; what is wrong with sound, scene or screen is raised by whoever awaits them."""
        with ExitStack() as undo:
            self.stairs = FrameRing(musicians=settings.hearing.names)
            undo.callback(self.stairs.memory.close)
            self.hearing = Hearing(settings.hearing)
            undo.callback(self.hearing.close)
            self.backdrop = Backdrop(settings.stage, settings.scene, self.stairs) if backdrop else None
            if self.backdrop:
                undo.callback(self.backdrop.close)
            self._undo = undo.pop_all()

    def close(self) -> None:
        """End them; once is enough, and twice is no mistake."""
        self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
