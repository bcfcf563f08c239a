"""Perception: what the fast senses and the score follower know of a hop, and the learned ear a moment later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Self

import numpy as np

from engine.errors import BadFile
from engine.features.ensemble import Ensemble
from engine.frame import ROW, Block, Frame
from engine.instrument import InstrumentBand
from engine.listening.ear import PLACE, Ear, familiar
from engine.musician import Musician
from engine.score.following import SCORE, ScoreFollower
from engine.score.opening import followed


class Perception:
    """The senses of everybody who plays, where the mix is in the score, and where it lies on the map of sounds.

    A context manager.

    Live, the ear has a thread, which `close` ends. Otherwise the same samples give the same frames, bit for bit.
    Without an installed map and network the place stands still, and `troubles` says so.
    """

    delay: Final = Ensemble.delay
    """Samples by which the slowest of the fast senses follows the sound; a place says its own age."""

    def __init__(
        self,
        numbers: Sequence[int],
        musicians: Sequence[Musician] = (),
        band: InstrumentBand | None = None,
        space: str | None = None,
        *,
        score: Mapping[str, Any] | None = None,
        live: bool = False,
    ) -> None:
        """As `Ensemble`; `space` is a map by name or path, the shipped one if none is named; `score` is what is played,
        as JSON tells a tune.

        BadSetting where a musician's channel is not there, BadFile where a map that was named cannot be used.
        """
        self._senses = Ensemble(numbers, musicians, band)
        self.names, self.musicians = self._senses.names, self._senses.musicians
        self._row = np.zeros(ROW * (1 + len(self.names)))
        self.follower = ScoreFollower(followed(score)) if score is not None else None
        """Who follows the player in the score, where there is one."""
        self._ear: Ear | None = None
        self._remark = ""
        try:
            self._ear = Ear(len(numbers), *familiar(space), live=live)
        except BadFile as why:
            if space is not None:
                raise
            self._remark = f"the place on the map stands still: {why}"

    def step(self, block: Block) -> Frame:
        """The frame at the end of the next block, whose samples are (HOP, channels)."""
        frame = self._senses.step(block)
        if self._ear is None and self.follower is None:
            return frame
        self._row[:] = frame.row
        if self.follower is not None:
            heard = self._senses.mix
            self._row[SCORE] = self.follower.step(heard.chances, heard.chroma, heard.said, block.index)
        if self._ear is not None:
            self._row[PLACE] = self._ear.step(block.samples, not frame.form.silence)
        return Frame(self._row, self.names)

    def troubles(self) -> Iterator[str]:
        """What the operator should know, once; from any thread."""
        remark, self._remark = self._remark, ""
        if remark:
            yield remark
        if self._ear is not None:
            yield from self._ear.troubles()

    def reset(self) -> None:
        """Forget everything heard: as good as new."""
        self._senses.reset()
        if self.follower is not None:
            self.follower.reset()
        if self._ear is not None:
            self._ear.reset()

    def close(self) -> None:
        """End the ear's thread, if there is one."""
        if self._ear is not None:
            self._ear.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
