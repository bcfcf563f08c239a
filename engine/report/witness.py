"""A recording heard once for its report: what the senses do not keep of the sound is kept here, however long it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.hearing_settings import HearingSettings
from engine.films.excerpts import Excerpts
from engine.frame import HOP, RATE, Block, Frame, Samples
from engine.rehearsal import Rehearsal, pictures
from engine.report.sound import MOST, SmallSound
from engine.stage.sound_texture import WINDOW
from engine.stage.spectrogram import ROWS, spectrum_rows

FPS: Final = 15.0
"""Pictures a second that lead up to a still."""
KEPT: Final = 120.0
"""Seconds of the sound itself that are kept, for the spectrum and for other programs' ears."""
_TOGETHER: Final = 64  # hops that are taken in at once
_EVERY: Final = 4  # hops from one spectrum to the next, at first
_MOST: Final = 2048  # spectra at most: of twice as many, two become one
_LEAD: Final = 2.5  # seconds before the end of which no still is taken, if there is time
_PARTS: Final = (0.25, 0.55, 0.85)  # where in a recording a still may be taken
_UNKNOWN: Final = (8.0, 24.0)  # seconds likewise, where only the end will tell how long it is


class Spectrogram:
    """The loudest of each row between two columns, in never more than 2 · 2048 columns."""

    def __init__(self) -> None:
        self.every = _EVERY
        """Hops from one column to the next."""
        self._columns: list[NDArray[np.float32]] = []
        self._hops = 0
        self._before = np.zeros(WINDOW - HOP, np.float32)

    def add(self, sound: NDArray[np.float32]) -> None:
        """The next hops, (hops · HOP,)."""
        whole = np.concatenate([self._before, sound])
        for end in range(WINDOW, len(whole) + 1, HOP):
            if self._hops % self.every == 0:
                self._columns.append(spectrum_rows(whole[end - WINDOW : end, None]))
            self._hops += 1
            if len(self._columns) == 2 * _MOST:
                pairs = zip(self._columns[::2], self._columns[1::2], strict=True)
                self._columns = [np.maximum(a, b) for a, b in pairs]
                self.every *= 2
        self._before = whole[-len(self._before) :]

    def picture(self) -> NDArray[np.float32]:
        """(288, columns) 0..1, low notes first."""
        return np.array(self._columns, np.float32).reshape(-1, ROWS).T


class Witness(Rehearsal):
    """A rehearsal that also keeps the waveform's reach, its spectrogram, its beginning, and it all as small sound."""

    def __init__(
        self, hearing: HearingSettings, seconds: float | None = None, *, stills: bool = True, most_sound: float = MOST
    ) -> None:
        """As `Rehearsal`; with `stills` also what leads up to a few moments, for scenes to be drawn at."""
        super().__init__(hearing, seconds)
        self.hearing = hearing
        self.small = SmallSound(most_sound)
        self.spectrogram = Spectrogram()
        self._waiting: list[Samples] = []
        self._reach = [np.zeros((0, 2), np.float32)]
        self._kept = [np.zeros(0, np.float32)]
        self._left = round(KEPT * RATE)
        moments = [part * self.duration for part in _PARTS] if self.duration else list(_UNKNOWN)
        self.excerpts = {at: Excerpts([at], FPS, min(_LEAD, at)) for at in moments} if stills else {}
        """What leads up to each of the moments at which stills may be taken."""

    def __iter__(self) -> Iterator[tuple[Block, Frame]]:
        heard = _Passing(self, super().__iter__())
        if self.excerpts:
            for picture in pictures(heard, FPS):
                for excerpts in self.excerpts.values():
                    excerpts.step(picture.moment)
                yield from heard.passed()
        else:
            for _ in heard:
                yield from heard.passed()
        yield from heard.passed()
        self._take_in()

    @property
    def reach(self) -> NDArray[np.float32]:
        """Lowest and highest sample of every hop, (hops, 2)."""
        return np.concatenate(self._reach)

    @property
    def beginning(self) -> NDArray[np.float32]:
        """The first two minutes of the sound at RATE, all channels mixed, (n,); no longer than the recording is."""
        return np.concatenate(self._kept)[: round(self.seconds_read * RATE)]

    def note(self, block: Block) -> None:
        """A hop that was heard."""
        self._waiting.append(block.samples)
        if len(self._waiting) == _TOGETHER:
            self._take_in()

    def _take_in(self) -> None:
        """Keep what will be wanted of some hops."""
        if not self._waiting:
            return
        mono = np.concatenate(self._waiting).mean(axis=1, dtype=np.float32)
        mono = np.nan_to_num(mono, nan=0.0, posinf=0.0, neginf=0.0)
        self._waiting.clear()
        self.small.add(mono)
        hops = mono.reshape(-1, HOP)
        self._reach.append(np.column_stack([hops.min(axis=1), hops.max(axis=1)]))
        self.spectrogram.add(mono)
        if self._left > 0:
            self._kept.append(mono[: self._left])
            self._left -= len(mono)


class _Passing:
    """What a witness hears on its way to two who want it: those who draw, and then those who count."""

    def __init__(self, witness: Witness, heard: Iterator[tuple[Block, Frame]]) -> None:
        self.musicians = witness.musicians
        self._witness, self._heard = witness, heard
        self._waiting: deque[tuple[Block, Frame]] = deque()

    def __iter__(self) -> Iterator[tuple[Block, Frame]]:
        for pair in self._heard:
            self._witness.note(pair[0])
            self._waiting.append(pair)
            yield pair

    def passed(self) -> Iterator[tuple[Block, Frame]]:
        """What has gone by since the last call."""
        while self._waiting:
            yield self._waiting.popleft()
