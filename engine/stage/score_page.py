"""The page that is played from, as the stage is given it: plain numbers, which shaders read as three pictures.

| name | what | size | channels |
|---|---|---|---|
| `scorePage` | the lines of the page as tiles: 0 paper, 1 ink | as its tiles need, at most 4096 × 4096 | grey |
| `scoreNotes` | a table of its notes, two pixels each | 256 × 64 at most | see below |
| `scoreLines` | which note each part of a line belongs to | 512 × lines | note, begin, end, 0 |

A line of music lies straight, and every tile is as large as the others: they stand in columns, from the top. In the
table, pixel 0 is (lines, columns of tiles, tiles in a column, width of a tile over its height), pixel 1 is (notes, 1,
0, 0). Note n, as `score.note` counts, is at 2n: (x, y, line, certainty) and at 2n + 1: (width, height, onset, length).
x, y, width and height are shares of the tile, y upward; the length lasts until the next note. `include/score.glsl`
reads all that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.memory import SharedMemory

LARGEST: Final = 4096
"""Pixels: the longest side of the picture of a page."""
ROW: Final = 128
"""Notes in a row of the table."""
MOST: Final = 64 * ROW - 1
"""Notes that are shown; those of a longer score that come later are not."""
STEPS: Final = 512
"""Parts of a line."""
_HEADER: Final = 64  # bytes of the shared memory before the notes: five numbers, and the rest of a cache line
_LEFT: Final = np.float32(0.75)  # of a note's width that is its own to the left of its middle

Pixels = NDArray[np.float32] | NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class ScorePage:
    """`ink` (rows, columns) uint8, top row first: tiles of `lines` lines, `across` columns of them; 255 is ink.

    `notes` (n, 8) float32: x, y, line, certainty, width, height, onset and length, as the table above has them. A line
    without notes of its own (a heading) is there from the beginning.
    """

    ink: NDArray[np.uint8]
    lines: int
    across: int
    notes: NDArray[np.float32]

    @property
    def down(self) -> int:
        """Tiles in a column."""
        return -(-self.lines // self.across)

    @property
    def printed(self) -> NDArray[np.uint8]:
        """(rows, columns, 1), the lowest row first."""
        return self.ink[::-1, :, np.newaxis]

    @property
    def table(self) -> NDArray[np.float32]:
        """The table of notes: (rows, 256, 4)."""
        notes = self.notes[:MOST]
        rows, columns = self.ink.shape
        shape = (columns / self.across) / (rows / self.down)
        table = np.zeros((-(-(len(notes) + 1) // ROW) * ROW, 2, 4), np.float32)
        table[0] = (self.lines, self.across, self.down, shape), (len(notes), 1, 0, 0)
        table[1 : len(notes) + 1] = notes.reshape(-1, 2, 4)
        return table.reshape(-1, 2 * ROW, 4)

    @property
    def stretches(self) -> NDArray[np.float32]:
        """Which note each part of a line belongs to: (lines, 512, 4), the first line first.

        A note's stretch reaches from a little before it to the next one's, the first one's from the line's begin.
        """
        notes = self.notes[:MOST]
        found = np.zeros((self.lines, STEPS, 4), np.float32)
        places = (np.arange(STEPS, dtype=np.float32) + np.float32(0.5)) / STEPS
        before = 0
        for line in range(self.lines):
            inside = np.flatnonzero(notes[:, 2] == line)
            if not len(inside):
                found[line, :, 0] = before
                continue
            begins = np.maximum.accumulate(notes[inside, 0] - _LEFT * notes[inside, 4])
            ends = np.append(begins[1:], np.float32(1.0))
            which = np.maximum(np.searchsorted(begins, places, side="right") - 1, 0)
            found[line, :, 0] = inside[which] + 1
            found[line, :, 1] = begins[which]
            found[line, :, 2] = np.maximum(ends[which], begins[which] + np.float32(1e-3))
            before = int(inside[-1]) + 1
        return found

    def shared(self) -> SharedMemory:
        """The page in memory that a child process can join: `joined` reads it there."""
        rows, columns = self.ink.shape
        memory = SharedMemory(_HEADER + 32 * len(self.notes) + self.ink.size)
        memory.array(np.int64, 5)[:] = rows, columns, self.lines, self.across, len(self.notes)
        memory.array(np.float32, self.notes.size, _HEADER)[:] = self.notes.ravel()
        memory.array(np.uint8, self.ink.size, _HEADER + 32 * len(self.notes))[:] = self.ink.ravel()
        return memory


def joined(fd: int, size: int) -> ScorePage:
    """The page of which another process has given the memory, `size` bytes behind `fd`."""
    memory = SharedMemory(size, fd)
    rows, columns, lines, across, notes = map(int, memory.array(np.int64, 5))
    table = memory.array(np.float32, 8 * notes, _HEADER).reshape(notes, 8)
    ink = memory.array(np.uint8, rows * columns, _HEADER + 32 * notes).reshape(rows, columns)
    return ScorePage(ink, lines, across, table)
