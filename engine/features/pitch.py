"""Which note, how it bends, and which notes belong together: all that is heard of pitch."""

from __future__ import annotations

from math import log2, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.chroma import Chroma
from engine.features.f0 import FundamentalFrequency, Weights
from engine.features.key import Key
from engine.features.note import HeldNote
from engine.features.pitch_views import PitchViews
from engine.features.tones import Tones
from engine.features.vibrato import Vibrato
from engine.foundation.kernel import place
from engine.frame import HOP, RATE, Pitch

_NOTE_LATE: Final = 2 * HOP  # by how much the first pitch of a note is behind its sound: measured, 11 ms
_RINGING: Final = round(0.4 * RATE / HOP)  # hops for which a pitch is believed after something was last heard
_SURE: Final = 0.9  # confidence at which a pitch is believed though the sound does not stand out of the room
_SURE_FOR: Final = 9  # hops, 48 ms: noise in a narrow band looks like a note for 43 ms once in a few minutes
_HUM_HZ: Final = 130.0  # what a room itself hums lies below
_SOFTEST: Final = 1e-7  # power of the strongest bin below which nothing is believed: −70 dBFS
_FIRST: Final = Pitch.hz.start
_SIZE: Final = Pitch.clarity.start + 1 - _FIRST
_HZ: Final = Pitch.hz.start - _FIRST
_CENTS: Final = Pitch.cents.start - _FIRST
_CONFIDENCE: Final = Pitch.confidence.start - _FIRST
_MOVING: Final = slice(Pitch.glide.start - _FIRST, Pitch.vibrato_depth.start + 1 - _FIRST)
_NOTE: Final = slice(Pitch.notes.start - _FIRST, Pitch.since.start + 1 - _FIRST)
_CHROMA: Final = slice(Pitch.chroma.start - _FIRST, Pitch.chroma.start + 12 - _FIRST)
_KEY: Final = slice(Pitch.key.start - _FIRST, Pitch.clarity.start + 1 - _FIRST)


class PitchSenses:
    """Everything of the group `Pitch`, after every hop.

    A note that dies away keeps its pitch for longer than it stands out of the room: it is told until nothing was
    heard for 0.4 s, as silence is; and a soft note that is steady as a room is told where f0 is above 130 Hz and
    sure for 48 ms. Otherwise there is none: Hz, confidence, glide and vibrato are 0, and the rest holds.

    `delay` is that of the fundamental frequency, by which it was taught to be late.
    """

    delay: Final = FundamentalFrequency.delay

    def __init__(self, weights: Weights, into: NDArray[np.float64] | None = None) -> None:
        """With the arrays of the model `pitch`, by their names."""
        self._views = PitchViews()
        self._f0 = FundamentalFrequency(weights)
        self._row = place(np.zeros(_SIZE), into)
        self._vibrato = Vibrato(self._row[_MOVING])
        self._note = HeldNote(_NOTE_LATE, self._row[_NOTE])
        self._chroma = Chroma(self._row[_CHROMA])
        self._key = Key(self._row[_KEY])
        self._since, self._sure = _RINGING, 0
        self.reset()

    def step(self, tones: Tones, heard: bool, index: int) -> NDArray[np.float64]:
        """The signals of `Pitch` in their order (23,) after the hop `index`, which `tones` and `Silence` heard."""
        row = self._row
        views = self._views.step(tones.power, tones.heard)
        hz, confidence = self._f0.step(views, self._views.likeness).tolist()
        self._since = 0 if heard else self._since + 1
        sure = confidence > _SURE and hz > _HUM_HZ
        self._sure = self._sure + 1 if sure else 0
        there = self._since < _RINGING or (self._sure >= _SURE_FOR and float(tones.power.max()) > _SOFTEST)
        sounds = there and hz > 0
        row[_HZ] = hz if sounds else 0.0
        row[_CONFIDENCE] = confidence if there else 0.0
        cents = 6900 + 1200 * log2(hz / 440) if sounds else nan
        if sounds:
            row[_CENTS] = cents
        swing = self._vibrato.step(cents)[2]
        self._note.step(cents, swing, index)
        if heard:
            self._chroma.step(tones.power)
            self._key.step(self._chroma.long)
        return row

    @property
    def chances(self) -> NDArray[np.float64]:
        """Of every pitch, as `FundamentalFrequency` has them; whether or not anything is heard."""
        return self._f0.chances

    @property
    def chroma(self) -> NDArray[np.float64]:
        """How much of each pitch class sounds just now, as `Chroma` has it."""
        return self._chroma.now

    def reset(self) -> None:
        """Forget everything heard."""
        for machine in (self._views, self._f0, self._vibrato, self._note, self._chroma, self._key):
            machine.reset()
        self._since, self._sure = _RINGING, 0
        for signal in Pitch.signals:
            self._row[signal.start - _FIRST : signal.start - _FIRST + signal.size] = signal.initial
