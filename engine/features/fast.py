"""All the fast senses together: a Block in, a Frame out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.band import BandFilter, BandLevel
from engine.features.bands import OctaveBands
from engine.features.beat import BeatTracker
from engine.features.covering import FractalProfile
from engine.features.form import MusicalForm
from engine.features.fractal import FractalDimension
from engine.features.level import Level
from engine.features.line import LineDimensions
from engine.features.loudness import Loudness
from engine.features.mixdown import Mixdown
from engine.features.onset import OnsetDetector
from engine.features.onset_view import OnsetView
from engine.features.pitch import PitchSenses
from engine.features.recurrent import RecurrentNetwork
from engine.features.rise import SpectralRise
from engine.features.roughness import Roughness
from engine.features.silence import Silence, fluctuation_margin
from engine.features.spectrum import Spectrum
from engine.features.timbre import Timbre
from engine.features.tones import Tones
from engine.features.wavelet import WaveletLevels
from engine.foundation.models import weights
from engine.frame import HOP, RATE, Band, Block, Form, Frame, Pitch, Rhythm, Sound, Texture, blank_row
from engine.instrument import InstrumentBand

_PLAYING: Final = 4 * RATE // HOP  # hops after an onset in which what sounds is music and no room
_LEVELS: Final = slice(Sound.level.start, Sound.peak.start + 1)
_ROOM: Final = slice(Sound.floor.start, Sound.silence.start + 1)
_BANDS: Final = slice(Sound.bands.start, Sound.high.start + 1)
_OCTAVES: Final = slice(Sound.low.start, Sound.high.start + 1)
_OWN: Final = slice(Band.level.start, Band.share.start + 1)
_FORM: Final = slice(Form.phrases.start, Form.clock_high.start + 1)
_EDGES: Final = slice(Band.low.start, Band.high.start + 1)
_TIMBRE: Final = slice(Sound.centroid.start, Sound.crossings.start + 1)
_ONSET: Final = slice(Rhythm.hits.start, Rhythm.attack.start + 1)
_BEAT: Final = slice(Rhythm.beats.start, Rhythm.bar.start + 1)
_PITCH: Final = slice(Pitch.hz.start, Pitch.clarity.start + 1)
_PROFILE: Final = Texture.profile.part
_LINE: Final = slice(Texture.katz.start, Texture.petrosian.start + 1)
_WAVELETS: Final = Texture.wavelets.part
_CLIPPING: Final = Sound.clipping.start
_LOUDNESS: Final = Sound.loudness.start
_FLUX: Final = Sound.flux.start
_CENTROID: Final = Sound.centroid.start
_LEVEL: Final = Band.level.start
_ONSETS: Final = Rhythm.onsets.start
_FRACTAL: Final = Texture.fractal.start
_ROUGHNESS: Final = Texture.roughness.start


class FastSenses:
    """Everything that is known about the sound within a hop. Most machines write what they say into the row itself.

    Descriptors of what a sound is like (timbre, texture) keep their last value while nothing is heard above the
    room and flux is 0, because a picture must be still in silence; levels go on reading what is there. Where a
    sound-check has found the instrument's own `band`, everything but `sound.level`, `peak`, `loudness`, `floor`,
    `silence`, `clipping` and the octaves listens to that band alone. Whatever the samples are, NaN and infinity
    included, every number is finite and every bounded one inside its span. The same samples give the same frames, bit
    for bit.
    """

    delay: Final = PitchSenses.delay
    """Samples by which f0, the last that is told of a moment, follows it; a click is counted within 2 × HOP.

    What takes time by its nature, as loudness, vibrato, chroma and form do, says its own."""

    def __init__(self, channels: int, band: InstrumentBand | None = None) -> None:
        self._row = row = blank_row()
        self._mixdown = Mixdown(channels)
        self._level = Level()
        self._loudness = Loudness(channels)
        self._silence = Silence()
        self._bands = OctaveBands(row[_BANDS])
        self._octaves = row[_OCTAVES]
        self._edges = (Band.low.initial, Band.high.initial) if band is None else (band.low_hz, band.high_hz)
        self._filter = None if band is None else BandFilter(band)
        self._own_silence = self._silence if band is None else Silence(band.room_dbfs, band.width_hz)
        self._band_level = BandLevel(0.0 if band is None else fluctuation_margin(band.width_hz), row[_OWN])
        self._spectrum = Spectrum()
        self._timbre = Timbre(row[_TIMBRE])
        self._rise = SpectralRise()
        self._tones = Tones()
        self._onset_view = OnsetView()
        self._onset_network = RecurrentNetwork(weights("onset"))
        self._onsets = OnsetDetector()
        self._beats = BeatTracker(weights("beat"), self._onset_network.hidden.size, row[_BEAT])
        self._pitch = PitchSenses(weights("pitch"), row[_PITCH])
        self._fractal = FractalDimension()
        self._form = MusicalForm(row[_FORM])
        self._profile = FractalProfile(row[_PROFILE])
        self._line = LineDimensions(row[_LINE])
        self._wavelets = WaveletLevels(row[_WAVELETS])
        self._roughness = Roughness()
        row[_EDGES] = self._edges
        self._playing_until = 0

    def step(self, block: Block) -> Frame:
        """The frame at the end of the next block, whose samples are (HOP, channels)."""
        row = self._row
        row[0], row[1] = block.index, block.time
        wave = self._mixdown.step(block.samples)
        channels = self._mixdown.channels
        row[_LEVELS] = self._level.step(channels, self._mixdown.mix)
        row[_CLIPPING] = self._level.clipping
        row[_LOUDNESS] = self._loudness.step(channels)
        playing = block.index < self._playing_until
        row[_ROOM] = self._silence.step(wave, playing=playing)
        self._bands.step(wave)
        own = wave
        if self._filter is not None:
            own = self._filter.step(wave)
            self._own_silence.step(own, playing=playing)
        above, heard = self._own_silence.above, self._own_silence.heard
        self._band_level.step(wave, own, self._own_silence.floor, heard)
        power = self._spectrum.step(own)
        rises = self._rise.step(power, above)
        row[_FLUX] = rises[0] if heard else 0.0
        tones = self._tones.step(own)
        said = self._onset_network.step(self._onset_view.step(self._rise, tones, above))
        counted = row[_ONSETS]
        row[_ONSET] = self._onsets.step(said, rises, own, block.index, heard=heard)
        if row[_ONSETS] > counted:
            self._playing_until = block.index + _PLAYING
        self._beats.step(self._onset_network.hidden, said, block.index, playing=counted > 0)
        self._pitch.step(self._tones, heard, block.index)
        self._wavelets.step(own)
        if heard:
            self._timbre.step(power, self._spectrum.heard)
            row[_FRACTAL] = self._fractal.step(self._spectrum.heard)
            self._profile.step(self._spectrum.heard)
            self._line.step(self._spectrum.heard)
            row[_ROUGHNESS] = self._roughness.step(tones)
        self._form.step(row[_LEVEL], self._octaves, row[_CENTROID], row[_ONSETS], heard)
        return Frame(row)

    @property
    def chances(self) -> NDArray[np.float64]:
        """How likely every pitch is after the last hop, as `FundamentalFrequency` has it."""
        return self._pitch.chances

    @property
    def chroma(self) -> NDArray[np.float64]:
        """How much of each pitch class sounds just now, as `Chroma` has it."""
        return self._pitch.chroma

    @property
    def said(self) -> NDArray[np.float32]:
        """What the onset network says of the last hop: HEARD of `onset`."""
        return self._onset_network.out

    def reset(self) -> None:
        """Forget everything heard: as good as new."""
        self._mixdown.reset()
        self._level.reset()
        self._loudness.reset()
        self._silence.reset()
        self._bands.reset()
        if self._filter is not None:
            self._filter.reset()
        self._own_silence.reset()
        self._band_level.reset()
        self._spectrum.reset()
        self._timbre.reset()
        self._rise.reset()
        self._tones.reset()
        self._onset_view.reset()
        self._onset_network.reset()
        self._onsets.reset()
        self._beats.reset()
        self._pitch.reset()
        self._fractal.reset()
        self._form.reset()
        self._profile.reset()
        self._line.reset()
        self._wavelets.reset()
        self._roughness.reset()
        self._row[:] = blank_row()
        self._row[_EDGES] = self._edges
        self._playing_until = 0


def warm_up() -> None:
    """Run every sense once on a sound, so that nothing in a show happens for the first time."""
    senses = FastSenses(1)
    for index in range(8):
        noise = np.random.default_rng(index).uniform(-0.5, 0.5, (HOP, 1))
        senses.step(Block(index, noise.astype(np.float32)))
