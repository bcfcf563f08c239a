"""The eight features from which the paper tells moods, over a window of seconds, from the engine's own signals.

Yang, Shen and Sun (AI-assisted cross-cultural delivery of traditional musical art forms, Fig. 9) name them Z1 to Z8 and
give no formulas; these are ours. All come from the sum of the window's tallies, so they cost the same however long it
is, and looks in which nothing is heard do not count.

    Z1 pitch       mean of the melody's MIDI number, over looks at which a pitch is clear
    Z2 centroid    2 ^ mean(log2 of the spectral centroid), Hz: as far up as down in octaves
    Z3 tempo       100 · 2 ^ mean(log2(tempo / 100)), beats a minute, over looks at which there is one
    Z4 alignment   Σ d(i) d(i−1) / Σ d(i)², of the melody's moves d in semitones: 1 where it goes on in one direction
                   evenly, −1 where every move is taken back, 0 where none says anything about the next
    Z5 cepstrum    (2/8) Σ L(b) cos(π (b + ½) / 8), dB, of the mean levels L(b) of the eight octaves: the first
                   coefficient of the mel cepstrum, on octaves; the tilt of the spectrum, high where it is dark
    Z6 wander      100 · ln 2 · standard deviation of log2 tempo: percent by which the tempo wanders
    Z7 crossings   2 ^ mean(log2 of zero crossings a second, halved), Hz
    Z8 tonality    correlation of the window's pitch classes with the best major key less that with the best minor key
                   (Krumhansl's profiles): the sign is the mode, how far it is from 0 how clear it is
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.listening.mood_tally import PARTS, SCALARS, Array, likeness, majority, means

_OCTAVES: Final = slice(SCALARS.index("octave_0"), SCALARS.index("octave_7") + 1)
_CENTROID: Final = SCALARS.index("centroid")
_CROSSINGS: Final = SCALARS.index("crossings")


class Feature(NamedTuple):
    """One of the eight: its name, its unit, and the usual range, which is 0 … 1 in the signal."""

    name: str
    unit: str
    low: float
    high: float
    octaves: bool = False  # whether halves and doubles are as far


EIGHT: Final = (
    Feature("pitch", "MIDI number", 36.0, 96.0),
    Feature("centroid", "Hz", 125.0, 8000.0, octaves=True),
    Feature("tempo", "BPM", 40.0, 200.0),
    Feature("alignment", "", -1.0, 1.0),
    Feature("cepstrum", "dB", -20.0, 20.0),
    Feature("wander", "%", 0.0, 40.0),
    Feature("crossings", "Hz", 62.5, 8000.0, octaves=True),
    Feature("tonality", "", -0.5, 0.5),
)
"""The eight features, in the order of the paper."""
_RANGES: Final = np.array(
    [(np.log2(f.low), np.log2(f.high)) if f.octaves else (f.low, f.high) for f in EIGHT], dtype=np.float64
)
_IN_OCTAVES: Final = np.array([f.octaves for f in EIGHT])
_TILT: Final = np.cos(np.pi * (np.arange(8) + 0.5) / 8) / 4


def eight(told: Array) -> Array:
    """The eight features (8,) in their units, from a sum of tallies; each 0 where nothing says anything of it.

    Tempo is 0 where there was none; pitch, centroid and crossings are 0 where nothing was heard.
    """
    mean = means(told)
    notes, pitch = told[PARTS["pitch"]][:2]
    beats, tempo, square, _ = told[PARTS["tempo"]]
    moves = told[PARTS["moves"]]
    steady = tempo / max(beats, 1.0)
    spread = max(square / max(beats, 1.0) - steady * steady, 0.0) ** 0.5
    sounded = bool(told[PARTS["heard"]][0])
    return np.array(
        [
            60.0 + pitch / notes if notes else 0.0,
            2.0 ** mean[_CENTROID] if sounded else 0.0,
            100.0 * 2.0**steady if beats else 0.0,
            min(max(moves[4] / moves[3], -1.0), 1.0) if moves[3] else 0.0,
            float(_TILT @ mean[_OCTAVES]) if sounded else 0.0,
            100.0 * np.log(2.0) * spread,
            2.0 ** mean[_CROSSINGS] if sounded else 0.0,
            float(majority(likeness(told[PARTS["strong"]]))),
        ]
    )


def as_signal(features: Array) -> Array:
    """The eight (8,) as shares of their usual ranges, 0 … 1, for bindings."""
    values = np.where(_IN_OCTAVES, np.log2(np.maximum(features, 1.0)), features)
    low, high = _RANGES.T
    return np.asarray(np.clip((values - low) / (high - low), 0.0, 1.0))
