"""When a sound begins."""

from __future__ import annotations

from math import exp, log, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.kernel import kernel
from engine.features.spectrum import BIN_HZ, BINS
from engine.frame import HOP, RATE

_OCTAVE: Final = 6  # bands an octave, where bins lie nearer together than that
_TOP_HZ: Final = 16_000.0
_NEAR: Final = 2  # hops back: an attack
_FAR: Final = 7  # hops back: a swell
_FAR_WEIGHT: Final = 1.05
_DEPTH: Final = 10**-3.65  # of the loudest of late: bands softer than that count less and less
_FORGET: Final = exp(-HOP / (1.2 * RATE))  # of the loudest, a hop
_QUIET: Final = 1e-8  # −80 dBFS in a band: what is softer is never counted
_ROOM: Final = 2.0  # times the room's own power in a band likewise
_ROOM_PACE: Final = 1 - exp(-HOP / (0.27 * RATE))
_ROOM_BELOW: Final = 6.0  # dB above the floor: hops below teach what the room's bands hold
_AUDIBLE: Final = 5.0  # dB above the floor that a hop needs to be an onset
_FEW: Final = 0.58  # of the bands, added to those that sound: one band that rises alone is no onset
_LEAST: Final = 0.56  # dB of rise that an onset needs in the stillest music
_OVER_MEAN: Final = 1.9  # times the mean rise of late, which it needs on top
_MEAN_PACE: Final = 0.03  # of that mean, a hop: it looks back 0.18 s
_REST: Final = 11  # hops between two onsets: 59 ms
_REARM: Final = 0.4  # of its peak that the rise must fall below before the next
_UNFOLD: Final = 3  # hops after an onset in which its strength may still grow
_HALF: Final = 10.0  # dB of rise at which strength is 1 − 1/e
_DIE: Final = exp(-HOP / (0.1 * RATE))
_PIECE: Final = 8  # samples whose energy is one point in the search for the beginning
_PIECES: Final = HOP // _PIECE
_EVIDENCE: Final = 25.0  # by how much the logarithm of the likelihood must gain for a change to be believed
_STEPS: Final = 3
_SOUGHT: Final = 16 * _PIECES  # points searched: 64 ms


def band_places() -> tuple[NDArray[np.float64], int]:
    """Where each bin (BINS,) lies on the axis of the onset bands, and how many bands there are.

    Up to 380 Hz every bin is a band of its own; above, there are 6 an octave up to 16 kHz. A bin at 3.25 gives
    three quarters of its power to band 3 and one quarter to band 4.
    """
    knee = 1 / (2 ** (1 / _OCTAVE) - 1)
    bins = np.maximum(np.arange(BINS), 1.0)
    places = np.where(bins < knee, bins - 1, knee - 1 + _OCTAVE * np.log2(np.maximum(bins / knee, 1)))
    count = int(knee - 1 + _OCTAVE * log2(_TOP_HZ / BIN_HZ / knee)) + 1
    return places, count


@kernel("void(float64[::1], int64[::1], float64[::1], float64[::1])")
def _band_powers(
    power: NDArray[np.float64],
    band: NDArray[np.int64],
    share: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    out[:] = 0.0
    last = out.size - 1
    for k in range(1, power.size):
        b = band[k]
        if b > last:
            break
        out[b] += (1.0 - share[k]) * power[k]
        if b < last:
            out[b + 1] += share[k] * power[k]


@kernel("float64(float64[::1], float64[::1], float64[::1], float64[::1], float64[:,::1])")
def _rises(
    now: NDArray[np.float64],
    near: NDArray[np.float64],
    far: NDArray[np.float64],
    least: NDArray[np.float64],
    logs: NDArray[np.float64],
) -> float:
    count = now.size
    for b in range(count):
        logs[0, b] = np.log(now[b] + least[b])
        logs[1, b] = np.log(near[b] + least[b])
        logs[2, b] = np.log(far[b] + least[b])
    sounding = _FEW * count
    near_rise = far_rise = 0.0
    for b in range(count):
        low, high = max(b - 1, 0), min(b + 1, count - 1)
        # What was in a neighbouring band may have moved here: vibrato is not an onset.
        near_was = max(logs[1, low], logs[1, b], logs[1, high])
        far_was = max(logs[2, low], logs[2, b], logs[2, high])
        weight = now[b] / (now[b] + least[b])
        sounding += weight
        near_rise += weight * max(logs[0, b] - near_was, 0.0)
        far_rise += weight * max(logs[0, b] - far_was, 0.0)
    decibels = 10 / log(10)
    logs[3, 0] = decibels * near_rise / sounding
    logs[3, 1] = decibels * far_rise / sounding
    return logs[3, 0] + _FAR_WEIGHT * logs[3, 1]


@kernel("int64(float64[::1])")
def _change(energies: NDArray[np.float64]) -> int:
    count = energies.size
    total = 0.0
    for energy in energies:
        total += energy
    at, least = count, count * np.log(max(total, 1e-30) / count) - _EVIDENCE
    before = 0.0
    for k in range(1, count):
        before += energies[k - 1]
        quiet, loud = max(before, 1e-30) / k, max(total - before, 1e-30) / (count - k)
        if loud > quiet:
            cost = k * np.log(quiet) + (count - k) * np.log(loud)
            if cost < least:
                at, least = k, cost
    return at


@kernel("int64(float64[::1])")
def _beginning(energies: NDArray[np.float64]) -> int:
    # A swell grows in steps: behind the clearest one there may be another.
    at = energies.size
    for _ in range(_STEPS):
        earlier = _change(energies[:at])
        if earlier == at or earlier < _PIECES:
            break
        at = earlier
    return at


@kernel("void(float64[::1], float64[::1])")
def _remember(wave: NDArray[np.float64], energies: NDArray[np.float64]) -> None:
    # energies: one each _PIECE samples of the differenced wave, oldest first; behind them the last sample
    kept = energies.size - 1 - _PIECES
    for n in range(kept):
        energies[n] = energies[n + _PIECES]
    last = energies[-1]
    for piece in range(_PIECES):
        energy = 0.0
        for n in range(piece * _PIECE, (piece + 1) * _PIECE):
            energy += (wave[n] - last) ** 2
            last = wave[n]
        energies[kept + piece] = energy
    energies[-1] = last


@kernel("void(float64, float64, float64[::1], float64[::1], int64[::1])")
def _decide(
    above: float, end: float, energies: NDArray[np.float64], values: NDArray[np.float64], count: NDArray[np.int64]
) -> None:
    # values: hits, onsets, last, strength; rise, mean rise, peak of the rise; count: hops since, armed
    rise = values[4]
    values[0] *= _DIE
    count[0] += 1
    if count[1] == 0:
        if rise < _REARM * values[6]:
            count[1] = 1
        else:
            values[6] = max(values[6], rise)
    if count[0] <= _UNFOLD:
        strength = 1 - np.exp(-rise / _HALF)
        if strength > values[3]:
            values[0] = values[3] = strength
    if count[1] == 1 and count[0] >= _REST and above > _AUDIBLE and rise > _LEAST + _OVER_MEAN * values[5]:
        count[0] = count[1] = 0
        values[6] = rise
        values[0] = values[3] = 1 - np.exp(-rise / _HALF)
        values[1] += 1
        back = (energies.size - 1 - _beginning(energies[:-1])) * _PIECE
        values[2] = max((end - back) / RATE, values[2])
    values[5] += _MEAN_PACE * (rise - values[5])


@kernel(
    "void(float64[::1], float64[:,::1], int64, float64, float64[::1], float64[::1], float64[:,::1], float64[::1])"
)
def _follow(
    now: NDArray[np.float64],
    past: NDArray[np.float64],
    hop: int,
    above: float,
    room: NDArray[np.float64],
    least: NDArray[np.float64],
    logs: NDArray[np.float64],
    values: NDArray[np.float64],
) -> None:
    total = 0.0
    for power in now:
        total += power
    values[7] = max(values[7] * _FORGET, total)
    for b in range(now.size):
        if above < _ROOM_BELOW:
            room[b] += _ROOM_PACE * (now[b] - room[b])
        least[b] = values[7] * _DEPTH + _QUIET + _ROOM * room[b]
    size = past.shape[0]
    values[4] = _rises(now, past[(hop - _NEAR) % size], past[(hop - _FAR) % size], least, logs)


class OnsetDetector:
    """Counts the beginnings of sounds: plucks, strokes, new notes of a bow.

    The shared spectrum is gathered in log bands, whose rises in dB over 2 hops (an attack) and 7 hops (a swell)
    are averaged, each against the loudest of its neighbours then, so that vibrato, which only moves, does not
    count (the idea of S. Böck and G. Widmer, Maximum filter vibrato suppression for onset detection, DAFx 2013).
    What a band holds counts in so far as it stands out above the room and the 36 dB below the loudest of late;
    so the level does not matter. An onset is where that rise exceeds its own mean of late; the next may come
    after 59 ms, once the rise has died down.

    `values` (4,) are hits, onsets, last and strength. The strength may grow for 3 hops, while the attack unfolds.
    `last` is when the energy of the (differenced) wave changed, searched for in the last 64 ms: the split into
    two parts that makes the samples likeliest (N. Maeda, 1985, as in finding the arrival of an earthquake).

    `delay`: a click is counted at the end of the hop in which it lies or of the next one.
    """

    delay: Final = HOP

    def __init__(self) -> None:
        places, bands = band_places()
        self._band = places.astype(np.int64)
        self._share = places - self._band
        self._past = np.zeros((_FAR + 1, bands))
        self._room = np.zeros(bands)
        self._least = np.zeros(bands)
        self._logs = np.zeros((4, bands))
        self._energies = np.zeros(_SOUGHT + 1)
        self._values = np.zeros(8)
        self._count = np.zeros(2, np.int64)
        self._hop = 0
        self.reset()

    @property
    def flux(self) -> float:
        """Mean rise of the bands over two hops, in dB."""
        return float(self._logs[3, 0])

    def step(
        self, power: NDArray[np.float64], wave: NDArray[np.float64], above: float, index: int
    ) -> NDArray[np.float64]:
        """Hits, onsets, last and strength (4,) after the hop `index` (HOP,), whose spectrum is power (BINS,).

        `above` says how far the hop lies above the room's floor, in dB.
        """
        now = self._past[self._hop % self._past.shape[0]]
        _band_powers(power, self._band, self._share, now)
        _follow(now, self._past, self._hop, above, self._room, self._least, self._logs, self._values)
        _remember(wave, self._energies)
        _decide(above, (index + 1) * HOP, self._energies, self._values, self._count)
        self._hop += 1
        return self._values[:4]

    def reset(self) -> None:
        """Forget everything heard."""
        for array in (self._past, self._room, self._least, self._logs, self._energies, self._values):
            array[...] = 0
        self._count[:] = _REST, 1
        self._hop = 0
