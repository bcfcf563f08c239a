"""What a show listens to: a device or a recording, which channels, who plays on them, which map, which score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.instrument import InstrumentBand
from engine.musician import Musician
from engine.takes.take import band_in, is_take, musicians_in, score_in, space_in


@dataclass(frozen=True, slots=True)
class HearingSettings:
    """What is listened to: `source` None captures `device`, else the source is played on it.

    `channels` are heard in the mix, all of them where none is named; `musicians` play on some of these. `band` is
    the instrument's own, as a sound-check found it; `space` is the map on which the sound's place is sought, by name
    or path, the shipped one if none is named; `score` is what is played, as JSON tells a tune.
    """

    source: str | None = None
    device: str | None = None
    channels: Sequence[int] = ()
    gain_db: float = 0.0
    repeat: bool = False
    silent: bool = False
    musicians: Sequence[Musician] = ()
    band: InstrumentBand | None = None
    space: str | None = None
    score: Mapping[str, Any] | None = None

    @property
    def playing(self) -> tuple[Musician, ...]:
        """Who plays: the musicians, else, where no channels are chosen, those whom the take names that is played."""
        if self.musicians or self.channels or self.source is None:
            return tuple(self.musicians)
        return musicians_in(Path(self.source))

    @property
    def own_band(self) -> InstrumentBand | None:
        """The band that is listened to: a take brings the one of its evening, or none."""
        if self.source is not None and is_take(Path(self.source)):
            return band_in(Path(self.source))
        return self.band

    @property
    def own_space(self) -> str | None:
        """The map on which places are sought: the one that is named, else the one of the take that is played."""
        if self.space is None and self.source is not None and is_take(Path(self.source)):
            return space_in(Path(self.source))
        return self.space

    @property
    def own_score(self) -> Mapping[str, Any] | None:
        """The score in which the player is followed: the one that is named, else the one of the take that is played."""
        if self.score is None and self.source is not None and is_take(Path(self.source)):
            return score_in(Path(self.source))
        return self.score

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(musician.name for musician in self.playing)
