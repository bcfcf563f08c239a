"""What the room sounds like when nobody plays, and whether anybody does."""

from __future__ import annotations

from math import exp, log10, pi, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.foundation.kernel import kernel
from engine.frame import HOP, RATE, SILENT_DB, Sound

_BELIEVED: Final = 7.0  # dB above the floor from which on the senses (onsets first of all) believe in a sound
_ABOVE: Final = 6.0  # dB above the floor at which something is heard
_AT_ONCE: Final = 10.0  # dB above the floor at which a single hop is believed
_QUIETEST: Final = -70.0  # dBFS; nothing below is ever heard
_UNSURE: Final = -48.0  # dBFS; what must be passed while the room is still being learnt
_HOPS_UNSURE: Final = 2 * RATE // HOP  # in which it is
_HOLD: Final = round(0.4 * RATE / HOP)  # hops of nothing before it is called silence
_SMOOTH: Final = 1 - exp(-HOP / (0.030 * RATE))  # of the way that the power of late goes, a hop
_PIECE: Final = 48  # hops whose mean power is one look at the room: 0.256 s
_LOOKS: Final = 8  # looks whose softest is taken for the room: 2 s
_FALLING: Final = 1 - exp(-0.256 / 0.4)  # of the way down, a look
_RISING: Final = 1 - exp(-0.256 / 2.5)  # of the way up to a room, a look
_CREEP: Final = 0.1 * 0.256  # dB a look towards what may be a held note
_ROOM: Final = (-47.0, -41.0)  # dBFS; a steady sound is a room below, a note above, and in between a bit of both
_RUMBLE: Final = exp(-2 * pi * 100 / RATE)  # a high-pass at 100 Hz
_AUDIENCE: Final = 12.0  # dB by which a room may be louder than at its sound-check
_DEAD: Final = 1e-9  # the power of −90 dBFS: a cable that carries nothing teaches nothing
_LOWEST, _HIGHEST = Sound.floor.span
_NEVER: Final = 5.2  # standard deviations that chance does not pass in an evening: once in ten million hops
_BELOW_MEAN: Final = 2.0  # dB by which the softest of several looks lies below the mean of such a room


@kernel("void(float64, float64, boolean, float64[::1], int64)")
def _learn(power: float, highest: float, playing: bool, track: NDArray[np.float64], hops: int) -> None:
    # track: floor, power summed over this look, looks
    track[1] += power / _PIECE
    if hops % _PIECE != 0:
        return
    track[2 + (hops // _PIECE - 1) % _LOOKS] = 10 * np.log10(track[1])
    track[1] = 0.0
    floor, softest = track[0], np.min(track[2:])
    if softest < floor:
        floor += _FALLING * (softest - floor)
    else:
        share = 0.0 if playing else min(max((_ROOM[1] - softest) / (_ROOM[1] - _ROOM[0]), 0.0), 1.0)
        floor += min(max(share * _RISING * (softest - floor), _CREEP), softest - floor)
    track[0] = min(max(floor, _LOWEST), highest)


@kernel("float64(float64[::1], float64[::1])")
def _power_above_rumble(wave: NDArray[np.float64], state: NDArray[np.float64]) -> float:
    before, first, second = state
    total = 0.0
    for x in wave:  # a high-pass of first order, twice
        once = (x - before + 1e-30) + _RUMBLE * first
        second = (once - first + 1e-30) + _RUMBLE * second
        before, first = x, once
        total += second * second
    state[:] = before, first, second
    return total / wave.size


@kernel("float64(float64[::1])", reorder=True)
def _power(wave: NDArray[np.float64]) -> float:
    total = 0.0
    for n in range(wave.size):
        total += wave[n] * wave[n]
    return total / wave.size


@kernel("void(float64, float64, float64[::1], int64[::1])")
def _judge(power: float, margin: float, values: NDArray[np.float64], hops: NDArray[np.int64]) -> None:
    # values: floor, silence, heard, dB above the floor, smoothed power, floor without rumble
    # hops: so far, since something sounded, that taught
    values[4] += _SMOOTH * (power + 1e-30 - values[4])
    hops[0] += 1
    room = max(values[5], _QUIETEST - _ABOVE)
    if hops[0] <= _HOPS_UNSURE:
        room = max(room, _UNSURE - _ABOVE)
    room += margin
    values[3] = 10 * np.log10(max(power, 1e-12)) - room
    lately = 10 * np.log10(max(values[4], 1e-12)) - room
    sounding = values[3] > _AT_ONCE or lately > _ABOVE
    values[2] = 1.0 if sounding and values[3] > _ABOVE else 0.0
    hops[1] = 0 if sounding else hops[1] + 1
    if sounding:
        values[1] = 0.0
    elif hops[1] >= _HOLD:
        values[1] = 1.0


@kernel("void(float64[::1], float64, float64, boolean, float64[:,::1], float64[::1], float64[::1], int64[::1])")
def _listen(
    wave: NDArray[np.float64],
    highest: float,
    margin: float,
    playing: bool,
    tracks: NDArray[np.float64],
    state: NDArray[np.float64],
    values: NDArray[np.float64],
    hops: NDArray[np.int64],
) -> None:
    power = _power(wave)
    clear = _power_above_rumble(wave, state)
    if power > _DEAD:
        hops[2] += 1
        _learn(power, highest, playing, tracks[0], hops[2])
        _learn(clear + 1e-30, highest, playing, tracks[1], hops[2])
    values[0], values[5] = tracks[0, 0], tracks[1, 0]
    _judge(clear, margin, values, hops)


def fluctuation_margin(width_hz: float) -> float:
    """By how many dB more than _BELIEVED the noise of a room `width_hz` wide may stand out in one hop; 0 if by fewer.

    The power of a hop has 2 × width × duration degrees of freedom; its highest value is that of the χ² distribution
    (E. B. Wilson and M. M. Hilferty, The distribution of chi-square, 1931).
    """
    if not width_hz > 0:
        raise ValueError(f"width_hz={width_hz} must be above 0")
    spread = 2 / (9 * 2 * width_hz * HOP / RATE)
    highest = 30 * log10(1 - spread + _NEVER * sqrt(spread))
    return max(highest + _BELOW_MEAN - _BELIEVED, 0.0)


class Silence:
    """The room's own level in dBFS, and whether there is silence: nothing above that for 0.4 s.

    The room is the softest quarter of a second of the last two. The floor falls to it within a second and rises
    to it with a time constant of 2.5 s as long as it lies below −47 dBFS; a steady sound above −41 dBFS is taken
    for a held note, towards which the floor creeps by 0.1 dB a second: 3 dB for a drone of half a minute. So is
    everything while somebody is playing, as onsets tell. What lies below −90 dBFS teaches nothing. Silence ends in the
    hop that lies 10 dB above the floor or the 30 ms that lie 6 dB above; below −70 dBFS nothing is heard, and in the
    first two seconds nothing below −48.

    Whether something is heard is judged above 100 Hz, against a floor learnt there in the same way: the rumble of
    a room comes and goes within a hop and would flicker.

    Where only a band of the sound is listened to, a sound-check has told the room's level in it, `room_dbfs`: the
    floor begins there and rises 12 dB above it at most, and nothing is unsure. The noise of a band `width_hz` wide
    comes and goes the more the narrower it is, so more is needed to stand out.

    `delay` is what it takes to call it silence.
    """

    delay: Final = _HOLD * HOP

    def __init__(self, room_dbfs: float | None = None, width_hz: float = RATE / 2) -> None:
        self._margin = fluctuation_margin(width_hz)
        self._known = room_dbfs is not None
        self._floor = Sound.floor.initial if room_dbfs is None else min(max(room_dbfs, _LOWEST), _HIGHEST)
        self._highest = _HIGHEST if room_dbfs is None else min(self._floor + _AUDIENCE, _HIGHEST)
        self._tracks = np.zeros((2, 2 + _LOOKS))
        self._state = np.zeros(3)
        self._values = np.zeros(6)
        self._told = self._values[:2]
        self._hops = np.zeros(3, np.int64)
        self.reset()

    @property
    def heard(self) -> bool:
        """Whether something is heard in this very hop."""
        return bool(self._values[2])

    @property
    def floor(self) -> float:
        """The room's own level in dBFS."""
        return float(self._values[0])

    @property
    def above(self) -> float:
        """How far this hop lies above the floor, in dB, without what lies below 100 Hz."""
        return float(self._values[3])

    def step(self, wave: NDArray[np.float64], *, playing: bool = False) -> NDArray[np.float64]:
        """Floor in dBFS and silence, 0 or 1 (2,), after the next hop (HOP,).

        `playing`: onsets were counted of late, so what sounds without a pause is no room, however soft.
        """
        _listen(wave, self._highest, self._margin, playing, self._tracks, self._state, self._values, self._hops)
        return self._told

    def reset(self) -> None:
        """Forget the room."""
        self._tracks[:, 0] = self._floor
        self._tracks[:, 1] = 0
        self._tracks[:, 2:] = -SILENT_DB  # looks not yet taken are never the softest
        self._state[:] = 0
        self._values[:] = self._floor, Sound.silence.initial, 0.0, 0.0, 0.0, self._floor
        self._hops[:] = _HOPS_UNSURE if self._known else 0, 0, 0
