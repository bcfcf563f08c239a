"""The blots of a page: what hangs together in ink, each with the box that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import kernel
from engine.score.ink import Ink

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

_INKED: Final = 0.45  # of full ink: what is fainter is paper


@dataclass(frozen=True, slots=True, eq=False)
class Blots:
    """Boxes of blots in pixels, (n,) each: what lies within `left` ≤ x < `right`, `top` ≤ y < `foot`; `ink`: pixels."""

    left: Floats
    top: Floats
    right: Floats
    foot: Floats
    ink: Floats

    @property
    def tall(self) -> Floats:
        """How high each is (n,), pixels."""
        return self.foot - self.top

    @property
    def wide(self) -> Floats:
        """How wide each is (n,), pixels."""
        return self.right - self.left

    def kept(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Blots:
        """Some of them."""
        return Blots(self.left[which], self.top[which], self.right[which], self.foot[which], self.ink[which])


@kernel("int64(uint8[:,::1], int32[:,::1], int32[::1])")
def _labelled(inked: NDArray[np.uint8], labels: Integers, parent: Integers) -> int:
    # labels (height, width): which blot a pixel belongs to, 0 none; parent of a label: another of its blot, or itself
    height, width = inked.shape
    count = 0
    for y in range(height):
        for x in range(width):
            if not inked[y, x]:
                labels[y, x] = 0
                continue
            best = 0
            if x and labels[y, x - 1]:
                best = labels[y, x - 1]
            if y:
                for at in range(max(x - 1, 0), min(x + 2, width)):
                    other = labels[y - 1, at]
                    if not other:
                        continue
                    while parent[other] != other:
                        parent[other] = parent[parent[other]]
                        other = parent[other]
                    if not best:
                        best = other
                    else:
                        mine = best
                        while parent[mine] != mine:
                            parent[mine] = parent[parent[mine]]
                            mine = parent[mine]
                        low, high = min(mine, other), max(mine, other)
                        parent[high] = low
                        best = low
            if not best:
                count += 1
                if count >= parent.size:
                    return -1
                parent[count] = count
                best = count
            labels[y, x] = best
    return count


@kernel("void(int32[:,::1], int32[::1], int64[:,::1])")
def _measured(labels: Integers, parent: Integers, boxes: NDArray[np.int64]) -> None:
    # boxes (labels, 5): left, top, right, foot and pixels of each blot, at its least label
    height, width = labels.shape
    for y in range(height):
        for x in range(width):
            label = labels[y, x]
            if not label:
                continue
            while parent[label] != label:
                label = parent[label]
            if not boxes[label, 4]:
                boxes[label, 0], boxes[label, 1] = x, y
            boxes[label, 0] = min(boxes[label, 0], x)
            boxes[label, 2] = max(boxes[label, 2], x + 1)
            boxes[label, 3] = y + 1
            boxes[label, 4] += 1


def blots_of(ink: Ink) -> Blots:
    """The blots of a page, none where it is mere noise: more of them than any page has letters."""
    inked = np.ascontiguousarray(ink > _INKED).astype(np.uint8)
    labels = np.empty(inked.shape, np.int32)
    parent = np.zeros(1 << 18, np.int32)
    count = _labelled(inked, labels, parent)
    boxes = np.zeros((max(count, 0) + 1, 5), np.int64)
    if count > 0:
        _measured(labels, parent, boxes)
    found = boxes[boxes[:, 4] > 0].astype(np.float64)
    return Blots(*(np.ascontiguousarray(column) for column in found.T))
