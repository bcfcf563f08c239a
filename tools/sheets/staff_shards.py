"""Shards of engraved staves: images and what is on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.score.symbols import numbers

SPACING: Final = 10
"""Pixels between the lines of a stored staff."""
HEIGHT: Final = 16 * SPACING
MIDDLE: Final = 9 * SPACING
"""Pixels above the middle line."""


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """An image of a staff and what stands on it."""

    ink: NDArray[np.uint8]
    symbols: list[str]
    engraver: str


def write(some: list[Staff], path: Path, numbered: Callable[[Iterable[str]], list[int]] = numbers) -> None:
    """A shard; it is there whole or not at all. `numbered`: the network's outputs of symbols.

    `ink` (160, all columns) uint8, 255 is ink, lines 10 pixels apart, the middle one at 90; `ends` (n,) of the images
    in columns; `symbols`, all one after the other, and `symbol_ends`; `engraver` (n,).
    """
    half = path.with_name(f".{path.name}")
    with half.open("wb") as file:
        np.savez_compressed(
            file,
            ink=np.concatenate([s.ink for s in some], axis=1),
            ends=np.cumsum([s.ink.shape[1] for s in some]),
            symbols=np.concatenate([numbered(s.symbols) for s in some]).astype(np.uint8),
            symbol_ends=np.cumsum([len(s.symbols) for s in some]),
            engraver=np.array([s.engraver for s in some]),
        )
    half.rename(path)


def read(path: Path) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """The images and the numbers of their symbols of a shard."""
    with np.load(path) as file:
        ink = np.split(file["ink"], file["ends"][:-1], axis=1)
        said = np.split(file["symbols"], file["symbol_ends"][:-1])
    return [(np.ascontiguousarray(a), b) for a, b in zip(ink, said, strict=True)]
