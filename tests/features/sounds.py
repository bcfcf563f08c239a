"""Sounds made by arithmetic, as hops can be cut from them: (n,) float64 at 48 kHz."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.features.fast import FastSenses
from engine.frame import HOP, RATE, Block, Frame

Sound = NDArray[np.float64]


def gain(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def sine(hz: float, seconds: float, amplitude: float = 1.0) -> Sound:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)


def noise(seconds: float, dbfs: float, tilt: float = 0.0, seed: int = 0) -> Sound:
    """Noise of that RMS; its power falls with frequency to the power `tilt` (0 white, 1 pink, 2 brown)."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    bins = np.arange(spectrum.size) * RATE / count
    spectrum[bins < 20] = 0
    spectrum[1:] /= bins[1:] ** (tilt / 2)
    wave = np.fft.irfft(spectrum, count)
    return np.asarray(wave * gain(dbfs) / np.sqrt(np.mean(wave**2)))


def plucked(hz: float, seconds: float, seed: int = 0) -> Sound:
    """A Karplus-Strong string of peak 1: a burst of noise in a loop that loses its highs."""
    period = round(RATE / hz)
    burst = np.random.default_rng(seed).uniform(-1, 1, period)
    out = np.zeros(1 + round(seconds * RATE))
    out[1 : period + 1] = burst - burst.mean()
    for start in range(1 + period, out.size, period):
        stop = min(start + period, out.size)
        out[start:stop] = 0.498 * (out[start - period : stop - period] + out[start - period - 1 : stop - period - 1])
    return np.asarray(out[1:] / np.abs(out).max())


def bowed(hz: float, seconds: float, attack: float = 0.08, vibrato_cents: float = 40, seed: int = 0) -> Sound:
    """A sawtooth of 12 partials with vibrato, its loudness moving with it, bow noise 35 dB below; peak about 1."""
    time = np.arange(round(seconds * RATE)) / RATE
    depth = np.clip((time - 0.3) / 0.3, 0, 1)
    bend = vibrato_cents / 1200 * np.sin(2 * np.pi * 5.5 * time) * depth
    phase = 2 * np.pi * np.cumsum(hz * 2**bend) / RATE
    wave = sum((np.sin(k * phase) / k for k in range(1, 13)), np.zeros(time.size))
    wave = 0.5 * wave * (1 + 0.15 * depth * np.sin(2 * np.pi * 5.5 * time + 1)) + noise(seconds, -35, 1, seed)
    shape = np.minimum(time / attack, 1) * np.minimum((seconds - time) / 0.1, 1)
    return np.asarray(wave * shape / 1.2)


def blown(hz: float, seconds: float, seed: int = 0) -> Sound:
    """Three partials and breath 25 dB below, which comes first; peak about 1."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone = sum((a * np.sin(2 * np.pi * k * hz * time) for k, a in ((1, 0.8), (2, 0.15), (3, 0.1))), np.zeros(time.size))
    end = np.minimum((seconds - time) / 0.05, 1)
    breath = noise(seconds, -25, 0.5, seed) * np.minimum(time / 0.015, 1)
    return np.asarray((tone * np.minimum(time / 0.06, 1) + breath) * end)


def struck(seconds: float, seed: int = 0) -> Sound:
    """A drum: a falling sine and a burst of noise; peak about 1."""
    time = np.arange(round(seconds * RATE)) / RATE
    skin = np.sin(2 * np.pi * (80 * time + 3 * (1 - np.exp(-time / 0.03)))) * np.exp(-time / 0.15)
    return np.asarray(0.8 * skin + noise(seconds, -12, 0, seed) * np.exp(-time / 0.012))


def placed(parts: list[tuple[float, Sound]], seconds: float) -> Sound:
    """Sounds laid on a line of silence, each from its own time in seconds."""
    out = np.zeros(round(seconds * RATE))
    for start, part in parts:
        at = round(start * RATE)
        out[at : at + part.size] += part[: out.size - at]
    return out


def hops(sound: Sound) -> list[NDArray[np.float32]]:
    """Whole hops (HOP, channels) of a sound (n,) or (n, channels)."""
    columns = sound.reshape(len(sound), -1).astype(np.float32)
    return [columns[start : start + HOP] for start in range(0, len(columns) - HOP + 1, HOP)]


def frames(sound: Sound) -> list[Frame]:
    """Every frame that new senses make of a sound (n,) or (n, channels)."""
    cut = hops(sound)
    senses = FastSenses(cut[0].shape[1])
    return [senses.step(Block(index, samples)) for index, samples in enumerate(cut)]


def onsets(heard: list[Frame]) -> list[tuple[float, float]]:
    """When each onset began and when it was counted, in seconds."""
    found, count = [], 0
    for frame in heard:
        if frame.rhythm.onsets > count:
            count = int(frame.rhythm.onsets)
            found.append((frame.rhythm.last, frame.time))
    return found
