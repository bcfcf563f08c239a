"""Perception: what the fast senses and the score follower know of a hop; the learned ear and the mood come later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Self

import numpy as np

from engine.errors import BadFile
from engine.features.ensemble import Ensemble
from engine.frame import ROW, Block, Frame
from engine.instrument import InstrumentBand
from engine.listening.ear import PLACE, Ear, familiar
from engine.listening.mood import MOOD, Mood
from engine.listening.mood_judge import NEUTRAL, MoodModel, Verdict
from engine.musician import Musician
from engine.score.following import SCORE, ScoreFollower
from engine.score.opening import followed


class Perception:
    """The senses of everybody who plays, where the mix is in the score and on the map of sounds, and its mood.

    A context manager.

    Live, ear and mood have a thread each, which `close` ends. Otherwise the same samples give the same frames, bit for
    bit. Without an installed map and network the place stands still, without the model of moods the mood is neutral,
    and `troubles` says so.
    """

    delay: Final = Ensemble.delay
    """Samples by which f0, as `FastSenses` has it, follows the sound; a place and a mood say their own age."""

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
        self._mood: Mood | None = None
        self._remarks: list[str] = []
        network = ""
        try:
            known = familiar(space)
            network = known[0].sha256
            self._ear = Ear(len(numbers), *known, live=live)
        except BadFile as why:
            if space is not None:
                raise
            self._remarks.append(f"the place on the map stands still: {why}")
        try:
            model = MoodModel()
            self._described = model.network == network
            self._mood = Mood(model, live=live)
        except BadFile as why:
            self._remarks.append(f"the mood stays neutral: {why}")

    def step(self, block: Block) -> Frame:
        """The frame at the end of the next block, whose samples are (HOP, channels)."""
        frame = self._senses.step(block)
        if self._ear is None and self._mood is None and self.follower is None:
            return frame
        self._row[:] = frame.row
        if self.follower is not None:
            heard = self._senses.mix
            self._row[SCORE] = self.follower.step(heard.chances, heard.chroma, heard.said, block.index)
        if self._ear is not None:
            self._row[PLACE] = self._ear.step(block.samples, not frame.form.silence)
        if self._mood is not None:
            described = self._ear.described if self._ear is not None and self._described else None
            self._row[MOOD] = self._mood.step(self._row, described)
        return Frame(self._row, self.names)

    def troubles(self) -> Iterator[str]:
        """What the operator should know, once; from any thread."""
        remarks, self._remarks = self._remarks, []
        yield from remarks
        for sense in (self._ear, self._mood):
            if sense is not None:
                yield from sense.troubles()

    @property
    def mood(self) -> Verdict:
        """The mood of everything heard so far; neutral in a show, and without a model."""
        return NEUTRAL if self._mood is None else self._mood.whole()

    def reset(self) -> None:
        """Forget everything heard: as good as new."""
        self._senses.reset()
        if self.follower is not None:
            self.follower.reset()
        for sense in (self._ear, self._mood):
            if sense is not None:
                sense.reset()

    def close(self) -> None:
        """End the threads, if there are any."""
        for sense in (self._ear, self._mood):
            if sense is not None:
                sense.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
