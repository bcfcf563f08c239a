"""Slow, obvious twins of the compiled kernels: written to be believed, not to be fast."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rms_dbfs(samples: Array) -> float:
    """Root mean square in dBFS, −120 at least."""
    return max(10 * math.log10(max(float(np.mean(np.square(samples))), 1e-30)), -120.0)


def higuchi_curve(samples: Array, scales: int) -> list[float]:
    """Higuchi's length L(k) for k = 1 … scales, as in his paper: offsets m from 1 to k, floor((N − m) / k) terms."""
    total = len(samples)
    curve = []
    for k in range(1, scales + 1):
        lengths = []
        for m in range(1, k + 1):
            terms = (total - m) // k
            way = sum(abs(samples[m - 1 + i * k] - samples[m - 1 + (i - 1) * k]) for i in range(1, terms + 1))
            lengths.append(way * (total - 1) / (terms * k) / k)
        curve.append(sum(lengths) / k)
    return curve


def higuchi(samples: Array, scales: int) -> float:
    """Slope of ln L(k) over ln(1 / k), up to the first clear fall of the mean increment; 1 for a constant."""
    if not np.all(np.isfinite(samples)):
        return 1.0
    curve = higuchi_curve(samples, scales)
    increments = [length * k * k for k, length in enumerate(curve, start=1)]
    used = 0
    for k, increment in enumerate(increments):
        if increment <= 0 or (k >= 2 and increment < 0.85 * increments[k - 1]):
            break
        used = k + 1
    if used < 2:
        return 1.0
    x = [math.log(1 / k) for k in range(1, used + 1)]
    y = [math.log(length) for length in curve[:used]]
    slope = float(np.polyfit(x, y, 1)[0])
    return min(max(slope, 1.0), 2.0)


def filtered(sections: Array, samples: Array) -> Array:
    """Samples through second-order sections (n, 5), by the difference equation itself."""
    signal = [float(sample) for sample in samples]
    for b0, b1, b2, a1, a2 in sections:
        out: list[float] = []
        for n, x in enumerate(signal):
            x1, x2 = (signal[n - 1] if n > 0 else 0.0), (signal[n - 2] if n > 1 else 0.0)
            y1, y2 = (out[n - 1] if n > 0 else 0.0), (out[n - 2] if n > 1 else 0.0)
            out.append(b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2)
        signal = out
    return np.array(signal)


def response(sections: Array, hz: Array, rate: float) -> NDArray[np.complex128]:
    """What sections (n, 5) do to a sine of each frequency: their transfer function on the unit circle."""
    z = np.exp(-2j * np.pi * hz / rate)
    out = np.ones(len(hz), dtype=complex)
    for b0, b1, b2, a1, a2 in sections:
        out *= (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
    return out


def centroid(power: Array, bin_hz: float) -> float:
    """Mean frequency, weighted with amplitude, without bin 0."""
    size = np.sqrt(power[1:])
    return float(np.sum(size * np.arange(1, len(power))) / np.sum(size) * bin_hz) if size.any() else 0.0


def flatness(power: Array) -> float:
    """Geometric over arithmetic mean of the power of bins 1 to 216, over e^−γ; 1 at most."""
    inner = power[1:217]
    if not inner.any():
        return 0.0
    ratio = float(np.exp(np.mean(np.log(inner / inner.mean() + 1e-24))))
    return min(ratio / math.exp(-np.euler_gamma), 1.0)


def crest(power: Array) -> float:
    """Highest bin above the mean in dB, without bin 0."""
    inner = power[1:]
    return float(10 * np.log10(inner.max() / inner.mean())) if inner.any() else 0.0


def crossings(samples: Array, rate: float) -> float:
    """Zero crossings a second, halved, between the first and the last one, each placed by a straight line."""
    at = []
    for n in range(1, len(samples)):
        a, b = samples[n - 1], samples[n]
        if (a < 0) != (b < 0):
            at.append(n - 1 + a / (a - b))
    return rate / 2 * (len(at) - 1) / (at[-1] - at[0]) if len(at) > 1 else 0.0


def rise_of_energy(energies: Array, evidence: float) -> int:
    """The likeliest split of energies into a quieter and a louder part; their number if none is likely enough."""
    count = len(energies)
    total = max(float(np.sum(energies)), 1e-30)
    best, at = count * math.log(total / count) - evidence, count
    for k in range(1, count):
        quiet = max(float(np.sum(energies[:k])), 1e-30) / k
        loud = max(float(np.sum(energies[k:])), 1e-30) / (count - k)
        cost = k * math.log(quiet) + (count - k) * math.log(loud)
        if loud > quiet and cost < best:
            best, at = cost, k
    return at


def band_powers(power: Array, places: Array, count: int) -> Array:
    """The power of bins shared out to the bands between which they lie."""
    bands = np.zeros(count)
    for k in range(1, len(power)):
        for band in range(count):
            bands[band] += max(0.0, 1 - abs(places[k] - band)) * power[k]
    return bands
