"""The learned ear beside the show: which place on the map the sound of the last second has, smoothly, and since when.

The slow lane. What runs every hop (`Ear.step`) copies the hop into a ring and moves the place on; every 40 ms it asks
for the place of the newest patch, which a thread of its own finds. It is shown LAG hops after it was asked for: in
rehearsal it is waited for until then, so that a show whose machine keeps up has the very places of its rehearsal; on a
machine that does not the show goes on, shows them later, and `age` says so.

The ear listens to the mix. Musicians have senses of their own, but no place of their own.
"""

from __future__ import annotations

from math import ceil, exp, isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation import assets, models
from engine.foundation.kernel import kernel
from engine.frame import HOP, RATE, Place, Row, Samples
from engine.listening.mel import BANDS, COLUMN, MEL_RATE, PATCH, WINDOW, MelStream, end_of
from engine.listening.slow_lane import LAG, SLOTS, Asked, Found, InTime, Map, Network, SoundRing, Worker
from engine.listening.slow_sense import SlowSense
from engine.listening.space import Space, located
from engine.listening.vggish import SHIPPED, Vggish

PLACE: Final = slice(Place.x.start, Place.age.start + 1)
"""The group Place in a row."""

_COLUMNS: Final = 4  # from one patch to the next: 40 ms
_SEEN: Final = ceil(((PATCH - 1) * COLUMN + WINDOW) / MEL_RATE * RATE / HOP)  # hops that a patch sees
_HOP_SECONDS: Final = HOP / RATE
_ENOUGH: Final = 0.5  # of the hops of a patch, in which something must be heard for it to count fully
_TRAVEL: Final = 0.25  # seconds to 63 % of the way, where a patch counts fully
_SURE: Final = 0.25  # seconds to 63 %, for confidence and speed
_CONFIDING: Final = 1 - exp(-_HOP_SECONDS / _SURE)
_STEADY: Final = 3  # places in a row that must be of another family before it is named
_PATIENCE: Final = RATE // HOP  # hops without any place after which the old one is no longer believed

_X, _CUBE, _SPEED, _NOVELTY, _CONFIDENCE, _FAMILY, _AGE = (
    signal.start - PLACE.start
    for signal in (Place.x, Place.cube, Place.speed, Place.novelty, Place.confidence, Place.family, Place.age)
)
_WAY: Final = np.array((_X, _X + 1, _CUBE, _CUBE + 1, _CUBE + 2, _NOVELTY))  # what travels


@kernel("void(float64[::1], float64[::1], float64, float64)")
def _travel(place: Row, target: Row, pace: float, aim: float) -> None:
    """A hop's way to the target, in the parts that travel, and of the confidence to where it aims."""
    if pace > 0.0:
        x, y = place[_X], place[_X + 1]
        for i in range(target.size):
            place[_WAY[i]] += pace * (target[i] - place[_WAY[i]])
        way = np.hypot(place[_X] - x, place[_X + 1] - y)
        place[_SPEED] += _CONFIDING * (way / _HOP_SECONDS - place[_SPEED])
    place[_CONFIDENCE] += _CONFIDING * (aim - place[_CONFIDENCE])


def familiar(space: str | None = None) -> tuple[Vggish, Space]:
    """A map by name or path, the shipped one if none is named, and the network that it was fitted on.

    The network is looked for beside the map and among the shipped ones. BadFile in one line where either is missing,
    damaged or another's.
    """
    name, folder = located(space)
    known = Space(space if space is not None else folder / name)
    found = models.with_sha256(known.network, (folder, assets.MODELS))
    network = Vggish(assets.MODELS / f"{SHIPPED}.onnx" if found is None else found[1] / f"{found[0]}.onnx")
    known.check(network.sha256)
    return network, known


class Ear(SlowSense):
    """The group Place, hop by hop: where the sound lies on a map, how fast it travels, how new, how sure, how old.

    A patch counts by how much of it was heard, fully from half of it on, so that the pause before a note and the end of
    one do not pull the place about: in a hop of dt it goes 1 − exp(−dt · weight / τ) of the way, τ = 0.25 s. Another
    family is named when three places in a row are of it, so that a sound between two does not flicker. In silence it
    stays where it was with speed 0, and confidence falls. The first place is taken at once. Everything is finite and
    inside its span whatever the samples are.

    A thread does the work, which `close` ends. With `live` nobody waits for it; if it dies the place stays, its age
    grows and `troubles` says so once. Without, the same samples give the same places bit for bit.
    """

    _lane: InTime | Worker
    delay: Final = MelStream.HELD_BACK + _COLUMNS * COLUMN * RATE // MEL_RATE + LAG * HOP
    """Samples by which the place at most follows the end of the patch that it was found for: 112 ms."""

    def __init__(self, channels: int, network: Network, known: Map, *, live: bool = False) -> None:
        """Blocks of so many channels. ValueError if there are none."""
        if channels < 1:
            raise ValueError(f"channels={channels} must be at least 1")
        self._shape = (HOP, channels)
        self._shares = np.full(channels, 1 / channels, np.float32)
        self._network, self._map, self._live = network, known, live
        self._values = np.zeros(PLACE.stop - PLACE.start)
        known.place(network.embed(np.zeros((1, PATCH, BANDS), np.float32))[0])  # the first time takes longest
        self._begin()

    def _begin(self) -> None:
        self._ring = SoundRing()
        self._lane = (Worker if self._live else InTime)(self._network, self._map, self._ring)
        self._shown: Found | None = None
        self.described: NDArray[np.float32] | None = None
        """How the network described the patch whose place is shown (128,); None where nothing was to be heard in it."""
        self._told = False
        self._sounding = [0] * SLOTS  # hops in which something was heard, until each of the last ones
        self._columns, self._due = 0, 0
        self._schedule()
        self._pace = 0.0
        self._aim = 0.0  # what confidence goes to
        self._since = 0.0  # seconds of sound at the end of the patch that was placed last
        self._placed = False
        self._heard_family, self._alike = -1, 0
        self._place = np.zeros(len(self._values))
        self._target = np.zeros(len(_WAY))

    def step(self, samples: Samples, heard: bool) -> Row:
        """The group Place (10,), in its order, after the next hop (HOP, channels); good until the next step.

        `heard`: something is, above the room, in this very hop. ValueError if the samples have another shape.
        """
        if samples.shape != self._shape:
            raise ValueError(f"samples.shape={samples.shape} must be {self._shape}")
        ring, before = self._ring, self._ring.written
        ring.write(samples, self._shares)
        hops = before + 1
        self._sounding[before % SLOTS] = self._sounding[(before - 1) % SLOTS] + heard
        if hops >= self._due:
            self._lane.ask(Asked(hops, self._columns, self._weight(hops)))
            self._schedule()
        found = self._lane.due(hops)
        if found is not None and found is not self._shown:
            self._show(found)
        self._move(hops)
        return self._values

    def _schedule(self) -> None:
        self._columns += _COLUMNS
        self._due = ceil((end_of(self._columns) * RATE + MelStream.HELD_BACK) / HOP)

    def _weight(self, hops: int) -> float:
        """Of the patch that is due now."""
        last = hops - 1 - MelStream.HELD_BACK // HOP
        before = self._sounding[(last - _SEEN) % SLOTS] if last >= _SEEN else 0
        return min((self._sounding[last % SLOTS] - before) / (_ENOUGH * _SEEN), 1.0)

    def _show(self, found: Found) -> None:
        self._shown, (asked, spot, self.described) = found, found
        self._pace = 1 - exp(-_HOP_SECONDS * asked.weight / _TRAVEL)
        if spot is None:
            self._aim = self._place[_SPEED] = 0.0
            return
        found_at = [float(number) for number in (*spot.plane, *spot.cube, spot.novelty, spot.confidence)]
        if not all(map(isfinite, found_at)):
            return
        *where, novelty, confidence = found_at
        self._target[:] = *(min(max(number, -1.0), 1.0) for number in where), min(max(novelty, 0.0), 1.0)
        self._aim = min(max(confidence, 0.0), 1.0) * asked.weight
        self._name_family(spot.family)
        self._since = end_of(asked.columns)
        if not self._placed:
            self._placed = True
            self._place[_WAY] = self._target

    def _name_family(self, family: int) -> None:
        self._alike = self._alike + 1 if family == self._heard_family else 1
        self._heard_family = family
        if self._alike >= _STEADY or not self._placed:
            self._place[_FAMILY] = float(family)

    def _move(self, hops: int) -> None:
        aim = self._aim if self._shown and hops - self._shown.asked.hops < _PATIENCE else 0.0
        _travel(self._place, self._target, self._pace, aim)
        self._place[_AGE] = hops * _HOP_SECONDS - self._since
        self._values[:] = self._place
