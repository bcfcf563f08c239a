"""Tempo and beat by hand: what somebody taps takes the place of what the senses have found, until it is given back."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.frame import SIGNALS, Row

_MOST: Final = 8  # taps that count
_FORGET: Final = 2.5  # seconds without a tap, after which the next one begins anew
_LEAST: Final = 0.2  # seconds between taps; nearer ones are one finger's bounce


class TappedBeat:
    """Taps in, a beat out. `step` writes it over the beat signals of a row.

    The first tap is a beat at once; from the second on there is a tempo, the straight line through the last eight.
    `rhythm.beats` never falls, neither when a hand takes over nor when it gives back.
    """

    delay = 0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nobody has ever tapped."""
        self._taps: list[float] = []
        self._period: float | None = None
        self._origin = 0.0
        self._heard: float | None = None
        self._more = 0.0
        self._last = -1.0
        self.touched = False

    @property
    def tempo(self) -> float:
        """Beats a minute as tapped; 0 while the senses lead."""
        return 60.0 / self._period if self._period else 0.0

    def tap(self, time: float) -> None:
        """A tap at `time`, seconds of the show."""
        if self._taps and time - self._taps[-1] < _LEAST:
            return
        if self._taps and time - self._taps[-1] > _FORGET:
            self._taps.clear()
        self._taps = [*self._taps, time][-_MOST:]
        if len(self._taps) > 1:
            places = np.arange(len(self._taps))
            slope, foot = np.polyfit(places, self._taps, 1)
            self._period, self._origin = float(slope), float(foot + slope * places[-1])
            self.touched = True
        elif self._period:
            self._origin = time  # one tap alone moves the beat, and leaves the tempo

    def lead(self, tempo: float, time: float) -> None:
        """So many beats a minute from `time` on, seconds of the show; a beat that was tapped before keeps its place."""
        if self._period is None:
            self._origin = time
        else:
            self._origin += np.floor((time - self._origin) / self._period) * self._period
        self._period = 60.0 / tempo
        self._taps.clear()
        self.touched = True

    def follow(self, tempo: float, beat: float) -> None:
        """So many beats a minute, one of them at `beat`, seconds of the show: what another machine's clock says."""
        self._period, self._origin = 60.0 / tempo, beat
        self._taps.clear()
        self.touched = True

    def release(self) -> None:
        """Give tempo and beat back to the senses."""
        self._taps.clear()
        self._period = None

    def step(self, row: Row) -> bool:
        """Write the tapped beat into a row; whether anything was written, so that rows are copied only then."""
        if not self.touched:
            return False
        time, beats = float(row[1]), float(row[_BEATS])
        if self._heard is None:
            self._heard, self._last = beats, float(row[_BEAT_AT])
        if self._period is None:
            row[_BEATS] = beats + self._more
            self._heard = beats
            return True
        phase = (time - self._origin) / self._period
        at = self._origin + np.floor(phase) * self._period
        if at - self._last > 0.5 * self._period:
            self._more += 1.0
            self._last = at
        self._more += self._heard - beats  # what the senses count meanwhile is not counted twice
        self._heard = beats
        row[_BEATS] = beats + self._more
        row[_BEAT_AT], row[_PHASE] = self._last, phase - np.floor(phase)
        row[_TEMPO], row[_CONFIDENCE], row[_BAR] = 60.0 / self._period, 1.0, 0.0
        return True


_BEATS, _BEAT_AT, _PHASE, _TEMPO, _CONFIDENCE, _BAR = (
    SIGNALS[f"rhythm.{name}"].start for name in ("beats", "beat_at", "phase", "tempo", "confidence", "bar")
)
