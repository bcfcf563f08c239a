"""All the fast senses together: a Block in, a Frame out."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.features.bands import OctaveBands
from engine.features.fractal import FractalDimension
from engine.features.level import Level
from engine.features.loudness import Loudness
from engine.features.mixdown import Mixdown
from engine.features.onset import OnsetDetector
from engine.features.silence import Silence
from engine.features.spectrum import Spectrum
from engine.features.timbre import Timbre
from engine.frame import HOP, Block, Frame, Rhythm, Sound, Texture, blank_row


class FastSenses:
    """Everything that is known about the sound within a hop.

    Descriptors of what a sound is like (timbre, texture) keep their last value while nothing is heard above the
    room, because a picture must be still in silence; levels go on reading what is there. Whatever the samples
    are, NaN and infinity included, every number is finite and every bounded one inside its span. The same
    samples give the same frames, bit for bit.
    """

    delay: Final = FractalDimension.delay
    """Samples by which the slowest descriptor follows the sound; an onset is counted within 2 × HOP."""

    def __init__(self, channels: int) -> None:
        self._mixdown = Mixdown(channels)
        self._level = Level()
        self._loudness = Loudness(channels)
        self._silence = Silence()
        self._bands = OctaveBands()
        self._spectrum = Spectrum()
        self._timbre = Timbre()
        self._onsets = OnsetDetector()
        self._fractal = FractalDimension()
        self._row = blank_row()

    def step(self, block: Block) -> Frame:
        """The frame at the end of the next block, whose samples are (HOP, channels)."""
        row = self._row
        row[0], row[1] = block.index, block.time
        wave = self._mixdown.step(block.samples)
        level = self._level.step(self._mixdown.channels, self._mixdown.mix)
        row[Sound.level.start], row[Sound.peak.start], row[Sound.clipping.start] = level
        row[Sound.loudness.start] = self._loudness.step(self._mixdown.channels)
        row[_SILENCE] = self._silence.step(wave)
        row[_BANDS] = self._bands.step(wave)
        power = self._spectrum.step(wave)
        row[_RHYTHM] = self._onsets.step(power, wave, self._silence.above, block.index)
        row[Sound.flux.start] = self._onsets.flux if self._silence.heard else 0.0
        if self._silence.heard:
            row[_TIMBRE] = self._timbre.step(power, self._spectrum.heard)
            row[Texture.fractal.start] = self._fractal.step(self._spectrum.heard)
        return Frame(row)

    def reset(self) -> None:
        """Forget everything heard: as good as new."""
        for machine in (
            self._mixdown, self._level, self._loudness, self._silence, self._bands,
            self._spectrum, self._timbre, self._onsets, self._fractal,
        ):  # fmt: skip
            machine.reset()
        self._row = blank_row()


_SILENCE: Final = slice(Sound.floor.start, Sound.silence.start + 1)
_BANDS: Final = slice(Sound.bands.start, Sound.high.start + 1)
_TIMBRE: Final = slice(Sound.centroid.start, Sound.crossings.start + 1)
_RHYTHM: Final = slice(Rhythm.hits.start, Rhythm.strength.start + 1)


def warm_up() -> None:
    """Run every sense once, so that the first hop of a show is not the first one."""
    FastSenses(1).step(Block(0, np.zeros((HOP, 1), np.float32)))
