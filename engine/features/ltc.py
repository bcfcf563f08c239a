"""Linear time code (SMPTE ST 12-1): labels that are recorded as sound, read from one channel of it.

A label is 80 bits, biphase mark: the level turns at the edge of every bit, and in the middle of a 1 as well. The last
16 are a sync word, which says too whether the tape runs backwards. Written from the standard's description.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import kernel
from engine.timing.timecode import PACES, Label, Pace

_BITS: Final = 80
_SYNC: Final = 0x3FFD  # the last 16 bits of a label, the first of them highest
_BACKWARDS: Final = 0xBFFC  # the same from behind: then it is what comes first
_FASTEST, _SLOWEST = 2 * 30 * _BITS * 1.1, 0.5 * 24 * _BITS / 1.1  # bits a second that are looked for
_QUIETEST: Final = 10.0 ** (-60.0 / 20.0)  # peak of a signal below which none is looked for
_ENVELOPE: Final = 0.004  # seconds in which the envelope falls to a third
_MOST: Final = 16  # labels that one call can bring; more than any hop holds
_DECIMALS: Final = ((0, 4), (8, 2), (16, 4), (24, 3), (32, 4), (40, 3), (48, 4), (56, 2))  # first bit, bits
_DROP_BIT: Final = 10
_F, _B, _D = "float64[::1]", "uint64[::1]", "float64[:, ::1]"

# Where each number of the kernel's memory lies.
_AT, _BEFORE, _EARLIER, _LEVEL, _TOP, _BOTTOM, _SIDE, _TURNED, _PERIOD, _HALF = range(10)
_MEMORY: Final = 10


@kernel(f"int64(float32[::1], {_F}, {_B}, {_D}, {_B}, float64, float64, float64)")
def _read(
    samples: NDArray[np.float32],
    memory: NDArray[np.float64],
    bits: NDArray[np.uint64],
    found: NDArray[np.float64],
    labels: NDArray[np.uint64],
    decay: float,
    shortest: float,
    longest: float,
) -> int:
    """Labels that end in (n,) samples: `found` (16, 3) is filled with end, bit length and direction, `labels` with
    their 64 bits, the label's first lowest; how many there are. `bits` (2,) is a register: the oldest 64, then 16.
    """
    count = 0
    at, before, earlier, level = memory[_AT], memory[_BEFORE], memory[_EARLIER], memory[_LEVEL]
    top, bottom, side = memory[_TOP], memory[_BOTTOM], memory[_SIDE]
    turned, period, half = memory[_TURNED], memory[_PERIOD], memory[_HALF]
    old, new = bits[0], bits[1]
    for i in range(len(samples)):
        raw = float(samples[i])
        if not -8.0 < raw < 8.0:
            raw = 0.0
        last = level
        level = 0.25 * (raw + 2.0 * before + earlier)  # a zero at the highest frequency: noise there turns nothing
        earlier, before = before, raw
        at += 1.0
        middle = 0.5 * (top + bottom)
        top = level if level > top else middle + (top - middle) * decay
        bottom = level if level < bottom else middle + (bottom - middle) * decay
        middle, width = 0.5 * (top + bottom), top - bottom
        if width < 2.0 * _QUIETEST or (level - middle) * side > -0.15 * width:
            continue
        side = -side
        rise = level - last
        back = (level - middle) / rise if rise * side > 0.0 else 0.0
        edge = at - min(max(back, 0.0), 4.0)  # where it went through the middle, not through the far side of it
        passed = edge - turned
        turned = edge
        if passed > 3.0 * longest or passed <= 0.0:
            half = 0.0
            continue
        if passed > 1.5 * period:
            period, half = passed, 0.0
        elif passed < 0.375 * period:
            period, half = 2.0 * passed, 0.0
        period = min(max(period, shortest), longest)
        bit = np.uint64(0)
        if passed < 0.75 * period:
            period += 0.05 * (2.0 * passed - period)
            half = 1.0 - half
            if half == 1.0:
                continue
            bit = np.uint64(1)
        else:
            period += 0.1 * (passed - period)
            half = 0.0
        old = (old << np.uint64(1)) | ((new >> np.uint64(15)) & np.uint64(1))
        new = ((new << np.uint64(1)) | bit) & np.uint64(0xFFFF)
        forwards = new == np.uint64(_SYNC)
        backwards = (old >> np.uint64(48)) == np.uint64(_BACKWARDS)
        if (forwards or backwards) and count < len(found):
            word = (old << np.uint64(16)) | new
            if forwards:
                word = np.uint64(0)
                for k in range(64):
                    word |= ((old >> np.uint64(63 - k)) & np.uint64(1)) << np.uint64(k)
            labels[count] = word
            found[count, 0], found[count, 1] = edge, period
            found[count, 2] = 1.0 if forwards else -1.0
            count += 1
    memory[_AT], memory[_BEFORE], memory[_EARLIER], memory[_LEVEL] = at, before, earlier, level
    memory[_TOP], memory[_BOTTOM], memory[_SIDE] = top, bottom, side
    memory[_TURNED], memory[_PERIOD], memory[_HALF] = turned, period, half
    bits[0], bits[1] = old, new
    return count


@dataclass(frozen=True, slots=True)
class Heard:
    """A label whose last bit ended `ago` seconds before the end of the samples, and which took `seconds`.

    `forwards` is false where the tape runs backwards.
    """

    label: Label
    pace: Pace
    ago: float
    seconds: float
    forwards: bool


class LtcReader:
    """Sound of one channel in, labels out, from half to twice the speed, either way, however the sound is split.

    `delay` is in labels: one is known when its last bit has come. How many labels a second has is found at the first
    turn of a second; before that it is the nearest to how fast they come.
    """

    delay = 1
    LOWEST_RATE: Final = 32_000
    """Hz: below it twice the speed cannot be told."""

    def __init__(self, rate: int) -> None:
        """ValueError for a rate below `LOWEST_RATE`."""
        if rate < self.LOWEST_RATE:
            raise ValueError(f"rate={rate} must be {self.LOWEST_RATE} or more to read time code")
        self._rate = float(rate)
        self._decay = float(np.exp(-1.0 / (_ENVELOPE * rate)))
        self._shortest, self._longest = rate / _FASTEST, rate / _SLOWEST
        self._found, self._labels = np.zeros((_MOST, 3)), np.zeros(_MOST, np.uint64)
        self.reset()

    def reset(self) -> None:
        """Nothing was ever heard."""
        self._memory, self._bits = np.zeros(_MEMORY), np.zeros(2, np.uint64)
        self._memory[_SIDE], self._memory[_PERIOD] = 1.0, self._rate / (25 * _BITS)
        self._count: int | None = None
        self._last: Label | None = None

    def step(self, samples: NDArray[np.float32]) -> list[Heard]:
        """The labels that end in (n,) samples, at most 16."""
        sound = np.ascontiguousarray(samples, np.float32)
        if sound.ndim != 1:
            raise ValueError(f"samples.shape={samples.shape} must be (n,)")
        count = _read(
            sound, self._memory, self._bits, self._found, self._labels, self._decay, self._shortest, self._longest
        )
        heard = (self._heard(place) for place in range(count))
        return [one for one in heard if one is not None]

    def _heard(self, place: int) -> Heard | None:
        """What this one says; None for what is no label."""
        end, bit, way = self._found[place]
        word, seconds = int(self._labels[place]), _BITS * float(bit) / self._rate
        tens = [word >> first & (1 << size) - 1 for first, size in _DECIMALS]
        if max(tens[::2]) > 9:
            return None
        pictures, second, minutes, hours = (tens[n] + 10 * tens[n + 1] for n in (0, 2, 4, 6))
        label = Label(hours, minutes, second, pictures)
        pace = self._pace(label, seconds, drop=bool(word >> _DROP_BIT & 1))
        ago = (float(self._memory[_AT]) - float(end)) / self._rate
        return Heard(label, pace, ago, seconds, way > 0) if label.fits(pace) else None

    def _pace(self, label: Label, seconds: float, *, drop: bool) -> Pace:
        last, self._last = self._last, label
        if drop:
            return PACES["29.97df"]
        if last is not None:
            low, high = sorted((last, label))
            if high.pictures == 0 and high.number - low.number < 1.0 and low.pictures + 1 in (24, 25, 30):
                self._count = low.pictures + 1
        if max(label.pictures, last.pictures if last else 0) >= (self._count or 30):
            self._count = None
        count = self._count or min((24, 25, 30), key=lambda known: abs(known * seconds - 1.0))
        if label.pictures >= count:
            count = 25 if label.pictures < 25 else 30
        return PACES[str(count)]
