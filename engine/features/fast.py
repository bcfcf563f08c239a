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
from engine.features.rise import SpectralRise
from engine.features.silence import Silence
from engine.features.spectrum import Spectrum
from engine.features.timbre import Timbre
from engine.frame import HOP, Block, Frame, Rhythm, Sound, Texture, blank_row

_LEVELS: Final = slice(Sound.level.start, Sound.peak.start + 1)
_ROOM: Final = slice(Sound.floor.start, Sound.silence.start + 1)
_BANDS: Final = slice(Sound.bands.start, Sound.high.start + 1)
_TIMBRE: Final = slice(Sound.centroid.start, Sound.crossings.start + 1)
_RHYTHM: Final = slice(Rhythm.hits.start, Rhythm.strength.start + 1)


class FastSenses:
    """Everything that is known about the sound within a hop.

    Descriptors of what a sound is like (timbre, texture) keep their last value while nothing is heard above the
    room and flux is 0, because a picture must be still in silence; levels go on reading what is there. Whatever
    the samples are, NaN and infinity included, every number is finite and every bounded one inside its span. The
    same samples give the same frames, bit for bit.
    """

    delay: Final = FractalDimension.delay
    """Samples by which the slowest descriptor follows the sound; a click is counted within 2 × HOP."""

    def __init__(self, channels: int) -> None:
        self._mixdown = Mixdown(channels)
        self._level = Level()
        self._loudness = Loudness(channels)
        self._silence = Silence()
        self._bands = OctaveBands()
        self._spectrum = Spectrum()
        self._timbre = Timbre()
        self._rise = SpectralRise()
        self._onsets = OnsetDetector()
        self._fractal = FractalDimension()
        self._row = blank_row()

    def step(self, block: Block) -> Frame:
        """The frame at the end of the next block, whose samples are (HOP, channels)."""
        row = self._row
        row[0], row[1] = block.index, block.time
        wave = self._mixdown.step(block.samples)
        channels = self._mixdown.channels
        row[_LEVELS] = self._level.step(channels, self._mixdown.mix)
        row[Sound.clipping.start] = self._level.clipping
        row[Sound.loudness.start] = self._loudness.step(channels)
        row[_ROOM] = self._silence.step(wave)
        row[_BANDS] = self._bands.step(wave)
        power = self._spectrum.step(wave)
        above, heard = self._silence.above, self._silence.heard
        rises = self._rise.step(power, above)
        row[Sound.flux.start] = rises[0] if heard else 0.0
        row[_RHYTHM] = self._onsets.step(rises, wave, above, block.index)
        if heard:
            row[_TIMBRE] = self._timbre.step(power, self._spectrum.heard)
            row[Texture.fractal.start] = self._fractal.step(self._spectrum.heard)
        return Frame(row)

    def reset(self) -> None:
        """Forget everything heard: as good as new."""
        self._mixdown.reset()
        self._level.reset()
        self._loudness.reset()
        self._silence.reset()
        self._bands.reset()
        self._spectrum.reset()
        self._timbre.reset()
        self._rise.reset()
        self._onsets.reset()
        self._fractal.reset()
        self._row = blank_row()


def warm_up() -> None:
    """Run every sense once on a sound, so that nothing in a show happens for the first time."""
    senses = FastSenses(1)
    for index in range(8):
        noise = np.random.default_rng(index).uniform(-0.5, 0.5, (HOP, 1))
        senses.step(Block(index, noise.astype(np.float32)))
