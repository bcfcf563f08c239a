"""Where the beat is: a clock that follows the music, and runs on by itself where there is nothing to follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.bar import BarFinder
from engine.features.beat_states import HOPS, STEP, BeatStates
from engine.features.recurrent import RecurrentNetwork
from engine.foundation.kernel import expect_shape, kernel, place
from engine.frame import HOP, RATE

LATE: Final = 1.0
"""Steps by which the network's word for a beat comes after it: it hears the stroke first."""
FREE: Final = 0.5
"""The confidence below which the clock runs free."""
_PULL: Final = 0.6  # of the way to where the states see the beat, a step
_JUMP: Final = 0.2  # of a beat; from further off it goes there at once
_SURE: Final = 0.45  # of the states' weight, from which the clock follows them wholly
_AGAIN: Final = 0.45  # of a beat that must pass before the next is counted
_SECONDS: Final = HOP / RATE  # a hop


@kernel("void(float64[::1], float64[::1], float64)")
def _pull(clock: NDArray[np.float64], found: NDArray[np.float64], late: float) -> None:
    # clock: phase, seconds a beat, since the last beat in beats
    length = found[0]
    seen = found[1] + late / length
    away = seen - clock[0]
    away -= np.floor(away + 0.5)
    trust = min(found[2] / _SURE, 1.0)
    clock[1] += trust * (length * STEP - clock[1])
    move = (_PULL if abs(away) < _JUMP else 1.0) * trust * away
    clock[0] += move
    clock[2] += move


@kernel("void(float32[::1], float32[::1])")
def _notice(said: NDArray[np.float32], heard: NDArray[np.float32]) -> None:
    # the largest of what the onset network said since the last step stands at the end of what the beat network hears
    last = heard.size - 1
    heard[last - 1] = max(heard[last - 1], said[0])
    heard[last] = max(heard[last], said[1])


@kernel("void(float32[::1], float32[::1], float32[::1])")
def _attend(memory: NDArray[np.float32], said: NDArray[np.float32], heard: NDArray[np.float32]) -> None:
    for n in range(memory.size):
        heard[n] = memory[n]
    _notice(said, heard)


@kernel("boolean(float64[::1])")
def _tick(clock: NDArray[np.float64]) -> bool:
    share = _SECONDS / clock[1]
    clock[0] += share
    clock[2] += share
    if clock[0] < 0.0:
        clock[0] += 1.0
    if clock[0] < 1.0:
        return False
    clock[0] -= 1.0
    if clock[2] < _AGAIN:
        return False
    clock[2] = clock[0]
    return True


@kernel("boolean(float32[::1], float32[::1], boolean, boolean, float64, float64[::1], float64[::1])")
def _go_on(
    said: NDArray[np.float32],
    heard: NDArray[np.float32],
    noticed: bool,
    started: bool,
    now: float,
    clock: NDArray[np.float64],
    values: NDArray[np.float64],
) -> bool:
    # values: beats, beat_at, phase, tempo, …; returns whether there is a beat
    if not noticed:
        _notice(said, heard)
    beaten = started and _tick(clock)
    if beaten:
        values[0] += 1.0
        values[1] = max(now - clock[0] * clock[1], 0.0)
    values[2] = min(max(clock[0], 0.0), 1.0)
    values[3] = 60.0 / clock[1] if started else 0.0
    return beaten


class BeatTracker:
    """Beats, their tempo, and the place in the bar, for music that has no kick drum.

    A small recurrent network listens to what the onset network remembers and says how much every step of 21 ms is
    like a beat; `BeatStates` weighs all tempi and phases by that; and a clock of its own, which moves on every hop, is
    drawn to the likeliest of them: it does not stop in a rest, and wanders with the player. The network hears a stroke
    before it says so, and the clock is set forward by that time: beats are counted when they are, not when they have
    been understood.

    `delay`: none for a beat that the clock foresees; a change of tempo is followed within two or three beats.
    """

    delay: Final = 0

    def __init__(
        self,
        weights: Mapping[str, NDArray[np.float32]],
        memory: int,
        into: NDArray[np.float64] | None = None,
    ) -> None:
        """`weights` of the beat network; `memory` is how much the onset network remembers."""
        self._network = RecurrentNetwork(weights)
        expect_shape("W", weights["W"], (weights["W"].shape[0], memory + 2))
        self._heard = np.zeros(memory + 2, np.float32)
        self._states = BeatStates()
        self._bar = BarFinder()
        self._clock = np.zeros(3)
        self._values = place(np.zeros(6), into)
        self._started = False
        self.reset()

    def step(
        self, memory: NDArray[np.float32], said: NDArray[np.float32], index: int, *, playing: bool
    ) -> NDArray[np.float64]:
        """Beats, beat_at, phase, tempo, confidence and bar (6,) after the hop `index`.

        `memory` and `said` are `hidden` and `out` of the onset network; `playing` says whether there is anything to
        follow: until there first is, there are no beats.
        """
        self._started = self._started or playing
        listens = index % HOPS == HOPS - 1
        if listens:
            self._listen(memory, said)
        now = (index + 1) * _SECONDS
        if _go_on(said, self._heard, listens, self._started, now, self._clock, self._values):
            self._values[5] = self._bar.beat()
        return self._values

    def _listen(self, memory: NDArray[np.float32], said: NDArray[np.float32]) -> None:
        _attend(memory, said, self._heard)
        beat, downbeat = self._network.step(self._heard).tolist()
        self._heard[-2:] = 0
        if self._started:
            found = self._states.step(beat)
            _pull(self._clock, found, LATE)
            self._values[4] += 0.1 * (min(found[2], 1.0) - self._values[4])
            self._bar.hear(downbeat)

    def reset(self) -> None:
        """Forget everything heard."""
        self._network.reset()
        self._states.reset()
        self._bar.reset()
        self._heard[:] = 0
        self._clock[:] = 0.0, 0.6, 0.0
        self._values[:] = 0
        self._started = False
