"""Several musicians: the senses of the mix, and the same senses once more for everybody who has a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from engine.errors import BadSetting
from engine.features.fast import FastSenses
from engine.frame import HOP, ROW, Block, Frame, Samples
from engine.instrument import InstrumentBand
from engine.musician import Musician

_NO_BANDS: Final[Mapping[str, InstrumentBand]] = MappingProxyType({})


class _Part:
    """One musician's senses, which listen to some columns of a block."""

    def __init__(self, columns: Sequence[int], band: InstrumentBand | None) -> None:
        self.senses = FastSenses(len(columns), band)
        self._columns = np.array(columns, np.intp)
        self._samples: Samples = np.zeros((HOP, len(columns)), np.float32)

    def step(self, block: Block) -> Frame:
        """The musician's own frame at the end of the next block of all channels."""
        np.take(block.samples, self._columns, axis=1, out=self._samples, mode="clip")  # other modes copy once more
        return self.senses.step(Block(block.index, self._samples))


class Ensemble:
    """Everything that is known about the sound within a hop: of the mix of all channels, and of each musician.

    Musicians do not hear one another: the frame of each is what `FastSenses` make of their channels alone. Without
    musicians it is the senses of the mix and nothing else.
    """

    delay: Final = FastSenses.delay

    def __init__(
        self,
        numbers: Sequence[int],
        musicians: Sequence[Musician] = (),
        band: InstrumentBand | None = None,
        bands: Mapping[str, InstrumentBand] = _NO_BANDS,
    ) -> None:
        """Blocks whose columns are the channels `numbers`; BadSetting where a musician's is not among them.

        `band` is what a sound-check of the mix has found, `bands` what those of musicians have, by name.
        """
        for musician in musicians:
            for missing in (number for number in musician.channels if number not in numbers):
                heard = ", ".join(map(str, numbers))
                raise BadSetting(f"channels={musician} is not all there: channel {missing} is none of {heard}")
        columns = [[numbers.index(number) for number in musician.channels] for musician in musicians]
        self.names = tuple(musician.name for musician in musicians)
        self.musicians = tuple(
            Musician(name, tuple(column + 1 for column in own)) for name, own in zip(self.names, columns, strict=True)
        )
        """Who plays, their channels counted within a block, from 1."""
        self.mix = FastSenses(len(numbers), band)
        """The senses of the mix of all channels."""
        # Who plays on every channel is the mix, and so is the mix's sound-check: nothing is listened to twice.
        everything = list(range(len(numbers)))
        self._parts = [
            None if own == everything and name not in bands else _Part(own, bands.get(name))
            for name, own in zip(self.names, columns, strict=True)
        ]
        self._row = np.zeros(ROW * (1 + len(musicians)))

    def step(self, block: Block) -> Frame:
        """The frame at the end of the next block, whose samples are (HOP, channels)."""
        mix = self.mix.step(block)
        if not self._parts:
            return mix
        self._row[:ROW] = mix.row
        for place, part in enumerate(self._parts, 1):
            frame = mix if part is None else part.step(block)
            self._row[place * ROW : (place + 1) * ROW] = frame.row
        return Frame(self._row, self.names)

    def reset(self) -> None:
        """Forget everything heard: as good as new."""
        self.mix.reset()
        for part in self._parts:
            if part is not None:
                part.senses.reset()
