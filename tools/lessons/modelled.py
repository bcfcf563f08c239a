"""Strings, pipes, bars and skins by arithmetic: instruments that no soundfont has, and no two of them alike.

Every call of `play_modelled` builds an instrument by chance, of the kind that it is asked for, and plays a part on it.
What is random is what differs between makers: which partials are strong, how long they ring, where the string is
plucked, how fast a bow catches, how much breath there is.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from engine.frame import RATE

_TOP: Final = 16_000.0
_MOST_PARTIALS: Final = 24

Array = NDArray[np.float64]


def play_modelled(
    instrument: Any, notes: Array, bends: list[Array | None], step: float, size: int, rng: np.random.Generator
) -> Array:
    """The part (size,): `notes` (n, 4) onset, offset, MIDI number, velocity; `bends` a curve of cents a note."""
    if instrument.drum:
        return _struck(notes, bends, step, size, rng, _skin(rng))
    if instrument.kind:
        which = rng.integers(3)
        if which == 0 and all(bend is None for bend in bends):
            return _strings(notes, size, rng)
        return _struck(notes, bends, step, size, rng, _string(rng) if which < 2 else _bar(rng))
    return _sustained(notes, bends, step, size, rng)


def _hz(midi: float) -> float:
    return float(440 * 2 ** ((midi - 69) / 12))


def _phase(midi: float, bend: Array | None, step: float, count: int, start: float = 0.0) -> Array:
    """Cycles of a note from its onset on, (count,)."""
    if bend is None:
        return start + _hz(midi) * np.arange(count) / RATE
    cents = np.interp(np.arange(count) / RATE, np.arange(bend.size) * step, bend)
    return start + np.cumsum(_hz(midi) * 2 ** (cents / 1200)) / RATE


# -------------------------------------------------------------------------------- what is plucked or struck


@numba.njit(cache=True)
def _karplus_strong(burst: Array, period: float, loss: float, bright: float, out: Array) -> None:
    # The loop: a low-pass (1 - b) x[n] + b x[n-1], a fractional delay by linear interpolation, a loss.
    whole = int(period)
    part = period - whole
    last = 0.0
    for n in range(out.size):
        value = burst[n] if n < burst.size else 0.0
        if n > whole:
            looped = (1 - part) * out[n - whole] + part * out[n - whole - 1]
            value += loss * ((1 - bright) * looped + bright * last)
            last = looped
        out[n] = value


def _strings(notes: Array, size: int, rng: np.random.Generator) -> Array:
    """Karplus and Strong's plucked string (1983), plucked at a place of its length."""
    out = np.zeros(size)
    ring, bright, place = rng.uniform(0.6, 4.0), rng.uniform(0.1, 0.5), rng.uniform(0.08, 0.45)
    for onset, offset, midi, velocity in notes:
        first = round(onset * RATE)
        period = RATE / _hz(midi) - bright
        count = min(round((offset - onset + 0.12) * RATE), size - first)
        if count < 64 or period < 8:
            continue
        burst = rng.uniform(-1, 1, int(period) + 1)
        burst -= np.roll(burst, int(place * period) + 1)
        burst -= burst.mean()
        sound = np.zeros(count)
        _karplus_strong(burst, period, 0.001 ** (1 / (ring * _hz(midi))), bright, sound)
        out[first : first + count] += sound * _release(count, offset - onset) * (velocity / 127) ** 1.5
    return out


def _string(rng: np.random.Generator) -> tuple[Array, Array, Array, float]:
    partials = np.arange(1, _MOST_PARTIALS + 1)
    ratios = partials * np.sqrt(1 + rng.choice([0.0, 1e-4, 4e-4]) * partials**2)
    place = rng.uniform(0.07, 0.4)
    strengths = np.abs(np.sin(np.pi * partials * place)) / partials ** rng.uniform(0.6, 1.8)
    rings = rng.uniform(0.4, 3.0) / partials ** rng.uniform(0.2, 1.0)
    return ratios, strengths, rings, rng.uniform(0.0, 0.3)


def _bar(rng: np.random.Generator) -> tuple[Array, Array, Array, float]:
    ratios = np.array([(1, 3.98, 10.1), (1, 2.76, 5.4), (1, 3.0, 6.1), (1, 2.0, 3.01)][rng.integers(4)])
    strengths = np.array([1.0, rng.uniform(0.05, 0.4), rng.uniform(0.02, 0.2)])
    return ratios, strengths, rng.uniform(0.2, 2.0) / np.array([1, 2.5, 5]), rng.uniform(0.05, 0.5)


def _skin(rng: np.random.Generator) -> tuple[Array, Array, Array, float]:
    ratios = np.array([1, 1.59, 2.14, 2.3, 2.65, 2.92]) * rng.uniform(0.8, 1.2)
    return ratios, rng.uniform(0.2, 1, 6), rng.uniform(0.08, 0.6) / np.sqrt(np.arange(1, 7)), rng.uniform(0.3, 1.0)


def _struck(
    notes: Array,
    bends: list[Array | None],
    step: float,
    size: int,
    rng: np.random.Generator,
    body: tuple[Array, Array, Array, float],
) -> Array:
    """Partials that ring and die, and the noise of the stroke."""
    ratios, strengths, rings, noisy = body
    out = np.zeros(size)
    rise = rng.uniform(0.0005, 0.006)
    for (onset, offset, midi, velocity), bend in zip(notes, bends, strict=True):
        first = round(onset * RATE)
        count = min(round((offset - onset + 0.12) * RATE), size - first)
        if count < 64:
            continue
        time = np.arange(count) / RATE
        cycles = _phase(midi, bend, step, count)
        height = np.sqrt(440 / _hz(midi))  # high strings ring shorter
        hard = (velocity / 127) ** 1.5
        sound = np.zeros(count)
        for ratio, strength, ring in zip(ratios, strengths, rings, strict=True):
            if ratio * _hz(midi) < _TOP:
                sound += strength * np.exp(-6.9 * time / (ring * height)) * np.sin(2 * np.pi * ratio * cycles)
        knock = rng.standard_normal(count) * np.exp(-time / rng.uniform(0.003, 0.015))
        sound = sound / strengths.sum() + noisy * 0.5 * knock
        out[first : first + count] += sound * np.minimum(time / rise, 1) * _release(count, offset - onset) * hard
    return out


def _release(count: int, held: float, seconds: float = 0.05) -> Array:
    """1 while the note is held, then dying away; a little noise of damping is not made."""
    return np.exp(-np.maximum(np.arange(count) / RATE - held, 0) / (seconds / 2))


# -------------------------------------------------------------------------------- what is bowed or blown


def _sustained(notes: Array, bends: list[Array | None], step: float, size: int, rng: np.random.Generator) -> Array:
    """A bow or a breath: partials with formants, noise, and notes that join without a gap when they are slurred."""
    partials = np.arange(1, _MOST_PARTIALS + 1)
    tilt = rng.uniform(0.7, 2.2)
    hollow = rng.uniform(0.05, 1.0) if rng.uniform() < 0.4 else 1.0  # even partials of a stopped pipe
    strengths = np.where(partials % 2 == 0, hollow, 1.0) / partials**tilt * rng.uniform(0.4, 1.6, partials.size)
    formants = [(rng.uniform(300, 4000), rng.uniform(100, 900), rng.uniform(0, 12)) for _ in range(3)]
    attack = float(np.exp(rng.uniform(np.log(0.012), np.log(0.12))))
    breath = 10 ** (-rng.uniform(18, 50) / 20)
    slur = rng.uniform() < 0.6
    own = rng.uniform(4.5, 6.5), rng.choice([0.0, 0.0, 15.0, 35.0])  # a player's own vibrato: Hz, cents
    loudness, cycles = np.zeros(size), np.zeros(size)
    sounding = np.zeros(size)
    at = 0.0
    for k, ((onset, offset, midi, velocity), bend) in enumerate(zip(notes, bends, strict=True)):
        first, last = round(onset * RATE), min(round(offset * RATE), size)
        count = last - first
        if count < 64:
            continue
        joined = k > 0 and onset - notes[k - 1, 1] < 0.03 and slur and rng.uniform() < 0.8
        time = np.arange(count) / RATE
        curve = np.zeros(max(int(count / RATE / step) + 2, 2)) if bend is None else bend.copy()
        t = np.arange(curve.size) * step
        curve = curve + own[1] * np.sin(2 * np.pi * own[0] * t) * np.clip((t - 0.15) / 0.3, 0, 1)
        cycles[first:last] = _phase(midi, curve, step, count, at)
        at = float(cycles[last - 1] % 1.0)
        hard = (velocity / 127) ** 1.2
        if joined:
            dip = 1 - rng.uniform(0.1, 0.6) * np.exp(-(((time - 0.012) / 0.015) ** 2))
            shape = dip * (1 + rng.uniform(-0.1, 0.2) * np.exp(-time / 0.1))
        else:
            shape = (1 - np.exp(-time / attack * 2.3)) * (1 + rng.uniform(0, 0.4) * np.exp(-time / 0.12))
        swell = 1 + rng.uniform(-0.2, 0.3) * time / max(time[-1], 0.1)
        loudness[first:last] = hard * shape * swell
        if first > 0 and not joined:
            fade = min(round(rng.uniform(0.01, 0.05) * RATE), size - last)
            loudness[last : last + fade] = np.maximum(
                loudness[last : last + fade], loudness[last - 1] * np.linspace(1, 0, fade)
            )
            cycles[last : last + fade] = cycles[last - 1] + _hz(midi) * np.arange(1, fade + 1) / RATE
        sounding[first:last] = _hz(midi)
    out = np.zeros(size)
    for partial, strength in zip(partials, strengths, strict=True):
        place = partial * sounding
        gain = np.ones(size)
        for centre, width, decibels in formants:
            gain += (10 ** (decibels / 20) - 1) * np.exp(-(((place - centre) / width) ** 2))
        out += np.where(place < _TOP, strength * gain, 0.0) * np.sin(2 * np.pi * partial * cycles)
    noise = rng.standard_normal(size)
    noise = np.convolve(noise, np.ones(4) / 2, mode="same")
    return out * loudness / strengths.sum() + breath * noise * loudness
