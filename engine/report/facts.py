"""A recording in a few numbers: what a report's head says, and what two recordings are compared by."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Analysis
from engine.features.beat import FREE
from engine.frame import SILENT_DB
from engine.listening.mood_judge import MOODS

SURE: Final = 0.5
"""How sure a pitch or a place must be to count."""
_ABSOLUTE: Final = -70.0  # LUFS below which nothing counts (BS.1770-4)
_RELATIVE: Final = -10.0  # LU below the mean of what counts that still counts


@dataclass(frozen=True, slots=True)
class Facts:
    """What is None was not there to be told. Levels are dBFS, loudness is LUFS, brightness Hz, pitches cents (A4 6900).

    `range_lu`: between the soft and the loud tenth. `wander_percent`: how far the tempo strays from its mean, one
    standard deviation. `x`, `y`: where on the map of sounds, on the average. `mood`: how much of each of the four it
    all has, valence and arousal, and whether it is like anything learned (`known`, 1 or 0).
    """

    duration: float
    level: float
    peak: float
    loudness: float | None
    range_lu: float | None
    brightness: float | None
    fractal: float | None
    onsets: int
    density: float
    tempo: float | None
    wander_percent: float | None
    key: str | None
    low_pitch: float | None
    high_pitch: float | None
    x: float | None
    y: float | None
    novelty: float | None
    sounding_percent: float
    mood: dict[str, float] | None

    def table(self) -> dict[str, Any]:
        """As JSON says it."""
        return asdict(self)


def facts(analysis: Analysis) -> Facts:
    """Of what every hop of a recording is like."""
    found = analysis.signals
    sounding = found["form.silence"] == 0
    level = 10 * np.log10(max(float(np.mean(10 ** (found["sound.level"] / 10))), 10 ** (SILENT_DB / 10)))
    loudness, spread = _loudness(found["sound.loudness"])
    tempi = found["rhythm.tempo"][(found["rhythm.confidence"] >= FREE) & (found["rhythm.tempo"] > 0) & sounding]
    voiced = found["pitch.cents"][(found["pitch.hz"] > 0) & (found["pitch.confidence"] >= SURE) & sounding]
    placed = sounding & (found["place.confidence"] > 0)
    return Facts(
        duration=round(analysis.duration, 3),
        level=round(float(level), 2),
        peak=round(float(found["sound.peak"].max()), 2),
        loudness=loudness,
        range_lu=spread,
        brightness=_middle(found["sound.centroid"][sounding], 1),
        fractal=_mean(found["texture.fractal"][sounding], 4),
        onsets=len(analysis.onsets),
        density=round(len(analysis.onsets) / max(analysis.duration, 1e-9), 3),
        tempo=analysis.events.tempo_bpm,
        wander_percent=round(100 * float(tempi.std() / tempi.mean()), 2) if len(tempi) else None,
        key=analysis.events.key,
        low_pitch=round(float(np.percentile(voiced, 5)), 1) if len(voiced) else None,
        high_pitch=round(float(np.percentile(voiced, 95)), 1) if len(voiced) else None,
        x=_mean(found["place.x"][placed], 4),
        y=_mean(found["place.y"][placed], 4),
        novelty=_mean(found["place.novelty"][placed], 4),
        sounding_percent=round(100 * float(sounding.mean()), 2),
        mood=_mood(analysis),
    )


def _loudness(momentary: NDArray[np.float64]) -> tuple[float | None, float | None]:
    """The gated mean of BS.1770-4, and how far the loud tenth lies above the soft one."""
    heard = momentary[momentary > _ABSOLUTE]
    if not len(heard):
        return None, None
    gate = 10 * np.log10(np.mean(10 ** (heard / 10))) + _RELATIVE
    loud = heard[heard > gate]
    whole = 10 * np.log10(np.mean(10 ** (loud / 10)))
    low, high = np.percentile(loud, (10, 90))
    return round(float(whole), 2), round(float(high - low), 2)


def _mood(analysis: Analysis) -> dict[str, float] | None:
    """The mood of it all; None where none was heard."""
    if not np.isfinite(analysis.mood.distance):
        return None
    told = analysis.mood.table()
    return {name: float(told[name]) for name in (*MOODS, "valence", "arousal", "known")}


def _mean(values: NDArray[np.float64], digits: int) -> float | None:
    return round(float(values.mean()), digits) if len(values) else None


def _middle(values: NDArray[np.float64], digits: int) -> float | None:
    return round(float(np.median(values)), digits) if len(values) else None
