"""A slow, obvious twin of the front end: one column at a time, one band at a time."""

from __future__ import annotations

import math

import numpy as np


def hertz_to_mel(hz: float) -> float:
    return 1127.0 * math.log(1.0 + hz / 700.0)


def band_share(hz: float, band: int) -> float:
    """How much of a magnitude at `hz` the band takes: up one side of a triangle over mel, down the other."""
    low, high = hertz_to_mel(125.0), hertz_to_mel(7500.0)
    width = (high - low) / 65
    away = abs(hertz_to_mel(hz) - (low + (band + 1) * width)) / width
    return max(0.0, 1.0 - away)


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Columns (n, 64) of mono sound at 16 kHz."""
    window = np.array([0.5 - 0.5 * math.cos(2 * math.pi * n / 400) for n in range(400)])
    shares = np.array([[band_share(k * 16_000 / 512, band) if k else 0.0 for band in range(64)] for k in range(257)])
    columns = []
    for start in range(0, len(samples) - 400 + 1, 160):
        piece = np.zeros(512)
        piece[:400] = samples[start : start + 400] * window
        magnitudes = np.abs(np.fft.fft(piece))[:257]
        columns.append([math.log(float(np.dot(magnitudes, shares[:, band])) + 0.01) for band in range(64)])
    return np.array(columns).reshape(-1, 64)
