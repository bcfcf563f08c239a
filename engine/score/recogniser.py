"""A staff's image → its symbols: one level of Haar wavelets, the trained network, and CTC's best path."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import MissingDriver
from engine.foundation import assets, models
from engine.score.reading import tune_of
from engine.score.symbols import STAFF_HEIGHT, SYMBOLS, Read
from engine.score.tune import Tune

STRIDE: Final = 4
"""Columns of the image in a step of what the network says."""
_GRAIN: Final = 16  # an image is widened with paper to a multiple of it: the network halves it four times


def _wavelets() -> Any:
    try:
        return importlib.import_module("pywt")
    except ImportError:
        raise MissingDriver(
            "reading sheet music needs PyWavelets, which is not here (pip install 'monochord[score]')"
        ) from None


class Recogniser:
    """Reads staves. Made once: it loads the network `name` of `folder`; BadFile where that is damaged.

    Another network may read other images, so high (an even number of pixels), in another vocabulary.
    """

    def __init__(
        self,
        name: str = "score",
        folder: Path = assets.MODELS,
        symbols: Sequence[str] = SYMBOLS,
        height: int = STAFF_HEIGHT,
    ) -> None:
        self._wavelets = _wavelets()
        self._session = models.session(name, folder)
        self._symbols, self._height = symbols, height
        where, bands = str(folder / f"{name}.onnx"), (1, 4, height // 2, None)
        models.expect(self._session, where, {"bands": bands}, {"shares": (None, len(symbols) + 1)})

    def shares(self, staff: NDArray[np.float32]) -> NDArray[np.float32]:
        """What each symbol's share is at each step of 4 columns: (steps, symbols + 1), the first is CTC's blank.

        `staff` is (height, any width) float32, 1 is ink; ValueError for any other shape.
        """
        if staff.ndim != 2 or staff.shape[0] != self._height or not staff.shape[1]:
            raise ValueError(f"staff={staff.shape} must be ({self._height}, width)")
        wide = np.pad(np.asarray(staff, np.float32), ((0, 0), (0, -staff.shape[1] % _GRAIN)))
        smooth, details = self._wavelets.dwt2(np.nan_to_num(wide), "haar")
        bands = np.stack([smooth, *details])[None].astype(np.float32)
        said: NDArray[np.float32] = self._session.run(["shares"], {"bands": bands})[0]
        return said

    def read(self, staff: NDArray[np.float32]) -> list[Read]:
        """The symbols of a staff from left to right, [] where nothing stands."""
        found = best_path(self.shares(staff), self._symbols)
        edge = float(staff.shape[1])
        return [replace(read, x=edge) if read.x > edge else read for read in found]


def best_path(shares: NDArray[np.float32], symbols: Sequence[str] = SYMBOLS) -> list[Read]:
    """CTC's best path: the best symbol of each step; one that goes on is one symbol, as sure as at its surest step."""
    best = shares.argmax(axis=1)
    begins = np.flatnonzero(np.diff(best, prepend=-1))
    ends = np.append(begins[1:], len(best))
    found = []
    for begin, end in zip(begins, ends, strict=True):
        if number := int(best[begin]):
            run = shares[begin:end, number]
            step = begin + int(run.argmax())
            found.append(Read(symbols[number - 1], float(run.max()), float((step + 0.5) * STRIDE)))
    return found


def read_staves(staves: Sequence[NDArray[np.float32]], recogniser: Recogniser | None = None) -> Tune:
    """The tune on these staves' images, in reading order."""
    reader = recogniser or Recogniser()
    return tune_of([reader.read(staff) for staff in staves])
