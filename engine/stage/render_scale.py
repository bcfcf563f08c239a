"""How large a scene is drawn: smaller, by steps, where it would be late, and larger again when there is time."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final

from engine.stage.targets import Size

SCALES: Final = (1.0, 0.75, 0.5, 0.35)
"""Shares of each side, the largest first."""
_LOOK: Final = 0.7  # seconds of pictures that are looked back on, and at least
_LEAST: Final = 3  # so many
_LATE: Final = 0.95  # share of a picture's time above which it is late
_FITS: Final = 0.8  # and that a smaller picture is expected to take at most,
_SPARE: Final = 0.65  # or a larger one
_PATIENCE: Final = 4.0  # seconds that there must be time to spare; doubled whenever it was not worth it
_LONGEST_PATIENCE: Final = 600.0  # seconds: now and then it is tried again, however often it was not worth it
_PROVEN: Final = 10.0  # seconds after which a larger picture has been worth it
_SETTLING: Final = 2  # pictures after a change that say nothing: what is new is made and compiled


class RenderScale:
    """The share of each side at which a scene is drawn, one of SCALES.

    It steps down within a second, straight to what should fit. It goes up by one step, when that should leave time to
    spare; each step up that had to be taken back doubles the patience before the next, so that it comes to rest.
    """

    def __init__(self) -> None:
        self._took: deque[tuple[float, float]] = deque()
        self._seconds = self._spare = 0.0
        self._settling = _SETTLING
        self.reset()

    def reset(self) -> None:
        """Another scene: begin at full size."""
        self._at = 0
        self._patience = _PATIENCE
        self._begin()
        self._since_up = _PROVEN

    @property
    def scale(self) -> float:
        """The share of each side."""
        return SCALES[self._at]

    @property
    def lowest(self) -> bool:
        """Whether there is no smaller one."""
        return self._at == len(SCALES) - 1

    def of(self, size: Size) -> Size:
        """Width and height that are drawn for a picture of this size."""
        return max(1, round(size[0] * self.scale)), max(1, round(size[1] * self.scale))

    def step(self, took: float, budget: float) -> bool:
        """Note that a picture took so many seconds to draw and might take `budget`; whether the scale changes."""
        if self._settling > 0:
            self._settling -= 1
            return False
        passed = max(took, budget)
        self._took.append((took, passed))
        self._seconds += passed
        self._since_up += passed
        while len(self._took) > _LEAST and self._seconds - self._took[0][1] >= _LOOK:
            self._seconds -= self._took.popleft()[1]
        if len(self._took) < _LEAST or self._seconds < _LOOK:
            return False
        usual = median(seconds for seconds, _ in self._took)
        if usual > _LATE * budget:
            return self._smaller(usual, budget)
        self._spare = self._spare + passed if self._at and self._larger_takes(usual) < _SPARE * budget else 0.0
        if self._spare < self._patience:
            return False
        self._at -= 1
        self._since_up = 0.0
        self._begin()
        return True

    def _smaller(self, usual: float, budget: float) -> bool:
        """Step down to what should fit; whether there is anything smaller."""
        self._spare = 0.0
        if self.lowest:
            return False
        if self._since_up < _PROVEN:
            self._patience = min(2 * self._patience, _LONGEST_PATIENCE)
        fitting = (k for k in range(self._at + 1, len(SCALES)) if self._takes(usual, k) <= _FITS * budget)
        self._at = next(fitting, len(SCALES) - 1)
        self._begin()
        return True

    def _larger_takes(self, usual: float) -> float:
        return self._takes(usual, self._at - 1)

    def _takes(self, usual: float, at: int) -> float:
        """Seconds that a picture should take at another scale: as its area."""
        return usual * (SCALES[at] / self.scale) ** 2

    def _begin(self) -> None:
        """Look at what comes now, not at what was."""
        self._took.clear()
        self._seconds = self._spare = 0.0
        self._settling = _SETTLING
