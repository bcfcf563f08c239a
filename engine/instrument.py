"""The instrument's own band, as a sound-check found it: what a show remembers of an instrument and its room."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Final

from engine.errors import BadSetting
from engine.frame import SILENT_DB, Band

LOWEST_HZ, HIGHEST_HZ = Band.low.initial, Band.high.initial
NARROWEST: Final = 1.5
"""The upper edge over the lower one, at least: a fifth."""
MOST_HUM: Final = 12
"""Steady lines that are taken out, at most."""


@dataclass(frozen=True, slots=True)
class InstrumentBand:
    """What a sound-check found: the edges in Hz, steady hum between them in Hz, the room's level there in dBFS.

    BadSetting for edges that are none, a hum outside of them, a room that is no level.
    """

    low_hz: float = LOWEST_HZ
    high_hz: float = HIGHEST_HZ
    hum_hz: tuple[float, ...] = ()
    room_dbfs: float = SILENT_DB

    def __post_init__(self) -> None:
        low, high = self.low_hz, self.high_hz
        if not (low >= LOWEST_HZ and NARROWEST * low <= high <= HIGHEST_HZ):
            raise BadSetting(
                f"band.low_hz={low:g}, band.high_hz={high:g} must lie from {LOWEST_HZ:g} to {HIGHEST_HZ:g} Hz and a "
                f"fifth apart at least (try 80 and 5000, or monochord soundcheck)"
            )
        if len(self.hum_hz) > MOST_HUM:
            raise BadSetting(f"band.hum_hz has {len(self.hum_hz)} lines, {MOST_HUM} at most are taken out")
        for hum in self.hum_hz:
            if not low / 2 <= hum <= high:
                raise BadSetting(
                    f"band.hum_hz: {hum:g} must lie in the band, {low:g} to {high:g} Hz (leave out what does not)"
                )
        if not SILENT_DB <= self.room_dbfs <= 0:
            raise BadSetting(f"band.room_dbfs={self.room_dbfs:g} must be from {SILENT_DB:g} to 0 dBFS")

    @property
    def width_hz(self) -> float:
        """How wide the band is to a room whose noise is pink: (∫1/f)² / ∫1/f² over it."""
        return log(self.high_hz / self.low_hz) ** 2 / (1 / self.low_hz - 1 / self.high_hz)
